import CSCModel
import Crypto
import OAuth
import Octets
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("account_token", .timeLimit(.minutes(2)))
struct AccountTokenTests {
  private func token(_ fixture: ServerFixture, _ changes: [(String, JSONValue?)] = []) -> String {
    var claims = JSONObject([
      ("sub", "acct-20931"), ("azp", "client-42"), ("iat", .integer(fixture.clock.now)),
      ("jti", .string("\(UInt64.random(in: .min ... .max))")),
    ])
    for (name, value) in changes { claims[name] = value }
    let signed =
      Base64.encodeURL(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8)) + "."
      + Base64.encodeURL(JSONValue.object(claims).compact())
    let key = SymmetricKey(data: OctetDigest.sha256(ServerFixture.secret))
    return signed + "." + Base64.encodeURL(Array(HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)))
  }

  private func use(
    _ fixture: ServerFixture, _ token: String, _ changes: [String: String?] = [:]
  ) async throws -> CodeRequest {
    try await fixture.server.request(
      ServerFixture.parameters("client-42", changes.merging(["account_token": token]) { $1 }), .v2,
      reader: ServerFixture.reader)
  }

  @Test("a time that no calendar knows is refused, and nobody reckons with it")
  func farTimes() async throws {
    let fixture = try await ServerFixture()
    #expect(try await use(fixture, token(fixture)).account == "acct-20931")
    for time in ClientAuthenticationTests.farTimes {
      await #expect(throws: CodeRequestRefusal.self, "\(time)") {
        try await use(fixture, token(fixture, [("iat", time)]))
      }
    }
  }

  @Test("a time need not be whole", arguments: [-599.5, 0.25, 29.5] as [Double])
  func fractions(shift: Double) async throws {
    let fixture = try await ServerFixture()
    let time = JSONValue.real(Double(fixture.clock.now) + shift)
    #expect(try await use(fixture, token(fixture, [("iat", time)])).account == "acct-20931")
    for refused in [-600.5, 30.5] {
      let time = JSONValue.real(Double(fixture.clock.now) + refused)
      await #expect(throws: CodeRequestRefusal.self) { try await use(fixture, token(fixture, [("iat", time)])) }
    }
  }

  @Test(
    "a request that is refused for something else does not spend it",
    arguments: [
      ["scope": "credential"], ["scope": "everything"], ["code_challenge": "x"], ["response_type": "token"],
      ["scope": "credential-deletion", "credentialID": "c"],
    ] as [[String: String?]])
  func refusedForSomethingElse(changes: [String: String?]) async throws {
    let fixture = try await ServerFixture()
    let token = token(fixture)
    await #expect(throws: CodeRequestRefusal.self) { try await use(fixture, token, changes) }
    #expect(try await use(fixture, token).account == "acct-20931")
    await #expect(throws: CodeRequestRefusal.self) { try await use(fixture, token) }
  }
}
