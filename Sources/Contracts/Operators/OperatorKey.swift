internal import Crypto
internal import Octets

/// The public key of an operator: ECDSA with P-256 and SHA-256 (FIPS 186-5).
public struct OperatorKey: Sendable, Hashable {
  /// DER of the SubjectPublicKeyInfo (RFC 5480), in its one form.
  public let octets: [UInt8]

  /// Nil if it is not a key of this kind, in the form that its octets have here.
  public init?(_ octets: [UInt8]) {
    guard let key = try? P256.Signing.PublicKey(derRepresentation: octets), Array(key.derRepresentation) == octets
    else { return nil }
    self.octets = octets
  }

  /// SHA-256, hexadecimal. Names the key for people.
  public var fingerprint: String { Hex.encode(OctetDigest.sha256(octets)) }

  /// - Parameter signature: DER (RFC 3279 §2.2.3).
  public func isRight(_ signature: [UInt8], of octets: [UInt8]) -> Bool {
    guard let key = try? P256.Signing.PublicKey(derRepresentation: self.octets),
      let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
    else { return false }
    return key.isValidSignature(signature, for: octets)
  }
}
