internal import CSCModel
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Octets
internal import Registry
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// Grant `client_credentials` of scopes `credential-creation` and `credential-deletion` (CSC v2 §8.2.2, notes 22 and
/// 23), for clients that are registered as trusted with it.
extension OAuthEndpoints {
  /// The order of a client in its own name; nil for a request of another scope.
  ///
  /// - Throws: for one that this client may not give, `OAuthError` as in `oauth2/authorize`: `invalid_scope`, or
  ///   `invalid_authorization_details` for a rich request (RFC 9396 §5).
  func ownOrder(
    _ parameters: OAuth.Parameters, _ client: Client, _ version: CSCVersion
  ) async throws -> LifecycleRequest? {
    let details = parameters["authorization_details"]
    // One that is no scope is refused below, or with the others (`ClientCredentialsGrant`).
    let scope = parameters["scope"].flatMap { try? Scope(parameter: $0) }
    let asked: LifecycleRequest
    if let details, let rich = try await bodies.reading(details.utf8.count, { try LifecycleRequest(details: details) })
    {
      // Next to it they would say something a second time.
      if let second = ScopeReader.singleParameters.first(where: { parameters[$0] != nil }) {
        throw OAuthError.invalid(second)
      }
      asked = rich
    } else {
      guard scope == .credentialCreation || scope == .credentialDeletion else { return nil }
      guard details == nil else { throw OAuthError.invalidScope }
      asked = try LifecycleRequest(isCreation: scope == .credentialCreation) { parameters[$0] }
    }
    guard client.grants.contains(.clientCredentials), !client.isPublic else { throw OAuthError.unauthorizedClient }
    let meant: Scope = asked.isCreation ? .credentialCreation : .credentialDeletion
    guard parameters["scope"] == nil || scope == meant else { throw OAuthError.invalidScope }
    // How a person is authenticated, when no person is.
    guard version == .v2, scopes.lifecycle.includes(isCreation: asked.isCreation), client.trustedScopes.contains(meant),
      asked.acrValues.isEmpty
    else {
      throw asked.type == nil ? OAuthError.invalidScope : OAuthError(CSCError.invalidAuthorizationDetails)
    }
    return asked
  }

  func carryOut(_ asked: LifecycleRequest, _ parameters: OAuth.Parameters, _ client: Client) async throws -> Response {
    do {
      let issued: IssuedLifecycleToken
      switch asked.kind {
      case .creation(let policy?, let subject):
        issued = try await order(policy, SubjectClaim(subject), parameters, client)
      case .deletion(let id?):
        issued = try await issuance.grantDeletion(
          of: CredentialID(id), byTrusted: client.id, as: Self.principal(client))
      // Without a person there is no one who could be asked which.
      case .creation(nil, _): throw CSCError.missingString("certificatePolicy")
      case .deletion(nil): throw CSCError.missingString("credentialID")
      }
      return Response(json: Self.answer(issued, to: asked))
    } catch let refusal as Refusal where refusal == .unknownCredential {
      throw OAuthError(refusal.cscError(.v2))
    } catch Refusal.tooManyTries(let seconds) {
      throw OAuthError.tooManyTries(retryAfter: seconds)
    } catch IssuanceRefusal.onlyByOwner {
      throw OAuthError.unauthorizedClient
    }
  }

  static func principal(_ client: Client) -> Principal {
    Principal(partner: client.partner, signer: nil, client: client.id)
  }

  private static func answer(_ issued: IssuedLifecycleToken, to asked: LifecycleRequest) -> JSONValue {
    let scope: Scope = asked.isCreation ? .credentialCreation : .credentialDeletion
    var answer = JSONObject([
      ("access_token", .string(Base64.encodeURL(issued.token.octets))), ("token_type", "Bearer"),
      ("expires_in", .integer(issued.expiresIn)), ("scope", .string(scope.rawValue)),
    ])
    if !asked.isCreation { answer["credentialID"] = .string(issued.grant.credential.rawValue) }
    answer["authorization_details"] = asked.granted
    return .object(answer)
  }
}
