import Octets
public import Vocabulary

extension HashAlgorithm {
  public func digest(of octets: [UInt8]) -> [UInt8] {
    switch self {
    case .sha256: OctetDigest.sha256(octets)
    case .sha384: OctetDigest.sha384(octets)
    case .sha512: OctetDigest.sha512(octets)
    }
  }
}
