public import Registry
import Vocabulary

/// Grant `client_credentials` (RFC 6749 §4.4): a token of scope service that speaks for the partner itself.
public struct ClientCredentialsGrant: Sendable {
  let server: AuthorizationServer

  public init(_ server: AuthorizationServer) { self.server = server }

  /// - Throws: `OAuthError`.
  public func issue(_ parameters: Parameters, client: Client) async throws -> TokenService.Issued {
    guard client.grants.contains(.clientCredentials), !client.isPublic else { throw OAuthError.unauthorizedClient }
    // CSC v1 §8.3.3: this grant is for the scope service only.
    guard try parameters["scope"].map(Scope.init(parameter:)) ?? .service == .service else {
      throw OAuthError.invalidScope
    }
    let new = try await server.tokens.tokens(
      partner: client.partner.rawValue, signer: nil, client: client.id.rawValue, withRefreshToken: false)
    let now = server.now
    try await server.store.writeOAuth(reading: []) { store in
      try store.forgetExpired(now: now)
      for token in new.records { try store.put(token) }
    }
    return new.issued
  }
}
