internal import Crypto
internal import Octets
internal import Vocabulary

/// Hash functions with which a question names the issuer (RFC 6960 §4.1.1). They find a certificate and sign nothing,
/// so that SHA-1, which most clients use, does no harm (RFC 9919 §3.2.1).
public enum StatusHash: String, Sendable, CaseIterable {
  case sha1, sha256, sha384, sha512

  /// Octets of a digest.
  public var digestLength: Int {
    switch self {
    case .sha1: 20
    case .sha256: HashAlgorithm.sha256.digestLength
    case .sha384: HashAlgorithm.sha384.digestLength
    case .sha512: HashAlgorithm.sha512.digestLength
    }
  }

  /// Dotted decimal text.
  var oid: String {
    switch self {
    case .sha1: OID.sha1
    case .sha256: HashAlgorithm.sha256.oid
    case .sha384: HashAlgorithm.sha384.oid
    case .sha512: HashAlgorithm.sha512.oid
    }
  }

  func digest(_ octets: [UInt8]) -> [UInt8] {
    switch self {
    case .sha1: Array(Insecure.SHA1.hash(data: octets))
    case .sha256: OctetDigest.sha256(octets)
    case .sha384: OctetDigest.sha384(octets)
    case .sha512: OctetDigest.sha512(octets)
    }
  }
}
