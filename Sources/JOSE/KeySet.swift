import Octets
public import WireJSON

/// A JWK set (RFC 7517 §5) as it was published.
///
/// A set is as good as each of its keys: an entry that cannot be read, is of an unknown kind or is for another use does
/// not spoil the others.
public struct KeySet: Sendable {
  /// Keys of a set that are looked at.
  private static let most = 1000
  /// Keys that are tried for one token.
  private static let mostTries = 8

  private let keys: [JSONObject]

  /// Nil if the document is no set.
  public init?(_ document: JSONValue) {
    guard let entries = document.object?["keys"]?.array else { return nil }
    keys = entries.prefix(Self.most).compactMap(\.object).filter(Self.isForSignatures)
  }

  private static func isForSignatures(_ key: JSONObject) -> Bool {
    guard (key["use"] ?? "sig") == "sig" else { return false }
    guard let operations = key["key_ops"] else { return true }
    return operations.array?.contains("verify") ?? false
  }

  /// The keys that may have signed a token, by its key id, algorithm and kind. Mostly one: a key id alone need not tell
  /// (RFC 7517 §4.5: keys of different kinds may share one).
  ///
  /// - Parameter keyID: `kid` of the token; nil for one that names none, which any key may have signed.
  public func candidates(for algorithm: TokenAlgorithm, keyID: String?) -> [JSONObject] {
    let fitting = keys.lazy.filter { key in
      guard let named = key["alg"].map(\.string) ?? algorithm.rawValue else { return false }
      return named.isSame(as: algorithm.rawValue) && algorithm.fits(key)
        && (keyID.map { key["kid"]?.string.isSame(as: $0) ?? false } ?? true)
    }
    return Array(fitting.prefix(Self.mostTries))
  }

  /// Whether a key is strong enough: RSA keys of less than 2048 bits are refused (ETSI TS 119 312); curves are fixed by
  /// the algorithm.
  public static func isStrong(_ key: JSONObject) -> Bool {
    guard key["kty"] == "RSA" else { return true }
    guard let modulus = key["n"]?.string.flatMap({ Base64.decodeURL($0, unusedBits: .any) }) else { return false }
    return modulus.drop { $0 == 0 }.count >= 256
  }

  /// The document of a set of one key, of ES256 (RFC 7518 §6.2.1).
  ///
  /// - Parameter point: the coordinates of the public key, of 32 octets each.
  public static func document(ofP256 point: [UInt8], keyID: String) -> JSONValue {
    func coordinate(_ octets: ArraySlice<UInt8>) -> JSONValue { .string(Base64.encodeURL(Array(octets))) }
    return [
      "keys": [
        [
          "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": .string(keyID),
          "x": coordinate(point.prefix(32)), "y": coordinate(point.dropFirst(32)),
        ]
      ]
    ]
  }
}
