internal import Crypto

/// Digests of octets and of the UTF-8 octets of texts (FIPS 180-4).
public enum OctetDigest {
  public static func sha256(_ octets: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: octets)) }
  public static func sha256(_ text: some StringProtocol) -> [UInt8] { sha256(Array(text.utf8)) }
  public static func sha384(_ octets: [UInt8]) -> [UInt8] { Array(SHA384.hash(data: octets)) }
  public static func sha512(_ octets: [UInt8]) -> [UInt8] { Array(SHA512.hash(data: octets)) }
}
