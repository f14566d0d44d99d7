internal import Crypto
public import Vocabulary

/// A public key as a certificate has it: SubjectPublicKeyInfo of RFC 5480 §2 and RFC 3279 §2.3.1.
///
/// A key has one of four shapes, octet for octet: a point of P-256 or P-384 that is not compressed, or a modulus of
/// 3072 or 4096 bits with the exponent 65537. Everything else is no key of a certificate: RSA-2048, named by
/// parameters, another exponent.
public struct SubjectPublicKey: Sendable, Equatable {
  public let type: KeyType
  /// SubjectPublicKeyInfo, DER.
  public let der: [UInt8]
  /// The content of its BIT STRING, without the octet of unused bits.
  public let bits: [UInt8]

  /// Types that certificates are issued for.
  public static let types: [KeyType] = [.ec(.p256), .ec(.p384), .rsa(bits: 3072), .rsa(bits: 4096)]

  /// - Parameter der: SubjectPublicKeyInfo. Nil for any other than the four shapes. Whether a point is on its curve is
  ///   `Lint`'s to look at.
  public init?(der: [UInt8]) {
    for type in Self.types {
      let shape = Shape(type)
      guard der.count == shape.front.count + shape.variable + shape.back.count, der.starts(with: shape.front),
        der.suffix(shape.back.count).elementsEqual(shape.back)
      else { continue }
      // A modulus has all its bits, so the highest one is set.
      if case .rsa = type, der[shape.front.count] < 0x80 { return nil }
      self.type = type
      self.der = der
      bits = Array(der[shape.bitsStart...])
      return
    }
    return nil
  }

  /// Key identifier, method 1 of RFC 5280 §4.2.1.2: SHA-1 of the BIT STRING, for finding the key and not for trusting
  /// it.
  public var identifier: [UInt8] { Array(Insecure.SHA1.hash(data: bits)) }

  /// The octets around those that differ from key to key.
  private struct Shape {
    let front, back: [UInt8]
    let variable: Int
    /// Where the content of the BIT STRING begins.
    let bitsStart: Int

    init(_ type: KeyType) {
      let filler: (octets: [UInt8], algorithm: [UInt8], fixedFront: Int)
      switch type {
      case .ec(let curve):
        let point = 2 * ((type.length + 7) / 8)
        let parameters = DERWriter.objectIdentifier(curve.oid)
        filler = ([0x04] + [UInt8](repeating: 0xFF, count: point), Self.algorithm(OID.ecPublicKey, parameters), 1)
        (variable, back) = (point, [])
      case .rsa(let bits):
        let modulus = DERWriter.integer(unsigned: [UInt8](repeating: 0xFF, count: bits / 8))
        let exponent = DERWriter.integer(65537)
        let key = DERWriter.sequence(modulus, exponent)
        filler = (key, Self.algorithm(OID.rsaEncryption, DERWriter.null), key.count - bits / 8 - exponent.count)
        (variable, back) = (bits / 8, exponent)
      }
      let whole = DERWriter.sequence(filler.algorithm, DERWriter.bitString(filler.octets))
      bitsStart = whole.count - filler.octets.count
      front = Array(whole[..<(bitsStart + filler.fixedFront)])
    }

    private static func algorithm(_ oid: String, _ parameters: [UInt8]) -> [UInt8] {
      DERWriter.sequence(DERWriter.objectIdentifier(oid), parameters)
    }
  }
}
