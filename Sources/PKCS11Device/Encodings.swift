internal import SwiftASN1
internal import Vocabulary

/// Turns what Cryptoki gives into what X.509 and CMS want.
enum Encodings {
  /// r and s side by side become `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) in DER.
  static func ecdsaSignature(_ raw: [UInt8]) throws -> [UInt8] {
    try sequence { serializer in
      try serializer.serialize(integer(raw.prefix(raw.count / 2)))
      try serializer.serialize(integer(raw.suffix(raw.count / 2)))
    }
  }

  /// `SubjectPublicKeyInfo` of an RSA key (RFC 3279 §2.3.1).
  static func rsaPublicKey(modulus: [UInt8], exponent: [UInt8]) throws -> [UInt8] {
    let key = try sequence { serializer in
      try serializer.serialize(integer(modulus[...]))
      try serializer.serialize(integer(exponent[...]))
    }
    return try sequence { serializer in
      try serializer.appendConstructedNode(identifier: .sequence) { algorithm in
        try algorithm.serialize(ASN1ObjectIdentifier(dotRepresentation: OID.rsaEncryption))
        try algorithm.serialize(ASN1Null())
      }
      try serializer.serialize(ASN1BitString(bytes: key[...]))
    }
  }

  /// `SubjectPublicKeyInfo` of an EC key (RFC 5480 §2). Cryptoki wraps the point in an OCTET STRING.
  static func ecPublicKey(_ curve: Curve, wrappedPoint: [UInt8]) throws -> [UInt8] {
    let point = try ASN1OctetString(derEncoded: wrappedPoint).bytes
    return try sequence { serializer in
      try serializer.appendConstructedNode(identifier: .sequence) { algorithm in
        try algorithm.serialize(ASN1ObjectIdentifier(dotRepresentation: OID.ecPublicKey))
        try algorithm.serialize(ASN1ObjectIdentifier(dotRepresentation: curve.oid))
      }
      try serializer.serialize(ASN1BitString(bytes: point))
    }
  }

  /// CKA_EC_PARAMS: the curve's OID in DER.
  static func ecParameters(_ curve: Curve) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(ASN1ObjectIdentifier(dotRepresentation: curve.oid))
    return serializer.serializedBytes
  }

  private static func sequence(_ content: (inout DER.Serializer) throws -> Void) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.appendConstructedNode(identifier: .sequence, content)
    return serializer.serializedBytes
  }

  /// Without leading zeros; the serializer adds the one that a set top bit needs.
  private static func integer(_ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8> { octets.drop { $0 == 0 } }
}
