import Crypto
public import SoleControl

extension HashAlgorithm {
  public func digest(of octets: [UInt8]) -> [UInt8] {
    switch self {
    case .sha256: Array(SHA256.hash(data: octets))
    case .sha384: Array(SHA384.hash(data: octets))
    case .sha512: Array(SHA512.hash(data: octets))
    }
  }
}
