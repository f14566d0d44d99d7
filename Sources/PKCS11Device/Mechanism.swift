internal import CCryptoki
internal import Vocabulary

/// A Cryptoki mechanism with its parameters.
enum Mechanism {
  case plain(UInt)
  case pss(hash: UInt, maskGeneration: UInt, saltLength: Int)

  static let hmacSHA256 = Mechanism.plain(UInt(CKM_SHA256_HMAC))
  static let hmacSHA1 = Mechanism.plain(UInt(CKM_SHA_1_HMAC))

  func withCryptoki(
    _ body: (UnsafeMutablePointer<CK_MECHANISM>) throws(CryptokiError) -> Void
  ) throws(CryptokiError) {
    switch self {
    case .plain(let type):
      var mechanism = CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(type), pParameter: nil, ulParameterLen: 0)
      try body(&mechanism)
    case .pss(let hash, let maskGeneration, let saltLength):
      let parameters = UnsafeMutablePointer<CK_RSA_PKCS_PSS_PARAMS>.allocate(capacity: 1)
      defer { parameters.deallocate() }
      parameters.initialize(
        to: CK_RSA_PKCS_PSS_PARAMS(
          hashAlg: CK_MECHANISM_TYPE(hash), mgf: CK_RSA_PKCS_MGF_TYPE(maskGeneration), sLen: CK_ULONG(saltLength)))
      var mechanism = CK_MECHANISM(
        mechanism: CK_MECHANISM_TYPE(CKM_RSA_PKCS_PSS), pParameter: parameters,
        ulParameterLen: CK_ULONG(MemoryLayout<CK_RSA_PKCS_PSS_PARAMS>.size))
      try body(&mechanism)
    }
  }
}

extension SignatureAlgorithm {
  var mechanism: Mechanism {
    switch self {
    case .rsaPKCS1: .plain(UInt(CKM_RSA_PKCS))
    case .ecdsa: .plain(UInt(CKM_ECDSA))
    case .rsaPSS(let hash, let mask, let salt):
      .pss(hash: hash.cryptoki, maskGeneration: mask.maskGeneration, saltLength: salt)
    }
  }

  /// Input of the mechanism for a digest: CKM_RSA_PKCS wants the DigestInfo around it (RFC 8017 §9.2),
  /// CKM_ECDSA at most as many bits as the group order has (FIPS 186-5 §6.4.1), PSS the digest itself.
  func input(for digest: [UInt8], key: KeyType) -> [UInt8] {
    switch self {
    case .rsaPKCS1(let hash): hash.digestInfoPrefix + digest
    case .rsaPSS: digest
    case .ecdsa: Array(digest.prefix((key.length + 7) / 8))
    }
  }
}

extension HashAlgorithm {
  fileprivate var cryptoki: UInt {
    switch self {
    case .sha256: UInt(CKM_SHA256)
    case .sha384: UInt(CKM_SHA384)
    case .sha512: UInt(CKM_SHA512)
    }
  }

  fileprivate var maskGeneration: UInt {
    switch self {
    case .sha256: UInt(CKG_MGF1_SHA256)
    case .sha384: UInt(CKG_MGF1_SHA384)
    case .sha512: UInt(CKG_MGF1_SHA512)
    }
  }

  /// DER of the DigestInfo up to the digest (RFC 8017 §9.2, note 1).
  fileprivate var digestInfoPrefix: [UInt8] {
    let last: UInt8 =
      switch self {
      case .sha256: 1
      case .sha384: 2
      case .sha512: 3
      }
    let length = UInt8(digestLength)
    return [
      0x30, length + 17, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last, 0x05, 0x00,
      0x04, length,
    ]
  }
}
