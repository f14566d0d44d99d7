internal import JWTKit
internal import SoleControl
internal import WireJSON

/// A provider's public keys (RFC 7517) as they were published.
struct ProviderKeys: Sendable {
  private let keys: [JSONObject]

  /// Two keys of the same id make the set ambiguous: it is refused.
  init(_ document: JSONValue) throws(EIDTokenError) {
    guard let entries = document.object?["keys"]?.array else { throw .providerUnavailable() }
    keys = entries.compactMap(\.object).filter { $0["use"]?.string ?? "sig" == "sig" }
    let ids = keys.compactMap { $0["kid"]?.string }
    guard Set(ids).count == ids.count else { throw .refused("ambiguous keys") }
  }

  /// The one key that may have signed the token. A token without a key id is good only if one key fits.
  func key(for token: SignedToken) -> JSONObject? {
    let fitting = keys.filter { key in
      key["kty"]?.string == token.algorithm.keyType
        && key["alg"]?.string ?? token.algorithm.rawValue == token.algorithm.rawValue
        && (token.keyID == nil || key["kid"]?.string == token.keyID)
    }
    return fitting.count == 1 ? fitting[0] : nil
  }

  /// Whether `key` made the signature, by exactly the token's algorithm.
  static func isSigned(_ token: SignedToken, by key: JSONObject) async -> Bool {
    let collection = JWTKeyCollection()
    let kid = token.keyID.map { JWKIdentifier(string: $0) }
    do {
      switch token.algorithm {
      case .rs256: await collection.add(rsa: try rsa(key), digestAlgorithm: .sha256, kid: kid)
      case .ps256: await collection.add(pss: try rsa(key), digestAlgorithm: .sha256, kid: kid)
      case .es256: await collection.add(ecdsa: try ES256PublicKey(parameters: coordinates(key, "P-256")), kid: kid)
      case .es384: await collection.add(ecdsa: try ES384PublicKey(parameters: coordinates(key, "P-384")), kid: kid)
      case .edDSA:
        guard key["crv"] == "Ed25519", let x = key["x"]?.string else { return false }
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

  private static func coordinates(_ key: JSONObject, _ curve: String) throws -> ECDSAParameters {
    guard key["crv"]?.string == curve, let x = key["x"]?.string, let y = key["y"]?.string else {
      throw EIDTokenError.refused("key")
    }
    return (x, y)
  }

  /// JWTKit checks the signature; the claims are read by our own strict parser.
  private struct AnyClaims: JWTPayload {
    func verify(using algorithm: some JWTAlgorithm) {}
  }
}
