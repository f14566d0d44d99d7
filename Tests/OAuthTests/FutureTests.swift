import OAuth
import TestSupport
import Testing

/// What a clock gave that was ahead.
@Suite("Tokens and codes of the future", .timeLimit(.minutes(2)))
struct FutureTests {
  private static let ahead: Int64 = 5 * 86400

  @Test("access and refresh tokens are refused, as expired ones are")
  func tokens() async throws {
    let bench = try await ServerBench()
    bench.clock.advance(Self.ahead)
    let early = try await bench.tokens.issue(partner: "portal", signer: "alice", withRefreshToken: true)
    let code = try bench.service(await bench.redeem(await bench.code()))
    bench.clock.advance(-Self.ahead)
    await #expect(throws: TokenService.Refusal.expired) { try await bench.tokens.authenticate(early.accessToken) }
    await #expect(throws: TokenService.Refusal.unknown) { try await bench.tokens.refresh(early.refreshToken ?? "") }
    await #expect(throws: OAuthError.self) {
      try await RefreshTokenGrant(bench.server).refresh(
        Parameters([(name: "refresh_token", value: code.refreshToken ?? "")]), client: bench.client("app"))
    }
    let now = try await bench.tokens.issue(partner: "portal", signer: "alice")
    #expect(try await bench.tokens.authenticate(now.accessToken).signer == "alice")
  }

  @Test("of a token that this process stamped the true age counts")
  func redated() async throws {
    let bench = try await ServerBench()
    var tokens = bench.tokens
    tokens.redated = { $0 > bench.clock.now + 100 ? $0 - Self.ahead : $0 }
    bench.clock.advance(Self.ahead)
    let early = try await tokens.issue(partner: "portal", signer: "alice")
    bench.clock.advance(-Self.ahead)
    #expect(try await tokens.authenticate(early.accessToken).signer == "alice")
    bench.clock.advance(3601)
    let stopped = tokens
    await #expect(throws: TokenService.Refusal.expired) { try await stopped.authenticate(early.accessToken) }
  }

  @Test("codes, pushed requests and transactions are refused")
  func entries() async throws {
    let bench = try await ServerBench()
    bench.clock.advance(Self.ahead)
    let code = try await bench.code()
    let request = try await bench.server.request(ServerBench.parameters(), .v2, reader: ServerBench.reader)
    let key = try await bench.server.begin(request, browserSecret: nil)
    let pushed = try await bench.server.push(
      ServerBench.parameters(), .v2, client: bench.client("app"), reader: ServerBench.reader)
    bench.clock.advance(-Self.ahead)
    await #expect(throws: OAuthError.self) { try await bench.redeem(code) }
    await #expect(throws: TransactionRefusal.unknown) { try await bench.server.transaction(key) }
    await #expect(throws: (any Error).self) {
      try await bench.server.request(
        Parameters([(name: "client_id", value: "app"), (name: "request_uri", value: pushed)]), .v2,
        reader: ServerBench.reader)
    }
  }

  @Test("failures that were counted in the future make nobody wait, and are forgotten as others are")
  func failures() async throws {
    let bench = try await ServerBench()
    func fail() async throws {
      _ = try await bench.tokens.verify(username: "alice", password: "wrong")
    }
    bench.clock.advance(Self.ahead)
    for _ in 0..<10 { try? await fail() }
    bench.clock.advance(-Self.ahead)
    let account = try await bench.tokens.verify(username: "alice", password: ServerBench.password)
    #expect(account.username == "alice")
  }
}
