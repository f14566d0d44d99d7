internal import CSCModel
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Octets
internal import Registry
internal import SoleControl
internal import Vocabulary

extension OAuthEndpoints {
  /// `oauth2/revoke` (RFC 7009, CSC v1 §8.3.4), which unlike RFC 7009 tells of unknown tokens.
  func revoke(_ request: Request, _ context: GatewayContext) async throws -> Response {
    let parameters = try await bodies.parameters(request)
    _ = try queryWithoutProofs(request)
    let client = try await client(parameters, of: request, context)
    guard let token = parameters["token"] else { throw OAuthError.missing("token") }
    guard ["access_token", "refresh_token"].contains(parameters["token_type_hint"] ?? "access_token") else {
      throw OAuthError.invalid("token_type_hint")
    }
    let principal = Principal(partner: client.partner, signer: nil, client: client.id)
    do {
      if let sad = BearerToken.sad(token) {
        try await soleControl.authorizations.revoke(sad, as: principal)
      } else if let lifecycleToken = BearerToken.lifecycleToken(token) {
        try await issuance.withdraw(lifecycleToken, as: principal)
      } else {
        try await oauth.revoke(token, client: client)
      }
    } catch TokenService.Refusal.unknown {
      throw OAuthError.invalidRequest("Invalid string parameter token")
    } catch Refusal.invalidSAD, IssuanceRefusal.invalidLifecycleToken {
      throw OAuthError.invalidRequest("Invalid string parameter token")
    }
    return Response(status: .noContent)
  }
}
