internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import SoleControl

extension Gateway {
  /// `oauth2/revoke` (RFC 7009, CSC v1 §8.3.4), which unlike RFC 7009 tells of unknown tokens.
  func revokeToken(_ request: Request, _ context: GatewayContext, _ call: CallLog) async throws -> Response {
    let parameters = try await parameters(request)
    let client = try await client(request, context, parameters, call)
    guard let token = parameters["token"] else { throw OAuthError.missing("token") }
    guard ["access_token", "refresh_token"].contains(parameters["token_type_hint"] ?? "access_token") else {
      throw OAuthError.invalid("token_type_hint")
    }
    let principal = Principal(partner: PartnerID(client.partner), signer: nil, client: ClientID(client.id))
    do {
      if let sad = Self.sad(token) {
        try await signing.revoke(sad, as: principal)
      } else if let order = Self.order(token) {
        try await signing.withdraw(order, as: principal)
      } else {
        try await oauth.revoke(token, client: client)
      }
    } catch TokenService.Refusal.unknown {
      throw OAuthError.invalidRequest("Invalid string parameter token")
    } catch Refusal.invalidSAD, Refusal.invalidOrder {
      throw OAuthError.invalidRequest("Invalid string parameter token")
    }
    return Response(status: .noContent)
  }

  /// A token that has the form of a SAD.
  static func sad(_ token: String) -> SignatureActivationData? {
    guard token.utf8.count == SignatureActivationData.textLength else { return nil }
    return Base64.decode(token).flatMap(SignatureActivationData.init(octets:))
  }
}
