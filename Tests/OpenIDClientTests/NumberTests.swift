import Crypto
import OpenIDClient
import Foundation
import JWTKit
import SoleControl
import Synchronization
import Testing
import Vocabulary
import WireJSON

/// RFC 7519 §2: a NumericDate need not be whole. RFC 8259 §6: a number need not fit any type.
@Suite("Numbers in tokens", .timeLimit(.minutes(2)))
struct NumberTests {
  /// Members as they are written, so that a number can be any text.
  private static func text(_ claims: [String: Any], _ written: [String: String]) throws -> String {
    let members = try claims.filter { written[$0.key] == nil }.map { name, value in
      let value = try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
      return "\"\(name)\":" + String(decoding: value, as: UTF8.self)
    }
    return "{" + (members + written.map { "\"\($0.key)\":\($0.value)" }).joined(separator: ",") + "}"
  }

  private static func token(_ header: String, _ claims: String, _ key: P256.Signing.PrivateKey) throws -> String {
    let input = Forge.base64url(Data(header.utf8)) + "." + Forge.base64url(Data(claims.utf8))
    return input + "." + Forge.base64url(try key.signature(for: Data(input.utf8)).rawRepresentation)
  }

  static let good: [[String: String]] = [
    ["iat": "1800000000.0", "exp": "1800000060.75", "auth_time": "1799999997.5"],
    ["iat": "1.8e9", "exp": "18000001E2", "auth_time": "1.799999997e9"],
    ["iat": "1800000029.5", "exp": "1799999971.5"], ["nbf": "1800000029.25"],
    ["x": "123456789012345678901234567890", "y": "-1e999", "z": "[9223372036854775808,{\"a\":1e400}]"],
    ["x": "\"\\u0000\"", "\\u0000": "1"],
  ]

  @Test("an ID token", arguments: good)
  func idToken(written: [String: String]) async throws {
    let forge = Forge()
    let key = try P256.Signing.PrivateKey(pemRepresentation: forge.keys.withLock { $0.es256 }.pemRepresentation)
    try await forge.with { provider, issuer, _ in
      let claims = try Self.text(Forge.claims(issuer: issuer), written)
      let token = try Self.token(#"{"alg":"ES256","kid":"k1","n":99999999999999999999,"m":1.5}"#, claims, key)
      #expect(try await provider.verify(idToken: token).authenticationTime == Forge.now - 3)
    }
  }

  @Test("a partner's statement", arguments: good + [["numSignatures": "2.0"], ["numSignatures": "0.2e1"]])
  func statement(written: [String: String]) async throws {
    let forge = StatementForge()
    var written = written
    if written["iat"] != nil { written["exp"] = "1800000060.5" }
    written["auth_time"] = "1799999970.5"
    let claims = try Self.text(StatementForge.claims(), written)
    let token = try Self.token(
      #"{"alg":"ES256","kid":"k1","typ":"partner-statement+jwt","n":99999999999999999999}"#, claims, forge.first.key)
    let statement = try await forge.verifier().verify(token, of: StatementForge.partner)
    #expect(statement.authenticationTime == StatementForge.now - 30)
    #expect(statement.authorizedDigests?.numSignatures == 2)
  }

  @Test("a client's assertion", arguments: good)
  func assertion(written: [String: String]) async throws {
    let forge = StatementForge()
    let claims = try Self.text(["iss": "c"], written)
    let token = try Self.token(#"{"alg":"ES256","kid":"k1"}"#, claims, forge.first.key)
    let keys: JSONValue = ["keys": [forge.first.jwk]]
    let read = await ClientAssertions().claims(of: token, keys: keys.compact())
    #expect(read?["iss"] == "c")
    for name in ["iat", "exp", "nbf"] where written[name] != nil { #expect(NumericDate(read?[name]) != nil) }
  }

  @Test("introspection and userinfo")
  func answers() async throws {
    let forge = Forge()
    let change: @Sendable (inout ProviderSettings) -> Void = { $0.accessTokens = .both }
    try await forge.with(change) { provider, issuer, _ in
      forge.answers.withLock {
        $0["introspect"] = [
          "active": true, "client_id": "us", "sub": "s", "acr": "high", "exp": .real(1_800_000_060.5),
          "iat": .real(1_800_000_000.25), "auth_time": .real(1_799_999_999.5), "x": .real(1e300),
        ]
        $0["userinfo"] = ["sub": "s", "exp": .real(-1e300), "updated_at": .real(1.5)]
      }
      let statement = try await provider.verify("token", for: PartnerID("p"))
      #expect(statement.authenticationTime == Forge.now - 1)
      #expect(statement.accessToken?.expires == Forge.now + 60 + 31)
    }
  }
}
