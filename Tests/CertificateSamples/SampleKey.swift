import Certificates
import Crypto
import CryptoExtras

/// A key that lives as long as the samples are needed.
enum SampleKey {
  case p256(P256.Signing.PrivateKey)
  case p384(P384.Signing.PrivateKey)
  case rsa(_RSA.Signing.PrivateKey)

  struct NotIssuable: Error {}

  /// The key as certificates have it.
  var publicKey: SubjectPublicKey {
    get throws {
      let der: [UInt8]
      switch self {
      case .p256(let key): der = Array(key.publicKey.derRepresentation)
      case .p384(let key): der = Array(key.publicKey.derRepresentation)
      case .rsa(let key): der = Array(key.publicKey.derRepresentation)
      }
      guard let key = SubjectPublicKey(der: der) else { throw NotIssuable() }
      return key
    }
  }

  /// PKCS #8.
  var pem: String {
    switch self {
    case .p256(let key): key.pemRepresentation
    case .p384(let key): key.pemRepresentation
    case .rsa(let key): key.pkcs8PEMRepresentation
    }
  }

  /// As `CertificateAlgorithm` wants it for this key.
  func sign(_ octets: [UInt8]) throws -> [UInt8] {
    switch self {
    case .p256(let key): Array(try key.signature(for: SHA256.hash(data: octets)).derRepresentation)
    case .p384(let key): Array(try key.signature(for: SHA384.hash(data: octets)).derRepresentation)
    case .rsa(let key):
      Array(try key.signature(for: SHA256.hash(data: octets), padding: .insecurePKCS1v1_5).rawRepresentation)
    }
  }
}
