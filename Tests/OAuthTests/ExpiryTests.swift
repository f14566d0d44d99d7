import OAuth
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("What is over is forgotten", .timeLimit(.minutes(2)))
struct ExpiryTests {
  private static let day: Int64 = 86400

  /// Says that the signature is right, so that an id is used up.
  private struct Signed: AssertionVerifier {
    func claims(of assertion: String, keys: [UInt8]) async -> JSONObject? {
      JSONObject([
        ("iss", "client-42"), ("sub", "client-42"), ("aud", "https://as.example"), ("jti", "1"),
        ("exp", .integer(Int64(assertion) ?? 0)),
      ])
    }
  }

  /// Calls that add a row, by name.
  private static let ways: [(String, @Sendable (ServerFixture) async throws -> Void)] = [
    (
      "a pushed request",
      {
        _ = try await $0.server.push(
          ServerFixture.parameters(), .v2, client: $0.client("app"), reader: ServerFixture.reader)
      }
    ),
    (
      "a transaction",
      {
        let request = try await $0.server.request(ServerFixture.parameters(), .v2, reader: ServerFixture.reader)
        _ = try await $0.server.begin(request, browserSecret: nil).key
      }
    ),
    (
      "client_credentials",
      { _ = try await ClientCredentialsGrant($0.server).issue(Parameters([]), client: $0.client("client-42")) }
    ),
    ("auth/login", { _ = try await $0.tokens.issue(partner: "portal", signer: "alice") }),
    (
      "a used id",
      { fixture in
        let assertion = "\(fixture.clock.now + 60)"
        let parameters = [
          ("client_id", "client-42"), ("client_assertion", assertion),
          ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ]
        _ = try await ClientAuthentication(fixture.server).authenticate(
          PresentedClient(basic: nil, certificate: nil, audiences: []),
          Parameters(parameters.map { (name: $0.0, value: $0.1) }))
      }
    ),
  ]

  @Test("by everything that adds something", arguments: ways.map(\.0))
  func everyAddition(name: String) async throws {
    let fixture = try await ServerFixture(assertions: Signed())
    let add = try #require(Self.ways.first { $0.0 == name }).1
    let now = fixture.clock.now
    try await fixture.store.writeOAuth { store in
      try store.put(OAuthEntry(kind: .usedID, digest: [1], expires: now - 1, body: []))
      try store.put(token(1, expires: now - Self.day - 1))
      try store.put(token(2, expires: now - Self.day + 1))
    }
    try await add(fixture)
    #expect(try await fixture.store.readOAuth { try $0.entry(.usedID, [1]) } == nil)
    #expect(try await fixture.store.readOAuth { try $0.token([1]) } == nil)
    // So that its client is still told that it expired.
    #expect(try await fixture.store.readOAuth { try $0.token([2]) } != nil)
  }

  @Test("by the exchange of a code and of a refresh token")
  func exchanges() async throws {
    let fixture = try await ServerFixture()
    func age() async throws {
      let now = fixture.clock.now
      try await fixture.store.writeOAuth { try $0.put(token(1, expires: now - Self.day - 1)) }
    }
    let code = try await fixture.code()
    try await age()
    let issued = try fixture.service(await fixture.redeem(code))
    #expect(try await fixture.store.readOAuth { try $0.token([1]) } == nil)
    try await age()
    let refresh = try #require(issued.refreshToken)
    _ = try await RefreshTokenGrant(fixture.server).refresh(
      Parameters([(name: "refresh_token", value: refresh)]), client: fixture.client("app"))
    #expect(try await fixture.store.readOAuth { try $0.token([1]) } == nil)
  }

  private func token(_ number: UInt8, expires: Int64) -> TokenRecord {
    TokenRecord(
      digest: [number], kind: .access, partner: "portal", signer: nil, client: nil, grant: "g\(number)",
      expires: expires)
  }
}
