import Crypto
import OpenIDClient
import Foundation
import JWTKit
import Octets
import SoleControl
import Registry
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// A partner whose every claim, header and key the test chooses.
final class StatementForge: Sendable {
  static let now: Int64 = 1_800_000_000
  static let partner = PartnerID("portal")
  static let audience = "https://gateway.example"

  /// A P-256 key with its id.
  struct Key: Sendable {
    let id: String
    let key = P256.Signing.PrivateKey()

    var jwk: JSONValue {
      let point = Array(key.publicKey.rawRepresentation)
      return [
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": .string(id),
        "x": .string(StatementForge.base64url(Data(point[..<32]))),
        "y": .string(StatementForge.base64url(Data(point[32...]))),
      ]
    }
  }

  let first = Key(id: "k1"), second = Key(id: "k2")
  /// The partner's published document; nil: it cannot be fetched.
  let published: Mutex<JSONValue?>
  let readings = Mutex(0)
  private let time = Mutex(StatementForge.now)

  init() { published = Mutex(["keys": [first.jwk]]) }

  func publish(_ keys: JSONValue...) { published.withLock { $0 = ["keys": .array(keys)] } }
  func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
  var now: Int64 { time.withLock { $0 } }

  /// Rules for the partner's statements.
  static let rules = Partner.Statements(
    issuer: "https://portal.example", levels: ["one": .low, "two": .substantial], keys: .file("/nonexistent"))

  /// A verifier for which the partner publishes the keys, wherever its record says that they are.
  func verifier(
    _ directory: TestDirectory = TestDirectory(), audience: String = StatementForge.audience,
    _ change: (inout Partner.Statements) -> Void = { _ in }
  ) -> RegisteredStatements {
    var rules = Self.rules
    change(&rules)
    directory.change(Self.partner) { $0.statements = rules }
    let statements = PartnerStatements(audience: audience, now: { self.now }) { _, _ in
      StatementKeys(
        {
          self.readings.withLock { $0 += 1 }
          return self.published.withLock { $0 }
        }, now: { self.now })
    }
    return RegisteredStatements(directory: directory, statements: statements)
  }

  static let digests = [OctetDigest.sha256("a"), OctetDigest.sha256("b")]

  static func claims() -> [String: Any] {
    [
      "iss": "https://portal.example", "aud": audience, "sub": "customer-1", "iat": now - 2, "exp": now + 60,
      "jti": "s-1", "auth_time": now - 30, "acr": "two", "amr": ["pwd", "otp"],
      "dtbsr": digests.map { Data($0).base64EncodedString() }, "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
      "numSignatures": 2,
    ]
  }

  static let header: [String: any Sendable] = ["alg": "ES256", "kid": "k1", "typ": "partner-statement+jwt"]

  static func part(_ object: [String: Any]) throws -> String {
    base64url(try JSONSerialization.data(withJSONObject: object))
  }

  /// Signs any header and claims, as no honest library would.
  static func statement(
    _ key: Key, header: [String: Any] = header, claims: [String: Any] = claims()
  ) throws -> String {
    let input = try part(header) + "." + part(claims)
    return input + "." + base64url(try key.key.signature(for: Data(input.utf8)).rawRepresentation)
  }

  static func base64url(_ data: Data) -> String {
    Base64.encodeURL(Array(data))
  }
}

/// Statements of the partners of a directory.
struct RegisteredStatements: Sendable {
  let directory: TestDirectory
  let statements: PartnerStatements

  /// Verifies with the partner's record as it is now.
  func verify(_ text: String, of id: PartnerID) async throws -> PartnerStatement {
    try await statements.verify(text, of: #require(try await directory.partner(id), "\(id)"))
  }
}
