internal import SwiftASN1
internal import Vocabulary

/// `Attribute` with one value (RFC 5652 §5.3).
struct Attribute: DERSerializable {
  private let type: ASN1ObjectIdentifier
  /// DER.
  private let value: [UInt8]

  /// - Parameters:
  ///   - oid: dotted decimal text.
  ///   - value: DER.
  init(_ oid: String, _ value: [UInt8]) throws {
    type = try ASN1ObjectIdentifier(dotRepresentation: oid)
    self.value = value
  }

  func serialize(into coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      try coder.serialize(type)
      coder.appendConstructedNode(identifier: .set) { $0.serializeRawBytes(value) }
    }
  }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1).
struct PSSParameters: DERSerializable {
  let hash, maskGenerationHash: HashAlgorithm
  /// Octets.
  let saltLength: Int
  private static let defaultSaltLength = 20

  func serialize(into coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) {
        try Self.serialize(hash, into: &$0)
      }
      try coder.serialize(explicitlyTaggedWithTagNumber: 1, tagClass: .contextSpecific) { coder in
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try coder.serialize(ASN1ObjectIdentifier(dotRepresentation: OID.maskGenerationFunction1))
          try Self.serialize(maskGenerationHash, into: &coder)
        }
      }
      // DER leaves defaults out.
      if saltLength != Self.defaultSaltLength {
        try coder.serialize(saltLength, explicitlyTaggedWithTagNumber: 2, tagClass: .contextSpecific)
      }
    }
  }

  /// `AlgorithmIdentifier` with NULL as parameters (RFC 4055 §2.1).
  private static func serialize(_ hash: HashAlgorithm, into coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      try coder.serialize(ASN1ObjectIdentifier(dotRepresentation: hash.oid))
      try coder.serialize(ASN1Null())
    }
  }
}

extension DERSerializable {
  func der() throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(self)
    return serializer.serializedBytes
  }
}
