import SwiftASN1
public import Vocabulary

/// `RSASSA-PSS-params` of RFC 4055 §3.1, as `signAlgoParams` carries it.
public struct PSSParameters: Sendable, Equatable {
  public var hash: HashAlgorithm
  public var maskGenerationHash: HashAlgorithm
  /// Octets.
  public var saltLength: Int

  public init(hash: HashAlgorithm, maskGenerationHash: HashAlgorithm, saltLength: Int) {
    self.hash = hash
    self.maskGenerationHash = maskGenerationHash
    self.saltLength = saltLength
  }

  /// Reads the DER. Nil if it is not DER, names a hash below SHA-256 (an absent hash means SHA-1), a mask
  /// generation function other than MGF1, or a trailer other than 1. Real clients write NULL or nothing as
  /// parameters of a hash, and an explicit trailer 1 though it is the default: both are accepted.
  public init?(der: [UInt8]) {
    guard let node = try? DER.parse(der), let parameters = try? PSSParameters(node: node) else { return nil }
    self = parameters
  }

  private init(node: ASN1Node) throws {
    var hash: HashAlgorithm?
    var mask: HashAlgorithm?
    var salt = 20
    try DER.sequence(node, identifier: .sequence) { fields in
      hash = try DER.optionalExplicitlyTagged(&fields, tagNumber: 0, tagClass: .contextSpecific) {
        try Self.hashAlgorithm($0)
      }
      mask = try DER.optionalExplicitlyTagged(&fields, tagNumber: 1, tagClass: .contextSpecific) {
        try Self.maskGenerationHash($0)
      }
      salt =
        try DER.optionalExplicitlyTagged(&fields, tagNumber: 2, tagClass: .contextSpecific) {
          try Int(derEncoded: $0)
        } ?? 20
      let trailer = try DER.optionalExplicitlyTagged(&fields, tagNumber: 3, tagClass: .contextSpecific) {
        try Int(derEncoded: $0)
      }
      guard trailer ?? 1 == 1 else { throw Unacceptable() }
    }
    guard let hash, let mask, salt >= 0 else { throw Unacceptable() }
    self.init(hash: hash, maskGenerationHash: mask, saltLength: salt)
  }

  private static func hashAlgorithm(_ node: ASN1Node) throws -> HashAlgorithm {
    try DER.sequence(node, identifier: .sequence) { fields in
      let oid = try ASN1ObjectIdentifier(derEncoded: &fields)
      if let parameters = fields.next() { _ = try ASN1Null(derEncoded: parameters) }
      guard let hash = HashAlgorithm(oid: "\(oid)") else { throw Unacceptable() }
      return hash
    }
  }

  private static func maskGenerationHash(_ node: ASN1Node) throws -> HashAlgorithm {
    try DER.sequence(node, identifier: .sequence) { fields in
      let oid = try ASN1ObjectIdentifier(derEncoded: &fields)
      guard "\(oid)" == OID.maskGenerationFunction1, let hash = fields.next() else { throw Unacceptable() }
      return try hashAlgorithm(hash)
    }
  }

  private struct Unacceptable: Error {}
}
