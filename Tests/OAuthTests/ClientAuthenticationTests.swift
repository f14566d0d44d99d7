import CSCModel
import OAuth
import Octets
import Registry
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Client authentication", .timeLimit(.minutes(2)))
struct ClientAuthenticationTests {
  private static let right = Array(ServerFixture.secret.utf8)

  private func presented(
    _ basic: (String, [UInt8])? = nil, certificate: [UInt8]? = nil
  ) -> PresentedClient {
    PresentedClient(
      basic: basic.map { ($0.0, [$0.1]) }, certificate: certificate, audiences: ["https://as.example/oauth2/token"])
  }

  @Test("each way of proving it, and ways that clients mix")
  func good() async throws {
    let fixture = try await ServerFixture()
    let good: [(PresentedClient, [(String, String)], String)] = [
      (presented(("client-42", Self.right)), [], "client-42"),
      (presented(("client-42", Self.right)), [("client_id", "client-42")], "client-42"),
      (presented(), [("client_id", "client-42"), ("client_secret", ServerFixture.secret)], "client-42"),
      (
        presented(("client-42", Self.right)), [("client_id", "client-42"), ("client_secret", ServerFixture.secret)],
        "client-42"
      ),
      (presented(), [("client_id", "app")], "app"),
      // One client of a public kind always sends a Basic header.
      (presented(("app", [])), [("client_id", "app")], "app"),
      (presented(certificate: [1, 2, 3]), [("client_id", "machine")], "machine"),
    ]
    for (presented, parameters, id) in good {
      #expect(
        try await ClientAuthentication(fixture.server).authenticate(
          presented, Parameters(parameters.map { (name: $0.0, value: $0.1) })
        ).id.rawValue
          == id)
    }
  }

  @Test("every row of the token endpoint's table about clients")
  func refused() async throws {
    let fixture = try await ServerFixture()
    let wrong: [(PresentedClient, [(String, String)], OAuthError)] = [
      (presented(), [], .missing("client_id")), (presented(), [("client_id", "nobody")], .invalid("client_id")),
      (presented(("old", Self.right)), [("client_id", "client-42")], .invalid("client_id")),
      (presented(), [("client_id", "client-42")], .clientAuthenticationRequired),
      (presented(), [("client_id", "client-42"), ("client_secret", "wrong")], .wrongSecret),
      (presented(("client-42", Array("wrong".utf8))), [], .wrongSecret),
      // The method must be one that the client registered.
      (presented(("old", Self.right)), [], .wrongSecret),
      (presented(("app", Self.right)), [], .wrongSecret),
      (presented(), [("client_id", "app"), ("client_secret", "x")], .wrongSecret),
      (
        presented(("client-42", Self.right)), [("client_secret", "wrong")],
        .invalidRequest("More than one client authentication method")
      ),
      (
        presented(), [("client_id", "machine")], .invalidClient("The connection has no registered certificate")
      ),
      (
        presented(certificate: [1, 2]), [("client_id", "machine")],
        .invalidClient("The connection has no registered certificate")
      ),
      (
        presented(), [("client_id", "client-42"), ("client_assertion", "a.b.c")], .invalid("client_assertion_type")
      ),
    ]
    for (presented, parameters, error) in wrong {
      await #expect(throws: error) {
        try await ClientAuthentication(fixture.server).authenticate(
          presented, Parameters(parameters.map { (name: $0.0, value: $0.1) }))
      }
    }
    await #expect(throws: OAuthError.repeatedParameter) {
      try await ClientAuthentication(fixture.server).authenticate(
        presented(), Parameters([(name: "client_id", value: "app"), (name: "client_id", value: "app")]))
    }
  }

  /// Says that the signature is right, so that the claims decide.
  private struct Signed: AssertionVerifier {
    func claims(of assertion: String, keys: [UInt8]) async -> JSONObject? {
      let payload = assertion.split(separator: ".")[1]
      return Base64.decode(String(payload)).flatMap { try? JSONValue.parse($0, limits: .own).object }
    }
  }

  private func assertion(_ fixture: ServerFixture, _ changes: [(String, JSONValue?)] = []) -> Parameters {
    var claims = JSONObject([
      ("iss", "client-42"), ("sub", "client-42"), ("aud", "https://as.example/oauth2/token"),
      ("exp", .integer(fixture.clock.now + 60)), ("jti", .string("\(UInt64.random(in: .min ... .max))")),
    ])
    for (name, value) in changes { claims[name] = value }
    let text = "e30." + Base64.encodeURL(JSONValue.object(claims).compact()) + ".AAAA"
    return Parameters([
      (name: "client_assertion", value: text),
      (name: "client_assertion_type", value: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
    ])
  }

  /// Extreme values, on which no arithmetic is done.
  static let farTimes: [JSONValue] = [
    .integer(.max), .integer(.min), .integer(.max - 30), .integer(-1), .integer(1 << 40), .real(1e300), .real(-1e300),
  ]

  @Test("a client that is refused for what it asks does not spend its assertion")
  func refusedBefore() async throws {
    let fixture = try await ServerFixture(assertions: Signed())
    let good = assertion(fixture)
    await #expect(throws: OAuthError.invalid("query")) {
      try await ClientAuthentication(fixture.server).authenticate(presented(), good) { client in
        throw client.id.rawValue == "client-42" ? OAuthError.invalid("query") : OAuthError.invalid("client_id")
      }
    }
    #expect(try await ClientAuthentication(fixture.server).authenticate(presented(), good).id.rawValue == "client-42")
  }

  @Test("private_key_jwt: who, for whom, until when, and once (RFC 7523 §3)")
  func assertions() async throws {
    let fixture = try await ServerFixture(assertions: Signed())
    let good = assertion(fixture)
    #expect(try await ClientAuthentication(fixture.server).authenticate(presented(), good).id.rawValue == "client-42")
    await #expect(throws: OAuthError.self) {
      try await ClientAuthentication(fixture.server).authenticate(presented(), good)
    }
    #expect(
      try await ClientAuthentication(fixture.server).authenticate(
        presented(), assertion(fixture, [("aud", ["x", "https://as.example"])])
      ).id.rawValue
        == "client-42")
    let now = fixture.clock.now
    let wrong: [[(String, JSONValue?)]] =
      [
        [("iss", "app")], [("sub", "app")], [("aud", "https://other.example")], [("aud", nil)], [("exp", nil)],
        [("exp", .integer(now - 31))], [("exp", .integer(now + 700))], [("jti", nil)], [("jti", "")],
        [("nbf", .integer(now + 60))], [("nbf", "now")],
      ] + Self.farTimes.flatMap { [[("exp", $0)], [("nbf", $0)]] }
    for changes in wrong {
      await #expect(throws: OAuthError.self, "\(changes)") {
        try await ClientAuthentication(fixture.server).authenticate(presented(), assertion(fixture, changes))
      }
    }
    // Without a verified signature nothing helps.
    let strict = try await ServerFixture()
    await #expect(throws: OAuthError.invalidClient("Invalid parameter client_assertion")) {
      try await ClientAuthentication(strict.server).authenticate(presented(), assertion(strict))
    }
  }

  @Test("private_key_jwt: a time need not be whole (RFC 7519 §2)")
  func fractions() async throws {
    let fixture = try await ServerFixture(assertions: Signed())
    let now = fixture.clock.now
    for good in [
      [("exp", .real(Double(now) + 0.5))], [("exp", .real(Double(now) - 28.5))], [("nbf", .real(Double(now) + 29.5))],
      [("x", .real(1e300)), ("iat", .real(Double(now) + 0.5))],
    ] as [[(String, JSONValue?)]] {
      #expect(
        try await ClientAuthentication(fixture.server).authenticate(presented(), assertion(fixture, good)).id.rawValue
          == "client-42", "\(good)")
    }
    for late in [[("nbf", .real(Double(now) + 30.5))], [("exp", .real(Double(now) - 30.5))]] as [[(String, JSONValue?)]]
    {
      await #expect(throws: OAuthError.self) {
        try await ClientAuthentication(fixture.server).authenticate(presented(), assertion(fixture, late))
      }
    }
  }
}
