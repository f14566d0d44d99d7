import Crypto
import OpenIDClient
import Foundation
import JWTKit
import SoleControl
import Synchronization
import TestSupport
import Testing
import WireJSON

/// A bad entry of a key set does not make the others unusable.
@Suite("Key sets", .timeLimit(.minutes(2)))
struct KeySetTests {
  private let first = StatementForge.Key(id: "k1"), second = StatementForge.Key(id: "k1")

  private static func token(_ header: String, _ key: P256.Signing.PrivateKey) throws -> String {
    let input = Forge.base64url(Data(header.utf8)) + "." + Forge.base64url(Data(#"{"sub":"s"}"#.utf8))
    return input + "." + Forge.base64url(try key.signature(for: Data(input.utf8)).rawRepresentation)
  }

  private func accepts(_ keys: [JSONValue], _ header: String = #"{"alg":"ES256","kid":"k1"}"#) async throws -> Bool {
    let token = try Self.token(header, first.key)
    return await ClientAssertions().claims(
      of: token, keys: JSONValue.object(JSONObject([("keys", .array(keys))])).compact()) != nil
  }

  private static func changed(_ key: JSONValue, _ name: String, _ value: JSONValue?) -> JSONValue {
    var object = key.object ?? JSONObject()
    object[name] = value
    return .object(object)
  }

  /// Keys that cannot be used, under the id that the token names.
  static let useless: [JSONValue] = [
    5, .null, [], "k1", [:], ["kid": "k1"], ["kty": 7, "kid": "k1"], ["kty": "EC", "kid": "k1"],
    ["kty": "EC", "crv": "P-256", "kid": "k1", "x": "!", "y": "!"], ["kty": "EC", "crv": "P-521", "kid": "k1"],
    ["kty": "RSA", "kid": "k1", "n": "AA", "e": "AA"], ["kty": "RSA", "kid": "k1", "alg": "RS256"],
    ["kty": "AKP", "kid": "k1", "alg": "ML-DSA-44"], ["kty": "oct", "kid": "k1", "k": "AAAA"],
    ["kty": "EC", "crv": "P-256", "kid": "k1", "alg": 5], ["kty": "EC", "crv": "P-256", "kid": "k1", "use": "enc"],
    ["kty": "EC", "crv": "P-256", "kid": "k1", "key_ops": ["encrypt"]], ["kty": "EC", "kid": 1, "crv": [:]],
  ]

  @Test("a broken, unknown or other key next to the right one changes nothing", arguments: useless)
  func besides(entry: JSONValue) async throws {
    #expect(try await accepts([entry, first.jwk]))
    #expect(try await accepts([first.jwk, entry]))
    #expect(try await !accepts([entry]))
  }

  @Test("one id for several keys: those that fit the token are tried, but not any number")
  func sameIDs() async throws {
    #expect(try await accepts([second.jwk, first.jwk]))
    #expect(try await accepts([first.jwk, first.jwk]))
    #expect(try await accepts([Self.changed(first.jwk, "alg", "ES384"), first.jwk]))
    #expect(try await accepts([second.jwk, first.jwk], #"{"alg":"ES256"}"#))
    #expect(try await !accepts([second.jwk]))
    #expect(try await accepts([JSONValue](repeating: second.jwk, count: 7) + [first.jwk]))
    #expect(try await !accepts([JSONValue](repeating: second.jwk, count: 8) + [first.jwk]))
    #expect(try await accepts((0..<900).map { Self.changed(second.jwk, "kid", .string("x\($0)")) } + [first.jwk]))
  }

  @Test("a key is used only as its set says")
  func uses() async throws {
    for (name, value) in [
      ("use", "enc"), ("alg", "ES384"), ("alg", 5), ("kid", "k2"), ("kid", nil), ("crv", "P-384"), ("kty", "OKP"),
      ("key_ops", ["sign"]), ("key_ops", "verify"), ("kid", "\u{212a}1"),
    ] as [(String, JSONValue?)] {
      #expect(try await !accepts([Self.changed(first.jwk, name, value)]), "\(name)")
    }
    for (name, value) in [
      ("use", "sig"), ("use", nil), ("alg", nil), ("key_ops", ["verify"]), ("x5c", 7),
    ] as [(String, JSONValue?)] {
      #expect(try await accepts([Self.changed(first.jwk, name, value)]), "\(name)")
    }
    // Told apart by octets.
    #expect(try await !accepts([Self.changed(first.jwk, "kid", "K")], "{\"alg\":\"ES256\",\"kid\":\"\u{212a}\"}"))
  }

  @Test("a provider's set, and a partner's")
  func provider() async throws {
    let forge = Forge()
    let (key, other) = (forge.keys.withLock { $0.es256 }, forge.other)
    try await forge.with { provider, issuer, _ in
      forge.keys.withLock {
        $0.published = Self.useless + [Forge.jwk(other, kid: "k1"), Forge.jwk(key, kid: "k1")]
      }
      let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: Forge.claims(issuer: issuer), key: key)
      #expect(try await provider.verify(idToken: text).subject == "subject-1")
    }
    let partner = StatementForge()
    partner.published.withLock { $0 = ["keys": .array(Self.useless + [second.jwk, partner.first.jwk])] }
    _ = try await partner.verifier().verify(StatementForge.statement(partner.first), of: StatementForge.partner)
  }
}
