import Octets
public import Registry
import Vocabulary
import WireJSON

/// Grant `refresh_token` with rotation (RFC 6749 §6, RFC 9700 §4.14.2): each refresh token is exchanged once for its
/// successor. The use of one that was exchanged before ends every token of the grant, but for some seconds in which it
/// is taken for the same request again (two windows at once, a lost answer) and answered with the same successor. So a
/// thief who comes within these seconds has the owner's own tokens, and the next exchange of one of them is noticed.
public struct RefreshTokenGrant: Sendable {
  let server: AuthorizationServer

  public init(_ server: AuthorizationServer) { self.server = server }

  private enum Result: Sendable {
    case issued
    case again(access: String, successor: String, made: Int64)
    /// Returned, not thrown: the end of a grant must stay.
    case refused(OAuthError)
  }

  /// - Throws: `OAuthError`.
  public func refresh(_ parameters: Parameters, client: Client) async throws -> TokenService.Issued {
    guard client.grants.contains(.refreshToken) else { throw OAuthError.unauthorizedClient }
    guard let token = parameters["refresh_token"] else { throw OAuthError.missing("refresh_token") }
    guard try parameters["scope"].map(Scope.init(parameter:)) ?? .service == .service else {
      throw OAuthError.invalidScope
    }
    let tokens = server.tokens
    let digest = TokenService.digest(token)
    let (access, successor) = (try await tokens.secret(), try await tokens.secret())
    let (now, redated, grace) = (server.now, tokens.redating(), server.rules.refreshGrace)
    let (id, partner) = (client.id.rawValue, client.partner.rawValue)
    let answer = try RefreshAnswer(access: access, successor: successor, made: now)
      .entry(under: token, digest: digest, expires: now + grace)
    let result: Result = try await server.store.writeOAuth(
      reading: [.grantOfToken(digest, .exclusive), .entry(.refreshAnswer, digest, .exclusive)]
    ) { store in
      guard var old = try store.token(digest), old.client == id, old.partner == partner,
        old.kind == .refresh || old.kind == .replaced
      else { return .refused(.invalidGrant("Invalid parameter refresh_token")) }
      guard old.kind == .refresh else {
        guard let entry = try store.entry(.refreshAnswer, digest), now < entry.expires else {
          try store.removeGrant(old.grant)
          return .refused(.invalidGrant("Invalid parameter refresh_token"))
        }
        let first = try RefreshAnswer(entry, under: token)
        // A client that has used the successor has got it.
        guard try store.token(TokenService.digest(first.successor))?.kind == .refresh else {
          return .refused(.invalidGrant("Invalid parameter refresh_token"))
        }
        return .again(access: first.access, successor: first.successor, made: first.made)
      }
      guard tokens.lifetime(of: old, redated).isOpen(at: now) else {
        return .refused(.invalidGrant("Refresh token expired"))
      }
      try store.forgetExpired(now: now)
      old.kind = .replaced
      try store.put(old)
      try store.put(tokens.record(access, .access, old.partner, old.signer, old.client, old.grant, now))
      try store.put(tokens.record(successor, .refresh, old.partner, old.signer, old.client, old.grant, now))
      try store.put(answer)
      return .issued
    }
    switch result {
    case .issued:
      return TokenService.Issued(accessToken: access, refreshToken: successor, expiresIn: tokens.rules.accessLife)
    case .again(let access, let successor, let made):
      return TokenService.Issued(
        accessToken: access, refreshToken: successor, expiresIn: max(1, tokens.rules.accessLife - (now - made)))
    case .refused(let refusal): throw refusal
    }
  }
}

/// The answer to a refresh, encrypted under the token that was exchanged: the store holds no token.
private struct RefreshAnswer: Sendable {
  let access, successor: String
  /// UTC, seconds since 1970.
  let made: Int64

  init(access: String, successor: String, made: Int64) {
    self.access = access
    self.successor = successor
    self.made = made
  }

  func entry(under token: String, digest: [UInt8], expires: Int64) throws -> OAuthEntry {
    let text: JSONValue = ["access": .string(access), "successor": .string(successor), "made": .integer(made)]
    let sealed = try SealedBox.opening(with: "refresh answer \(token)").seal(text.canonical())
    return OAuthEntry(
      kind: .refreshAnswer, digest: digest, expires: expires, body: sealed)
  }

  init(_ entry: OAuthEntry, under token: String) throws {
    let text = try SealedBox.opening(with: "refresh answer \(token)").open(entry.body)
    guard let object = try JSONValue.parse(text, limits: .own).object, let access = object["access"]?.string,
      let successor = object["successor"]?.string, let made = object["made"]?.integer
    else { throw OAuthError.invalidGrant("Invalid parameter refresh_token") }
    self.init(access: access, successor: successor, made: made)
  }
}
