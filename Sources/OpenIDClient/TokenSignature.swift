internal import JOSE
internal import JWTKit
internal import SoleControl
internal import WireJSON

extension SignedToken {
  /// The keys of a set that may have signed it.
  func candidates(in keys: KeySet) -> [JSONObject] { keys.candidates(for: algorithm, keyID: keyID) }

  /// Whether one of the keys made the signature, by exactly the token's algorithm.
  func isSigned(byOneOf keys: [JSONObject]) async -> Bool {
    for key in keys {
      if await isSigned(by: key) { return true }
    }
    return false
  }

  private func isSigned(by key: JSONObject) async -> Bool {
    let collection = JWTKeyCollection()
    let kid = keyID.map { JWKIdentifier(string: $0) }
    do {
      switch algorithm {
      case .rs256: await collection.add(rsa: try Self.rsa(key), digestAlgorithm: .sha256, kid: kid)
      case .ps256: await collection.add(pss: try Self.rsa(key), digestAlgorithm: .sha256, kid: kid)
      case .es256: await collection.add(ecdsa: try ES256PublicKey(parameters: Self.coordinates(key)), kid: kid)
      case .es384: await collection.add(ecdsa: try ES384PublicKey(parameters: Self.coordinates(key)), kid: kid)
      case .edDSA:
        guard let x = key["x"]?.string else { return false }
        await collection.add(eddsa: try EdDSA.PublicKey(x: x, curve: .ed25519), kid: kid)
      }
      _ = try await collection.verify(text, as: AnyClaims.self)
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
