/// Grant `refresh_token` with rotation (RFC 6749 §6, RFC 9700 §4.14.2): each refresh token is exchanged once for its
/// successor. The use of one that was exchanged before ends every token of the grant.
public struct RefreshTokenGrant: Sendable {
  let server: AuthorizationServer

  public init(_ server: AuthorizationServer) { self.server = server }

  /// - Throws: `OAuthError`.
  public func refresh(_ parameters: Parameters, client: Client) async throws -> TokenService.Issued {
    guard client.grants.contains(.refreshToken) else { throw OAuthError.unauthorizedClient }
    guard let token = parameters["refresh_token"] else { throw OAuthError.missing("refresh_token") }
    guard (parameters["scope"] ?? Scope.service.rawValue) == Scope.service.rawValue else {
      throw OAuthError.invalidScope
    }
    let tokens = server.tokens
    let digest = TokenService.digest(token)
    let (access, successor) = (try await tokens.secret(), try await tokens.secret())
    let now = server.now
    let refusal: OAuthError? = try await server.store.writeOAuth { store in
      guard var old = try store.token(digest), old.client == client.id, old.kind != .access else {
        return .invalidGrant("Invalid parameter refresh_token")
      }
      guard old.kind == .refresh else {
        try store.removeGrant(old.grant)
        return .invalidGrant("Invalid parameter refresh_token")
      }
      guard now < old.expires else { return .invalidGrant("Refresh token expired") }
      try store.forgetExpired(now: now)
      old.kind = .replaced
      try store.put(old)
      try store.put(tokens.record(access, .access, old.partner, old.signer, old.client, old.grant))
      try store.put(tokens.record(successor, .refresh, old.partner, old.signer, old.client, old.grant))
      return nil
    }
    // Returned, not thrown: the end of a grant must stay.
    if let refusal { throw refusal }
    return TokenService.Issued(
      accessToken: access, refreshToken: successor, expiresIn: tokens.rules.accessLife)
  }
}
