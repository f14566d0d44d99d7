import COpenSSL
public import Vocabulary

/// A private key that OpenSSL holds in memory.
public final class SoftwareKey {
  struct Failed: Error {}

  private let pointer: OpaquePointer

  /// Makes a key.
  public init(_ type: KeyType) throws {
    let family = if case .rsa = type { "RSA" } else { "EC" }
    guard let context = EVP_PKEY_CTX_new_from_name(nil, family, nil) else { throw Failed() }
    defer { EVP_PKEY_CTX_free(context) }
    try Self.check(EVP_PKEY_keygen_init(context))
    switch type {
    case .rsa(let bits): try Self.check(EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)))
    case .ec(.p256): try Self.check(EVP_PKEY_CTX_set_group_name(context, "P-256"))
    case .ec(.p384): try Self.check(EVP_PKEY_CTX_set_group_name(context, "P-384"))
    case .ec(.p521): try Self.check(EVP_PKEY_CTX_set_group_name(context, "P-521"))
    }
    var made: OpaquePointer?
    try Self.check(EVP_PKEY_generate(context, &made))
    guard let made else { throw Failed() }
    pointer = made
  }

  /// - Parameter octets: as `octets` gives them.
  init(_ octets: [UInt8]) throws {
    let read = octets.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      return d2i_AutoPrivateKey(nil, &position, buffer.count)
    }
    guard let read else { throw Failed() }
    pointer = read
  }

  deinit { EVP_PKEY_free(pointer) }

  /// The private key, DER.
  var octets: [UInt8] { Self.encoded { i2d_PrivateKey(pointer, $0) } }

  /// SubjectPublicKeyInfo, DER.
  var publicKey: [UInt8] { Self.encoded { i2d_PUBKEY(pointer, $0) } }

  /// The key for somebody who frees it.
  func retained() -> OpaquePointer {
    EVP_PKEY_up_ref(pointer)
    return pointer
  }

  /// - Returns: RSA as octets of the modulus' length, ECDSA as DER `Ecdsa-Sig-Value`.
  func sign(_ digest: [UInt8], _ algorithm: SignatureAlgorithm) throws -> [UInt8] {
    guard let context = EVP_PKEY_CTX_new(pointer, nil) else { throw Failed() }
    defer { EVP_PKEY_CTX_free(context) }
    try Self.check(EVP_PKEY_sign_init(context))
    switch algorithm {
    case .ecdsa: break
    case .rsaPKCS1(let hash):
      try Self.check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING))
      try Self.check(EVP_PKEY_CTX_set_signature_md(context, Self.digest(hash)))
    case .rsaPSS(let hash, let mask, let salt):
      try Self.check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING))
      try Self.check(EVP_PKEY_CTX_set_signature_md(context, Self.digest(hash)))
      try Self.check(EVP_PKEY_CTX_set_rsa_mgf1_md(context, Self.digest(mask)))
      try Self.check(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, Int32(salt)))
    }
    var length = 0
    try Self.check(EVP_PKEY_sign(context, nil, &length, digest, digest.count))
    var signature = [UInt8](repeating: 0, count: length)
    try Self.check(EVP_PKEY_sign(context, &signature, &length, digest, digest.count))
    return Array(signature.prefix(length))
  }

  private static func digest(_ hash: HashAlgorithm) -> OpaquePointer? {
    switch hash {
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }

  private static func encoded(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: Int(max(0, encode(nil))))
    octets.withUnsafeMutableBufferPointer { buffer in
      var position = buffer.baseAddress
      _ = encode(&position)
    }
    return octets
  }

  private static func check(_ result: Int32) throws {
    guard result > 0 else {
      ERR_clear_error()
      throw Failed()
    }
  }
}
