internal import JWTKit
internal import Octets
internal import SoleControl
internal import WireJSON

/// A provider's public keys (RFC 7517) as they were published.
///
/// A set is as good as each of its keys: an entry that cannot be read, is of a kind that nobody here knows or is for
/// something else stands in nobody's way (RFC 7517 §5).
struct ProviderKeys: Sendable {
  /// Keys of a set that are looked at.
  private static let most = 1000
  /// Keys that are tried for one token.
  private static let mostTries = 8

  private let keys: [JSONObject]

  init(_ document: JSONValue) throws(EIDTokenError) {
    guard let entries = document.object?["keys"]?.array else { throw .providerUnavailable() }
    keys = entries.prefix(Self.most).compactMap(\.object).filter(Self.isForSignatures)
  }

  private static func isForSignatures(_ key: JSONObject) -> Bool {
    guard (key["use"] ?? "sig") == "sig" else { return false }
    guard let operations = key["key_ops"] else { return true }
    return operations.array?.contains("verify") ?? false
  }

  /// The keys that may have signed the token, by its key id, algorithm and kind. Mostly one: a key id alone need not tell
  /// (RFC 7517 §4.5: keys of different kinds may share one).
  func candidates(for token: SignedToken) -> [JSONObject] {
    let fitting = keys.lazy.filter { key in
      guard let algorithm = key["alg"].map(\.string) ?? token.algorithm.rawValue else { return false }
      return algorithm.isSame(as: token.algorithm.rawValue) && token.algorithm.fits(key)
        && (token.keyID.map { key["kid"]?.string.isSame(as: $0) ?? false } ?? true)
    }
    return Array(fitting.prefix(Self.mostTries))
  }

  func mayHaveSigned(_ token: SignedToken) -> Bool { !candidates(for: token).isEmpty }

  /// Whether one of the keys made the signature.
  static func isSigned(_ token: SignedToken, byOneOf keys: [JSONObject]) async -> Bool {
    for key in keys {
      if await isSigned(token, by: key) { return true }
    }
    return false
  }

  /// Whether `key` made the signature, by exactly the token's algorithm.
  private static func isSigned(_ token: SignedToken, by key: JSONObject) async -> Bool {
    let collection = JWTKeyCollection()
    let kid = token.keyID.map { JWKIdentifier(string: $0) }
    do {
      switch token.algorithm {
      case .rs256: await collection.add(rsa: try rsa(key), digestAlgorithm: .sha256, kid: kid)
      case .ps256: await collection.add(pss: try rsa(key), digestAlgorithm: .sha256, kid: kid)
      case .es256: await collection.add(ecdsa: try ES256PublicKey(parameters: coordinates(key)), kid: kid)
      case .es384: await collection.add(ecdsa: try ES384PublicKey(parameters: coordinates(key)), kid: kid)
      case .edDSA:
        guard let x = key["x"]?.string else { return false }
        await collection.add(eddsa: try EdDSA.PublicKey(x: x, curve: .ed25519), kid: kid)
      }
      _ = try await collection.verify(token.text, as: AnyClaims.self)
      return true
    } catch {
      return false
    }
  }

  private static func rsa(_ key: JSONObject) throws -> Insecure.RSA.PublicKey {
    guard let modulus = key["n"]?.string, let exponent = key["e"]?.string else { throw EIDTokenError.refused("key") }
    return try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
  }

  private static func coordinates(_ key: JSONObject) throws -> ECDSAParameters {
    guard let x = key["x"]?.string, let y = key["y"]?.string else { throw EIDTokenError.refused("key") }
    return (x, y)
  }

  /// JWTKit checks the signature; the claims are read by our own strict parser.
  private struct AnyClaims: JWTPayload {
    func verify(using algorithm: some JWTAlgorithm) {}
  }
}

extension TokenAlgorithm {
  /// Whether the key is of the kind, and on the curve, that the algorithm works with.
  fileprivate func fits(_ key: JSONObject) -> Bool {
    guard key["kty"] == .string(keyType) else { return false }
    return curve.map { key["crv"] == .string($0) } ?? true
  }

  /// RFC 7518 §3.4, RFC 8037 §3.1.
  private var curve: String? {
    switch self {
    case .rs256, .ps256: nil
    case .es256: "P-256"
    case .es384: "P-384"
    case .edDSA: "Ed25519"
    }
  }
}
