public import Vocabulary

/// Signature algorithms of `signAlgo` and `key/algo`, by OID.
public enum WireSignAlgorithm: Sendable, CaseIterable {
  case sha256WithRSAEncryption, sha384WithRSAEncryption, sha512WithRSAEncryption, rsassaPSS, rsaEncryption
  case ecdsaWithSHA256, ecdsaWithSHA384, ecdsaWithSHA512

  public var oid: String {
    switch self {
    case .sha256WithRSAEncryption: OID.sha256WithRSAEncryption
    case .sha384WithRSAEncryption: OID.sha384WithRSAEncryption
    case .sha512WithRSAEncryption: OID.sha512WithRSAEncryption
    case .rsassaPSS: OID.rsassaPSS
    case .rsaEncryption: OID.rsaEncryption
    case .ecdsaWithSHA256: OID.ecdsaWithSHA256
    case .ecdsaWithSHA384: OID.ecdsaWithSHA384
    case .ecdsaWithSHA512: OID.ecdsaWithSHA512
    }
  }

  init?(oid: String) {
    guard let match = Self.allCases.first(where: { $0.oid == oid }) else { return nil }
    self = match
  }

  /// The hash that the OID itself fixes; nil where the hash OID or the parameters tell.
  public var fixedHash: HashAlgorithm? {
    switch self {
    case .sha256WithRSAEncryption, .ecdsaWithSHA256: .sha256
    case .sha384WithRSAEncryption, .ecdsaWithSHA384: .sha384
    case .sha512WithRSAEncryption, .ecdsaWithSHA512: .sha512
    case .rsassaPSS, .rsaEncryption: nil
    }
  }

  /// `key/algo` of an RSA key: combined OIDs first, because some clients take the first entry as their
  /// signing algorithm.
  public static let rsa: [WireSignAlgorithm] = [
    .sha256WithRSAEncryption, .sha384WithRSAEncryption, .sha512WithRSAEncryption, .rsassaPSS, .rsaEncryption,
  ]

  /// `key/algo` of an EC key: the hash that fits the curve first.
  public static func ecdsa(preferring hash: HashAlgorithm) -> [WireSignAlgorithm] {
    let all: [WireSignAlgorithm] = [.ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512]
    return all.filter { $0.fixedHash == hash } + all.filter { $0.fixedHash != hash }
  }
}
