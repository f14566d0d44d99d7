public import Vocabulary

/// Algorithms with which authorities sign certificates, lists and answers: ETSI TS 119 312 and the agreed mechanisms of
/// the ECCG (Implementing Regulation (EU) 2025/1943, GEN-4.2.2-2).
public enum CertificateAlgorithm: String, Sendable, CaseIterable {
  case ecdsaWithSHA256
  case ecdsaWithSHA384
  case sha256WithRSA
  case sha384WithRSA

  /// The algorithm that goes with a key: a hash as strong as it. Nil for keys with which no authority signs, such as
  /// RSA-2048.
  public init?(_ key: KeyType) {
    switch key {
    case .ec(.p256): self = .ecdsaWithSHA256
    case .ec(.p384): self = .ecdsaWithSHA384
    case .rsa(bits: 3072): self = .sha256WithRSA
    case .rsa(bits: 4096): self = .sha384WithRSA
    default: return nil
    }
  }

  public var oid: String {
    switch self {
    case .ecdsaWithSHA256: OID.ecdsaWithSHA256
    case .ecdsaWithSHA384: OID.ecdsaWithSHA384
    case .sha256WithRSA: OID.sha256WithRSAEncryption
    case .sha384WithRSA: OID.sha384WithRSAEncryption
    }
  }

  public var hash: HashAlgorithm {
    switch self {
    case .ecdsaWithSHA256, .sha256WithRSA: .sha256
    case .ecdsaWithSHA384, .sha384WithRSA: .sha384
    }
  }

  /// AlgorithmIdentifier: without parameters for ECDSA (RFC 5758 §3.2), with NULL for RSA (RFC 4055 §5).
  public var der: [UInt8] {
    let name = DERWriter.objectIdentifier(oid)
    switch self {
    case .ecdsaWithSHA256, .ecdsaWithSHA384: return DERWriter.sequence(name)
    case .sha256WithRSA, .sha384WithRSA: return DERWriter.sequence(name, DERWriter.null)
    }
  }
}

extension CertificateAlgorithm {
  /// Certificate and CertificateList (RFC 5280 §4.1, §5.1) have one form: the octets that were signed, the algorithm,
  /// the signature.
  ///
  /// - Parameter signature: as the algorithm has it: Ecdsa-Sig-Value in DER (RFC 3279 §2.2.3), or an RSA signature.
  public func assembled(_ toBeSigned: [UInt8], signature: [UInt8]) -> [UInt8] {
    DERWriter.sequence(toBeSigned, der, DERWriter.bitString(signature))
  }
}
