internal import COpenSSL
public import Conformance

/// Verifies with OpenSSL what a service under test returned.
public struct ConformanceCryptography: CryptographyPort {
  public init() {}

  public func isValid(
    _ signature: [UInt8], over digest: [UInt8], _ scheme: SignatureScheme, certificate: [UInt8]
  ) -> Bool {
    guard let certificate = X509Certificate(der: certificate),
      let key = X509_get0_pubkey(certificate.pointer), let context = EVP_PKEY_CTX_new(key, nil)
    else { return false }
    defer { EVP_PKEY_CTX_free(context) }
    ERR_clear_error()
    guard EVP_PKEY_verify_init(context) > 0, configure(context, scheme) else { return false }
    var signature = signature
    if scheme == .ecdsaPlain {
      guard let der = Self.derSignature(signature) else { return false }
      signature = der
    }
    return EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
  }

  private func configure(_ context: OpaquePointer, _ scheme: SignatureScheme) -> Bool {
    switch scheme {
    case .ecdsa, .ecdsaPlain: return true
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

  /// `Ecdsa-Sig-Value` from r and s of equal length.
  private static func derSignature(_ plain: [UInt8]) -> [UInt8]? {
    let half = plain.count / 2
    guard half > 0, plain.count == 2 * half, let signature = ECDSA_SIG_new() else { return nil }
    defer { ECDSA_SIG_free(signature) }
    let r = BN_bin2bn(Array(plain[..<half]), Int32(half), nil)
    let s = BN_bin2bn(Array(plain[half...]), Int32(half), nil)
    guard ECDSA_SIG_set0(signature, r, s) == 1 else { return nil }
    return derOctets { i2d_ECDSA_SIG(signature, $0) }
  }

  public func certificate(_ der: [UInt8]) -> CertificateFacts? {
    X509Certificate(der: der)?.facts
  }

  public func isIssued(_ certificate: [UInt8], by issuer: [UInt8]) -> Bool {
    guard let certificate = X509Certificate(der: certificate), let issuer = X509Certificate(der: issuer) else {
      return false
    }
    return X509_check_issued(issuer.pointer, certificate.pointer) == X509_V_OK
      && X509_verify(certificate.pointer, X509_get0_pubkey(issuer.pointer)) == 1
  }

  // MARK: Time-stamp tokens and CMS

  public func timestamp(_ der: [UInt8]) -> TimestampFacts? {
    ERR_clear_error()
    let (token, isWhole) = der.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      let token = d2i_PKCS7(nil, &position, bytes.count)
      return (token, position == bytes.baseAddress.map { $0 + bytes.count })
    }
    guard let token else { return nil }
    defer { PKCS7_free(token) }
    guard isWhole, let info = PKCS7_to_TS_TST_INFO(token) else { return nil }
    defer { TS_TST_INFO_free(info) }
    let imprint = TS_TST_INFO_get_msg_imprint(info)
    guard let algorithm = TS_MSG_IMPRINT_get_algo(imprint), let message = TS_MSG_IMPRINT_get_msg(imprint) else {
      return nil
    }
    return TimestampFacts(
      hashAlgorithm: Self.text(of: algorithm.pointee.algorithm), hashedMessage: Self.octets(of: message),
      nonce: TS_TST_INFO_get_nonce(info).flatMap(Self.hex), signatureIsValid: Self.tokenSignatureIsValid(der))
  }

  private static func tokenSignatureIsValid(_ der: [UInt8]) -> Bool? {
    guard let cms = CMS(der) else { return false }
    guard cms.holdsCertificates else { return nil }
    return cms.verify(content: nil)
  }

  public func signedData(_ der: [UInt8], content: [UInt8]) -> SignedDataFacts? {
    guard let cms = CMS(der), let signer = cms.firstSigner else { return nil }
    let isDetached = CMS_is_detached(cms.pointer) == 1
    // -1 without any.
    let signed = (0..<max(0, CMS_signed_get_attr_count(signer))).map { CMS_signed_get_attr(signer, $0) }
    let unsigned = (0..<max(0, CMS_unsigned_get_attr_count(signer))).map { CMS_unsigned_get_attr(signer, $0) }
    let enclosed = CMS_get0_content(cms.pointer)?.pointee.map { Self.octets(of: $0) }
    return SignedDataFacts(
      content: isDetached ? nil : enclosed ?? [], signatureIsValid: cms.verify(content: isDetached ? content : nil),
      signedAttributes: signed.map { Self.text(of: X509_ATTRIBUTE_get0_object($0)) },
      unsignedAttributes: unsigned.map { Self.text(of: X509_ATTRIBUTE_get0_object($0)) })
  }

  // MARK: Values

  /// Dotted decimal.
  private static func text(of object: OpaquePointer?) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    OBJ_obj2txt(&buffer, Int32(buffer.count), object, 1)
    return buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  private static func octets(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
    Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
  }

  /// Without leading zeros.
  private static func hex(_ number: UnsafePointer<ASN1_INTEGER>) -> String? {
    guard let big = ASN1_INTEGER_to_BN(number, nil) else { return nil }
    defer { BN_free(big) }
    guard let text = BN_bn2hex(big) else { return nil }
    defer { CRYPTO_free(text, nil, 0) }
    return String(String(cString: text).drop { $0 == "0" })
  }
}

private func derOctets(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32) -> [UInt8]? {
  var bytes: UnsafeMutablePointer<UInt8>?
  let length = encode(&bytes)
  guard length > 0, let bytes else { return nil }
  defer { CRYPTO_free(bytes, nil, 0) }
  return Array(UnsafeBufferPointer(start: bytes, count: Int(length)))
}

/// A CMS SignedData owned by Swift.
private final class CMS {
  let pointer: OpaquePointer

  init?(_ der: [UInt8]) {
    ERR_clear_error()
    let made = der.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      return d2i_CMS_ContentInfo(nil, &position, bytes.count)
    }
    guard let made else { return nil }
    pointer = made
    guard OBJ_obj2nid(CMS_get0_type(pointer)) == NID_pkcs7_signed else { return nil }
  }

  deinit { CMS_ContentInfo_free(pointer) }

  var firstSigner: OpaquePointer? {
    let infos = CMS_get0_SignerInfos(pointer)
    return OPENSSL_sk_num(infos) > 0 ? OpaquePointer(OPENSSL_sk_value(infos, 0)) : nil
  }

  var holdsCertificates: Bool {
    guard let certificates = CMS_get1_certs(pointer) else { return false }
    defer { OPENSSL_sk_pop_free(certificates) { X509_free($0.map { OpaquePointer($0) }) } }
    return OPENSSL_sk_num(certificates) > 0
  }

  /// Whether signature and digest fit; who the signer is does not matter here.
  ///
  /// - Parameter content: nil if it is inside.
  func verify(content: [UInt8]?) -> Bool {
    ERR_clear_error()
    let flags = UInt32(CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY)
    guard let output = BIO_new(BIO_s_mem()) else { return false }
    defer { BIO_free(output) }
    guard let content else { return CMS_verify(pointer, nil, nil, nil, output, flags) == 1 }
    return content.withUnsafeBytes { bytes in
      guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return false }
      defer { BIO_free(input) }
      return CMS_verify(pointer, nil, nil, input, output, flags) == 1
    }
  }
}

extension HashFunction {
  fileprivate var evp: OpaquePointer? {
    switch self {
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    case .sha512With256Bits: EVP_sha512_256()
    case .sha3With256Bits: EVP_sha3_256()
    case .sha3With384Bits: EVP_sha3_384()
    case .sha3With512Bits: EVP_sha3_512()
    }
  }
}
