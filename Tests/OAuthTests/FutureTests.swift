import OAuth
import TestSupport
import Testing
import Vocabulary

/// Times of a clock that was ahead.
@Suite("Tokens and codes of the future", .timeLimit(.minutes(2)))
struct FutureTests {
  private static let ahead: Int64 = 5 * 86400

  @Test("access and refresh tokens are refused, as expired ones are")
  func tokens() async throws {
    let fixture = try await ServerFixture()
    fixture.clock.advance(Self.ahead)
    let early = try await fixture.tokens.issue(partner: "portal", signer: "alice", withRefreshToken: true)
    let code = try fixture.service(await fixture.redeem(await fixture.code()))
    fixture.clock.advance(-Self.ahead)
    await #expect(throws: TokenService.Refusal.expired) { try await fixture.tokens.authenticate(early.accessToken) }
    await #expect(throws: TokenService.Refusal.unknown) { try await fixture.tokens.refresh(early.refreshToken ?? "") }
    await #expect(throws: OAuthError.self) {
      try await RefreshTokenGrant(fixture.server).refresh(
        Parameters([(name: "refresh_token", value: code.refreshToken ?? "")]), client: fixture.client("app"))
    }
    let now = try await fixture.tokens.issue(partner: "portal", signer: "alice")
    #expect(try await fixture.tokens.authenticate(now.accessToken).signer == "alice")
  }

  @Test("of a token that this process stamped the true age counts")
  func redated() async throws {
    let fixture = try await ServerFixture()
    var tokens = fixture.tokens
    tokens.redating = {
      let now = fixture.clock.now
      return { $0 > now + 100 ? $0 - Self.ahead : $0 }
    }
    fixture.clock.advance(Self.ahead)
    let early = try await tokens.issue(partner: "portal", signer: "alice")
    fixture.clock.advance(-Self.ahead)
    #expect(try await tokens.authenticate(early.accessToken).signer == "alice")
    fixture.clock.advance(3601)
    let stopped = tokens
    await #expect(throws: TokenService.Refusal.expired) { try await stopped.authenticate(early.accessToken) }
  }

  @Test("codes, pushed requests and transactions are refused")
  func entries() async throws {
    let fixture = try await ServerFixture()
    fixture.clock.advance(Self.ahead)
    let code = try await fixture.code()
    let request = try await fixture.server.request(ServerFixture.parameters(), .v2, reader: ServerFixture.reader)
    let key = try await fixture.server.begin(request, browserSecret: nil).key
    let pushed = try await fixture.server.push(
      ServerFixture.parameters(), .v2, client: fixture.client("app"), reader: ServerFixture.reader)
    fixture.clock.advance(-Self.ahead)
    await #expect(throws: OAuthError.self) { try await fixture.redeem(code) }
    await #expect(throws: TransactionRefusal.unknown) { try await fixture.server.transaction(key) }
    await #expect(throws: (any Error).self) {
      try await fixture.server.request(
        Parameters([(name: "client_id", value: "app"), (name: "request_uri", value: pushed)]), .v2,
        reader: ServerFixture.reader)
    }
  }

  @Test("failures that were counted in the future make nobody wait, and are forgotten as others are")
  func failures() async throws {
    let fixture = try await ServerFixture()
    func fail() async throws {
      _ = try await fixture.tokens.verify(username: "alice", password: "wrong")
    }
    fixture.clock.advance(Self.ahead)
    for _ in 0..<10 { try? await fail() }
    fixture.clock.advance(-Self.ahead)
    let account = try await fixture.tokens.verify(username: "alice", password: ServerFixture.password)
    #expect(account.username == "alice")
  }
}
