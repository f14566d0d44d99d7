import Registry
import TestSupport
import Testing
import WireJSON

@testable import OAuth
import Vocabulary

@Suite("Grants", .timeLimit(.minutes(2)))
struct GrantTests {
  @Test("a code gives tokens that open the API for the user")
  func code() async throws {
    let fixture = try await ServerFixture()
    let issued = try fixture.service(try await fixture.redeem(try await fixture.code()))
    let record = try await fixture.tokens.authenticate(issued.accessToken)
    #expect(record.partner == "portal" && record.signer == "signer-alice" && record.client == "app")
    #expect(issued.refreshToken != nil && issued.expiresIn == 3600)
  }

  @Test("a code that comes a second time is refused and ends what the first use gave")
  func replay() async throws {
    let fixture = try await ServerFixture()
    let code = try await fixture.code()
    let issued = try fixture.service(try await fixture.redeem(code))
    // Also with a wrong verifier: the code is in the wrong hands.
    await #expect(throws: CodeReused.self) { try await fixture.redeem(code, "app", ["code_verifier": nil]) }
    await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.authenticate(issued.accessToken) }
    await #expect(throws: OAuthError.invalidGrant("Invalid parameter refresh_token")) {
      try await RefreshTokenGrant(fixture.server).refresh(
        Parameters([("refresh_token", issued.refreshToken ?? "")]), client: fixture.client("app"))
    }
  }

  @Test("a code is not spent by a wrong exchange")
  func wrongExchanges() async throws {
    let fixture = try await ServerFixture()
    let code = try await fixture.code()
    let verifier = OAuthError.invalidGrant("Invalid parameter code_verifier")
    let redirect = OAuthError.invalidGrant(
      "redirect_uri parameter does not match redirect_uri parameter of authorization request")
    let wrong: [(String, [String: String?], OAuthError)] = [
      ("client-42", [:], .invalidGrant("Invalid parameter code")),
      ("app", ["code": "made up"], .invalidGrant("Invalid parameter code")),
      ("app", ["code": nil], .missing("code")), ("app", ["redirect_uri": nil], redirect),
      ("app", ["redirect_uri": "https://app.example.org/cb/"], redirect), ("app", ["code_verifier": nil], verifier),
      ("app", ["code_verifier": String(ServerFixture.verifier.dropLast()) + "A"], verifier),
      ("app", ["code_verifier": ServerFixture.challenge], verifier), ("machine", [:], .unauthorizedClient),
    ]
    for (client, changes, error) in wrong {
      await #expect(throws: error) { try await fixture.redeem(code, client, changes) }
    }
    await #expect(throws: OAuthError.invalid("authorization_details")) { try await fixture.redeem(code, details: [1]) }
    _ = try await fixture.redeem(code)
  }

  @Test("a code lives a minute")
  func expiry() async throws {
    let fixture = try await ServerFixture()
    let code = try await fixture.code()
    fixture.clock.advance(60)
    await #expect(throws: OAuthError.invalidGrant("Authorization code is invalid or expired")) {
      try await fixture.redeem(code)
    }
  }

  @Test("in v1 an excepted client goes without PKCE; a verifier then shows an attack")
  func v1() async throws {
    let fixture = try await ServerFixture()
    let without: [String: String?] = ["code_challenge": nil, "code_challenge_method": nil]
    let code = try await fixture.code("old", without, version: .v1)
    await #expect(
      throws: OAuthError.invalidGrant(
        "redirect_uri parameter does not match redirect_uri parameter of authorization request")
    ) { try await fixture.redeem(code, "old", ["redirect_uri": "https://evil.example", "code_verifier": nil]) }
    await #expect(throws: OAuthError.invalidGrant("Invalid parameter code_verifier")) {
      try await fixture.redeem(code, "old")
    }
    _ = try await fixture.redeem(code, "old", ["code_verifier": nil])
  }

  @Test("a credential code gives the SAD, no refresh token, and lies in the store encrypted")
  func credential() async throws {
    let fixture = try await ServerFixture()
    let sad = (0..<48).map { _ in UInt8.random(in: .min ... .max) }
    let code = try await fixture.code(
      "app", ["scope": "credential", "credentialID": "cred-1"], granted: fixture.granted(sad: sad))
    let stored = try await fixture.store.readOAuth { try $0.entry(.code, TokenService.digest(code))?.body }
    let text = String(decoding: stored ?? [], as: UTF8.self)
    #expect(!text.contains(sad.map(String.init).joined(separator: ",").prefix(60)) && text.contains("sealed"))
    guard case .credential(let token) = try await fixture.redeem(code) else {
      Issue.record("no credential token")
      return
    }
    #expect(token.octets == sad && token.expiresIn == 300 && token.credential == "cred-1")
    await #expect {
      _ = try await fixture.redeem(code)
    } throws: { ($0 as? CodeReused)?.reference == [9, 9] }
  }

  @Test("a rich request must be repeated, and be the same")
  func rich() async throws {
    let fixture = try await ServerFixture()
    let code = try await fixture.code("app", ["authorization_details": "[1]"], granted: fixture.granted())
    await #expect(throws: OAuthError.missing("authorization_details")) { try await fixture.redeem(code) }
    await #expect(throws: OAuthError.invalid("authorization_details")) {
      try await fixture.redeem(code, details: "[2]")
    }
    _ = try await fixture.redeem(code, details: "[1]")
  }

  @Test("20 exchanges at once: one gets the tokens, and they die of the others")
  func parallelExchanges() async throws {
    let fixture = try await ServerFixture()
    let code = try await fixture.code()
    let won = await withTaskGroup(of: TokenAnswer?.self) { group in
      for _ in 0..<20 { group.addTask { try? await fixture.redeem(code) } }
      return await group.reduce(into: [TokenAnswer?]()) { $0.append($1) }.compactMap(\.self)
    }
    #expect(won.count == 1)
    let token = try fixture.service(won[0]).accessToken
    await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.authenticate(token) }
  }

  // MARK: refresh_token

  private func refresh(
    _ fixture: ServerFixture, _ token: String?, _ client: String = "app", scope: String? = nil
  ) async throws -> TokenService.Issued {
    try await RefreshTokenGrant(fixture.server).refresh(
      Parameters([("refresh_token", token ?? ""), ("scope", scope ?? "")]), client: fixture.client(client))
  }

  @Test("a refresh token is exchanged once; a second use ends the whole family and no other")
  func rotation() async throws {
    let fixture = try await ServerFixture()
    let other = try fixture.service(try await fixture.redeem(try await fixture.code()))
    let first = try fixture.service(try await fixture.redeem(try await fixture.code()))
    let second = try await refresh(fixture, first.refreshToken)
    let third = try await refresh(fixture, second.refreshToken, scope: "service")
    #expect(Set([first, second, third].map(\.refreshToken)).count == 3)
    fixture.clock.advance(10)
    await #expect(throws: OAuthError.invalidGrant("Invalid parameter refresh_token")) {
      try await refresh(fixture, first.refreshToken)
    }
    for issued in [first, second, third] {
      await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.authenticate(issued.accessToken) }
    }
    await #expect(throws: OAuthError.self) { try await refresh(fixture, third.refreshToken) }
    _ = try await fixture.tokens.authenticate(other.accessToken)
  }

  @Test("within some seconds a second use gets the same tokens again, and ends nothing; 20 at once get one pair")
  func repeatedRefresh() async throws {
    let fixture = try await ServerFixture()
    let first = try fixture.service(try await fixture.redeem(try await fixture.code()))
    let pairs = try await withThrowingTaskGroup(of: [String?].self) { group in
      for _ in 0..<20 {
        group.addTask {
          let issued = try await refresh(fixture, first.refreshToken)
          return [issued.accessToken, issued.refreshToken]
        }
      }
      return try await group.reduce(into: Set<[String?]>()) { $0.insert($1) }
    }
    #expect(pairs.count == 1)
    fixture.clock.advance(9)
    let again = try await refresh(fixture, first.refreshToken)
    #expect(pairs == [[again.accessToken, again.refreshToken]] && again.expiresIn == 3591)
    await #expect(throws: OAuthError.self) { try await refresh(fixture, first.refreshToken, "client-42") }
    // Nothing in the store is one of the tokens.
    let body = try await fixture.store.readOAuth {
      try $0.entry(.refreshAnswer, TokenService.digest(first.refreshToken ?? ""))?.body
    }
    let text = String(decoding: try #require(body), as: UTF8.self)
    #expect(!text.contains(again.accessToken) && !text.contains(again.refreshToken ?? "-"))

    // The successor was used, so its owner has it: refused, and nothing ends.
    let third = try await refresh(fixture, again.refreshToken)
    let invalid = OAuthError.invalidGrant("Invalid parameter refresh_token")
    await #expect(throws: invalid) { try await refresh(fixture, first.refreshToken) }
    _ = try await fixture.tokens.authenticate(third.accessToken)
    // Later it is a theft.
    fixture.clock.advance(1)
    await #expect(throws: invalid) { try await refresh(fixture, first.refreshToken) }
    await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.authenticate(third.accessToken) }
  }

  @Test("scopes that libraries add are ignored, and never granted")
  func addedScopes() async throws {
    let fixture = try await ServerFixture()
    let issued = try fixture.service(
      try await fixture.redeem(try await fixture.code("app", ["scope": "openid service"])))
    let next = try await refresh(fixture, issued.refreshToken, scope: "service offline_access")
    await #expect(throws: OAuthError.invalidScope) {
      try await refresh(fixture, next.refreshToken, scope: "service credential openid")
    }
    _ = try await ClientCredentialsGrant(fixture.server).issue(
      Parameters([("scope", "offline_access service")]), client: fixture.client("machine"))
  }

  @Test("whose refresh token it is, how old, and for what")
  func refreshRefusals() async throws {
    let fixture = try await ServerFixture()
    let issued = try fixture.service(try await fixture.redeem(try await fixture.code()))
    let invalid = OAuthError.invalidGrant("Invalid parameter refresh_token")
    await #expect(throws: invalid) { try await refresh(fixture, issued.refreshToken, "client-42") }
    await #expect(throws: invalid) { try await refresh(fixture, issued.accessToken) }
    await #expect(throws: OAuthError.invalidScope) {
      try await refresh(fixture, issued.refreshToken, scope: "credential")
    }
    await #expect(throws: OAuthError.missing("refresh_token")) { try await refresh(fixture, nil) }
    await #expect(throws: OAuthError.unauthorizedClient) { try await refresh(fixture, issued.refreshToken, "machine") }
    // A token of auth/login is none of OAuth's, nor the other way round.
    let login = try await fixture.tokens.logIn(username: "alice", password: ServerFixture.password, rememberMe: true)
    await #expect(throws: invalid) { try await refresh(fixture, login.refreshToken) }
    await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.refresh(issued.refreshToken ?? "") }
    // A partner token is not taken for a refresh token that was replaced, and stays.
    var old = fixture.client("old")
    old.partnerScopes = [.read]
    let partner = try await ClientCredentialsGrant(fixture.server).issue([.read], client: old)
    await #expect(throws: invalid) { try await refresh(fixture, partner.accessToken, "old") }
    _ = try await fixture.tokens.authenticatePartner(partner.accessToken)
    fixture.clock.advance(30 * 86400)
    await #expect(throws: OAuthError.invalidGrant("Refresh token expired")) {
      try await refresh(fixture, issued.refreshToken)
    }
  }

  @Test("client_credentials speaks for the partner, for scope service, and not for public clients")
  func clientCredentials() async throws {
    let fixture = try await ServerFixture()
    let grant = ClientCredentialsGrant(fixture.server)
    let issued = try await grant.issue(Parameters([]), client: fixture.client("machine"))
    let record = try await fixture.tokens.authenticate(issued.accessToken)
    #expect(record.signer == nil && record.client == "machine" && issued.refreshToken == nil)
    await #expect(throws: OAuthError.invalidScope) {
      try await grant.issue(Parameters([("scope", "credential")]), client: fixture.client("client-42"))
    }
    await #expect(throws: OAuthError.unauthorizedClient) {
      try await grant.issue(Parameters([]), client: fixture.client("app"))
    }
  }

  @Test("an access token is revoked alone, a refresh token with its family, and by its client only")
  func revocation() async throws {
    let fixture = try await ServerFixture()
    let issued = try fixture.service(try await fixture.redeem(try await fixture.code()))
    await #expect(throws: TokenService.Refusal.unknown) {
      try await fixture.server.revoke(issued.accessToken, client: fixture.client("client-42"))
    }
    try await fixture.server.revoke(issued.accessToken, client: fixture.client("app"))
    await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.authenticate(issued.accessToken) }
    let next = try await refresh(fixture, issued.refreshToken)
    try await fixture.server.revoke(next.refreshToken ?? "", client: fixture.client("app"))
    await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.authenticate(next.accessToken) }
  }
}
