import TestSupport
import Testing

@testable import OAuth

@Suite("Grants", .timeLimit(.minutes(2)))
struct GrantTests {
  @Test("a code gives tokens that open the API for the user")
  func code() async throws {
    let bench = try await ServerBench()
    let issued = try bench.service(try await bench.redeem(try await bench.code()))
    let record = try await bench.tokens.authenticate(issued.accessToken)
    #expect(record.partner == "portal" && record.signer == "signer-alice" && record.client == "app")
    #expect(issued.refreshToken != nil && issued.expiresIn == 3600)
  }

  @Test("a code that comes a second time is refused and ends what the first use gave")
  func replay() async throws {
    let bench = try await ServerBench()
    let code = try await bench.code()
    let issued = try bench.service(try await bench.redeem(code))
    // Also with a wrong verifier: whoever has the code is not its owner.
    await #expect(throws: CodeReused.self) { try await bench.redeem(code, "app", ["code_verifier": nil]) }
    await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.authenticate(issued.accessToken) }
    await #expect(throws: OAuthError.invalidGrant("Invalid parameter refresh_token")) {
      try await RefreshTokenGrant(bench.server).refresh(
        Parameters([("refresh_token", issued.refreshToken ?? "")]), client: bench.client("app"))
    }
  }

  @Test("a code is not spent by a wrong exchange")
  func wrongExchanges() async throws {
    let bench = try await ServerBench()
    let code = try await bench.code()
    let verifier = OAuthError.invalidGrant("Invalid parameter code_verifier")
    let redirect = OAuthError.invalidGrant("redirect_uri parameter does not match")
    let wrong: [(String, [String: String?], OAuthError)] = [
      ("client-42", [:], .invalidGrant("Invalid parameter code")),
      ("app", ["code": "made up"], .invalidGrant("Invalid parameter code")),
      ("app", ["code": nil], .missing("code")), ("app", ["redirect_uri": nil], redirect),
      ("app", ["redirect_uri": "https://app.example.org/cb/"], redirect), ("app", ["code_verifier": nil], verifier),
      ("app", ["code_verifier": String(ServerBench.verifier.dropLast()) + "A"], verifier),
      ("app", ["code_verifier": ServerBench.challenge], verifier), ("machine", [:], .unauthorizedClient),
    ]
    for (client, changes, error) in wrong {
      await #expect(throws: error) { try await bench.redeem(code, client, changes) }
    }
    await #expect(throws: OAuthError.invalid("authorization_details")) { try await bench.redeem(code, details: [1]) }
    _ = try await bench.redeem(code)
  }

  @Test("a code lives a minute")
  func expiry() async throws {
    let bench = try await ServerBench()
    let code = try await bench.code()
    bench.clock.advance(60)
    await #expect(throws: OAuthError.invalidGrant("Authorization code is invalid or expired")) {
      try await bench.redeem(code)
    }
  }

  @Test("v1 prints the longer text, and an excepted client goes without PKCE; a verifier then shows an attack")
  func v1() async throws {
    let bench = try await ServerBench()
    let without: [String: String?] = ["code_challenge": nil, "code_challenge_method": nil]
    let code = try await bench.code("old", without, dialect: .v1)
    await #expect(
      throws: OAuthError.invalidGrant(
        "redirect_uri parameter does not match redirect_uri parameter of authorization request")
    ) { try await bench.redeem(code, "old", ["redirect_uri": "https://evil.example", "code_verifier": nil]) }
    await #expect(throws: OAuthError.invalidGrant("Invalid parameter code_verifier")) {
      try await bench.redeem(code, "old")
    }
    _ = try await bench.redeem(code, "old", ["code_verifier": nil])
  }

  @Test("a credential code gives the SAD, no refresh token, and lies in the store encrypted")
  func credential() async throws {
    let bench = try await ServerBench()
    let sad = (0..<48).map { _ in UInt8.random(in: .min ... .max) }
    let code = try await bench.code(
      "app", ["scope": "credential", "credentialID": "cred-1"], granted: bench.granted(sad: sad))
    let stored = try await bench.store.readOAuth { try $0.entry(.code, TokenService.digest(code))?.body }
    let text = String(decoding: stored ?? [], as: UTF8.self)
    #expect(!text.contains(sad.map(String.init).joined(separator: ",").prefix(60)) && text.contains("sealed"))
    guard case .credential(let token) = try await bench.redeem(code) else {
      Issue.record("no credential token")
      return
    }
    #expect(token.sad == sad && token.expiresIn == 300 && token.credential == "cred-1")
    await #expect {
      _ = try await bench.redeem(code)
    } throws: { ($0 as? CodeReused)?.activation == [9, 9] }
  }

  @Test("a rich request must be repeated, and be the same")
  func rich() async throws {
    let bench = try await ServerBench()
    let code = try await bench.code("app", ["authorization_details": "[1]"], granted: bench.granted())
    await #expect(throws: OAuthError.missing("authorization_details")) { try await bench.redeem(code) }
    await #expect(throws: OAuthError.invalid("authorization_details")) {
      try await bench.redeem(code, details: Array("[2]".utf8))
    }
    _ = try await bench.redeem(code, details: Array("[1]".utf8))
  }

  @Test("20 exchanges at once: one gets the tokens, and they die of the others")
  func parallelExchanges() async throws {
    let bench = try await ServerBench()
    let code = try await bench.code()
    let won = await withTaskGroup(of: TokenAnswer?.self) { group in
      for _ in 0..<20 { group.addTask { try? await bench.redeem(code) } }
      return await group.reduce(into: [TokenAnswer?]()) { $0.append($1) }.compactMap(\.self)
    }
    #expect(won.count == 1)
    let token = try bench.service(won[0]).accessToken
    await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.authenticate(token) }
  }

  // MARK: refresh_token

  private func refresh(
    _ bench: ServerBench, _ token: String?, _ client: String = "app", scope: String? = nil
  ) async throws -> TokenService.Issued {
    try await RefreshTokenGrant(bench.server).refresh(
      Parameters([("refresh_token", token ?? ""), ("scope", scope ?? "")]), client: bench.client(client))
  }

  @Test("a refresh token is exchanged once; a second use ends the whole family and no other")
  func rotation() async throws {
    let bench = try await ServerBench()
    let other = try bench.service(try await bench.redeem(try await bench.code()))
    let first = try bench.service(try await bench.redeem(try await bench.code()))
    let second = try await refresh(bench, first.refreshToken)
    let third = try await refresh(bench, second.refreshToken, scope: "service")
    #expect(Set([first, second, third].map(\.refreshToken)).count == 3)
    bench.clock.advance(10)
    await #expect(throws: OAuthError.invalidGrant("Invalid parameter refresh_token")) {
      try await refresh(bench, first.refreshToken)
    }
    for issued in [first, second, third] {
      await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.authenticate(issued.accessToken) }
    }
    await #expect(throws: OAuthError.self) { try await refresh(bench, third.refreshToken) }
    _ = try await bench.tokens.authenticate(other.accessToken)
  }

  @Test("within some seconds a second use gets the same tokens again, and ends nothing; 20 at once get one pair")
  func repeatedRefresh() async throws {
    let bench = try await ServerBench()
    let first = try bench.service(try await bench.redeem(try await bench.code()))
    let pairs = try await withThrowingTaskGroup(of: [String?].self) { group in
      for _ in 0..<20 {
        group.addTask {
          let issued = try await refresh(bench, first.refreshToken)
          return [issued.accessToken, issued.refreshToken]
        }
      }
      return try await group.reduce(into: Set<[String?]>()) { $0.insert($1) }
    }
    #expect(pairs.count == 1)
    bench.clock.advance(9)
    let again = try await refresh(bench, first.refreshToken)
    #expect(pairs == [[again.accessToken, again.refreshToken]] && again.expiresIn == 3591)
    await #expect(throws: OAuthError.self) { try await refresh(bench, first.refreshToken, "client-42") }
    // Nothing in the store is one of the tokens.
    let body = try await bench.store.readOAuth {
      try $0.entry(.refreshAnswer, TokenService.digest(first.refreshToken ?? ""))?.body
    }
    let text = String(decoding: try #require(body), as: UTF8.self)
    #expect(!text.contains(again.accessToken) && !text.contains(again.refreshToken ?? "-"))

    // Whoever has used the successor has got it: refused, and nothing ends.
    let third = try await refresh(bench, again.refreshToken)
    let invalid = OAuthError.invalidGrant("Invalid parameter refresh_token")
    await #expect(throws: invalid) { try await refresh(bench, first.refreshToken) }
    _ = try await bench.tokens.authenticate(third.accessToken)
    // Later it is a theft.
    bench.clock.advance(1)
    await #expect(throws: invalid) { try await refresh(bench, first.refreshToken) }
    await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.authenticate(third.accessToken) }
  }

  @Test("scopes that libraries add are ignored, and never granted")
  func addedScopes() async throws {
    let bench = try await ServerBench()
    let issued = try bench.service(try await bench.redeem(try await bench.code("app", ["scope": "openid service"])))
    let next = try await refresh(bench, issued.refreshToken, scope: "service offline_access")
    await #expect(throws: OAuthError.invalidScope) {
      try await refresh(bench, next.refreshToken, scope: "service credential openid")
    }
    _ = try await ClientCredentialsGrant(bench.server).issue(
      Parameters([("scope", "offline_access service")]), client: bench.client("machine"))
  }

  @Test("whose refresh token it is, how old, and for what")
  func refreshRefusals() async throws {
    let bench = try await ServerBench()
    let issued = try bench.service(try await bench.redeem(try await bench.code()))
    let invalid = OAuthError.invalidGrant("Invalid parameter refresh_token")
    await #expect(throws: invalid) { try await refresh(bench, issued.refreshToken, "client-42") }
    await #expect(throws: invalid) { try await refresh(bench, issued.accessToken) }
    await #expect(throws: OAuthError.invalidScope) {
      try await refresh(bench, issued.refreshToken, scope: "credential")
    }
    await #expect(throws: OAuthError.missing("refresh_token")) { try await refresh(bench, nil) }
    await #expect(throws: OAuthError.unauthorizedClient) { try await refresh(bench, issued.refreshToken, "machine") }
    // A token of auth/login is none of OAuth's, nor the other way round.
    let login = try await bench.tokens.logIn(username: "alice", password: ServerBench.password, rememberMe: true)
    await #expect(throws: invalid) { try await refresh(bench, login.refreshToken) }
    await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.refresh(issued.refreshToken ?? "") }
    bench.clock.advance(30 * 86400)
    await #expect(throws: OAuthError.invalidGrant("Refresh token expired")) {
      try await refresh(bench, issued.refreshToken)
    }
  }

  @Test("client_credentials speaks for the partner, for scope service, and not for public clients")
  func clientCredentials() async throws {
    let bench = try await ServerBench()
    let grant = ClientCredentialsGrant(bench.server)
    let issued = try await grant.issue(Parameters([]), client: bench.client("machine"))
    let record = try await bench.tokens.authenticate(issued.accessToken)
    #expect(record.signer == nil && record.client == "machine" && issued.refreshToken == nil)
    await #expect(throws: OAuthError.invalidScope) {
      try await grant.issue(Parameters([("scope", "credential")]), client: bench.client("client-42"))
    }
    await #expect(throws: OAuthError.unauthorizedClient) {
      try await grant.issue(Parameters([]), client: bench.client("app"))
    }
  }

  @Test("an access token is revoked alone, a refresh token with its family, and by its client only")
  func revocation() async throws {
    let bench = try await ServerBench()
    let issued = try bench.service(try await bench.redeem(try await bench.code()))
    await #expect(throws: TokenService.Refusal.unknown) {
      try await bench.server.revoke(issued.accessToken, client: bench.client("client-42"))
    }
    try await bench.server.revoke(issued.accessToken, client: bench.client("app"))
    await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.authenticate(issued.accessToken) }
    let next = try await refresh(bench, issued.refreshToken)
    try await bench.server.revoke(next.refreshToken ?? "", client: bench.client("app"))
    await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.authenticate(next.accessToken) }
  }
}
