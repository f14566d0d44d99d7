internal import COpenSSL
public import SoleControl
internal import Synchronization
public import Vocabulary

/// Verifies signatures with OpenSSL: another implementation than the one that made them.
public final class Verifier: SignatureVerifier {
  private let keys = Mutex(LeastRecentlyUsed<[UInt8], PublicKey>(capacity: 1000))

  public init() {}

  public func isValid(
    _ signature: [UInt8], over digest: [UInt8], algorithm: SignatureAlgorithm, publicKey: [UInt8]
  ) -> Bool {
    guard let key = key(publicKey), let context = EVP_PKEY_CTX_new(key.pointer, nil) else { return false }
    defer { EVP_PKEY_CTX_free(context) }
    ERR_clear_error()
    guard EVP_PKEY_verify_init(context) > 0, configure(context, algorithm) else { return false }
    return EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
  }

  private func configure(_ context: OpaquePointer, _ algorithm: SignatureAlgorithm) -> Bool {
    switch algorithm {
    case .ecdsa: return true
    case .rsaPKCS1(let hash):
      return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0
        && EVP_PKEY_CTX_set_signature_md(context, hash.evp) > 0
    case .rsaPSS(let hash, let mask, let salt):
      return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0
        && EVP_PKEY_CTX_set_signature_md(context, hash.evp) > 0
        && EVP_PKEY_CTX_set_rsa_mgf1_md(context, mask.evp) > 0
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, Int32(salt)) > 0
    }
  }

  private func key(_ spki: [UInt8]) -> PublicKey? {
    if let key = keys.withLock({ $0.value(for: spki) }) { return key }
    guard let key = try? PublicKey(spki: spki) else { return nil }
    keys.withLock { _ = $0.insert(key, for: spki) }
    return key
  }
}

extension HashAlgorithm {
  var evp: OpaquePointer? {
    switch self {
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }
}
