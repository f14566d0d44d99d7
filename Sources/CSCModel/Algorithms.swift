/// Hash algorithms that may be signed (CSC v2 §1.5: nothing weaker than SHA-256), by OID.
public enum WireHashAlgorithm: String, Sendable, CaseIterable {
  case sha256 = "2.16.840.1.101.3.4.2.1"
  case sha384 = "2.16.840.1.101.3.4.2.2"
  case sha512 = "2.16.840.1.101.3.4.2.3"

  /// Octets of a digest.
  public var digestLength: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// The algorithm of a digest whose OID was not sent (CSC v1 `credentials/authorize` has no member for it).
  public init?(digestLength: Int) {
    guard let match = Self.allCases.first(where: { $0.digestLength == digestLength }) else { return nil }
    self = match
  }
}

/// Signature algorithms of `signAlgo` and `key/algo`, by OID.
public enum WireSignAlgorithm: String, Sendable, CaseIterable {
  case sha256WithRSAEncryption = "1.2.840.113549.1.1.11"
  case sha384WithRSAEncryption = "1.2.840.113549.1.1.12"
  case sha512WithRSAEncryption = "1.2.840.113549.1.1.13"
  case rsassaPSS = "1.2.840.113549.1.1.10"
  case rsaEncryption = "1.2.840.113549.1.1.1"
  case ecdsaWithSHA256 = "1.2.840.10045.4.3.2"
  case ecdsaWithSHA384 = "1.2.840.10045.4.3.3"
  case ecdsaWithSHA512 = "1.2.840.10045.4.3.4"

  /// The hash that the OID itself fixes; nil where the hash OID or the parameters tell.
  public var fixedHash: WireHashAlgorithm? {
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
  public static func ecdsa(preferring hash: WireHashAlgorithm) -> [WireSignAlgorithm] {
    let all: [WireSignAlgorithm] = [.ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512]
    return all.filter { $0.fixedHash == hash } + all.filter { $0.fixedHash != hash }
  }
}
