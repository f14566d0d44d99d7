internal import COpenSSL

// Certificates for TLS that need no CA, with keys in files: for the sandbox and for tests. Apart from `OpenSSLPKI`, so
// that the product has no way to make one.

/// A self-signed TLS certificate with a software key.
public struct SelfSignedIdentity: Sendable {
  /// PEM; self-signed, so it is its own trust anchor.
  public let certificate: String
  /// PEM, PKCS #8.
  public let privateKey: String

  /// For a server at `localhost`, 127.0.0.1 and ::1.
  ///
  /// - Parameters:
  ///   - serial: 16 random octets; RFC 5280 §4.1.2.2 wants at most 20 and a positive number.
  ///   - now: seconds since 1970, UTC.
  public static func loopback(serial: [UInt8], now: Int64, days: Int64) throws -> SelfSignedIdentity {
    try SelfSignedIdentity(
      commonName: "localhost", serial: serial, now: now, days: days,
      [(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"), (NID_ext_key_usage, "serverAuth")])
  }

  /// For a client that authenticates by mutual TLS (RFC 8705 §2.2).
  public static func client(commonName: String, serial: [UInt8], now: Int64, days: Int64) throws -> SelfSignedIdentity {
    try SelfSignedIdentity(
      commonName: commonName, serial: serial, now: now, days: days, [(NID_ext_key_usage, "clientAuth")])
  }

  /// A P-256 private key, PEM, for a party that signs statements.
  public static func newPrivateKeyPEM() throws -> String {
    let key = try newKey()
    defer { EVP_PKEY_free(key) }
    return try pem(ofKey: key)
  }

  private init(
    commonName: String, serial: [UInt8], now: Int64, days: Int64, _ extensions: [(nid: Int32, value: String)]
  ) throws {
    ERR_clear_error()
    let key = try Self.newKey()
    defer { EVP_PKEY_free(key) }
    let made = try nonNil(X509_new(), "certificate")
    defer { X509_free(made) }
    try check(X509_set_version(made, 2), "version")
    let positive = [serial[0] & 0x7f | 0x40] + serial.dropFirst()
    let number = try nonNil(BN_bin2bn(positive, Int32(positive.count), nil), "serial number")
    defer { BN_free(number) }
    _ = try nonNil(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made)), "serial number")
    _ = try nonNil(ASN1_TIME_set(X509_getm_notBefore(made), time_t(now - 3600)), "notBefore")
    _ = try nonNil(ASN1_TIME_set(X509_getm_notAfter(made), time_t(now + days * 86400)), "notAfter")
    try check(X509_set_pubkey(made, key), "public key")
    let name = X509_get_subject_name(made)
    for (type, value) in [("O", "Countersign sandbox"), ("CN", commonName)] {
      try check(X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, value, -1, -1, 0), "name")
    }
    try check(X509_set_issuer_name(made, name), "issuer")
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, made, made, nil, nil, 0)
    let usual: [(nid: Int32, value: String)] = [
      (NID_subject_key_identifier, "hash"), (NID_key_usage, "critical,digitalSignature"),
      (NID_basic_constraints, "critical,CA:FALSE"),
    ]
    for (nid, value) in usual + extensions {
      let part = try nonNil(X509V3_EXT_conf_nid(nil, &context, nid, value), "extension \(value)")
      defer { X509_EXTENSION_free(part) }
      try check(X509_add_ext(made, part, -1), "extension \(value)")
    }
    try check(X509_sign(made, key, EVP_sha256()), "signature")
    certificate = try Self.pem { PEM_write_bio_X509($0, made) }
    privateKey = try Self.pem(ofKey: key)
  }

  private static func newKey() throws -> OpaquePointer {
    let context = try nonNil(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil), "key")
    defer { EVP_PKEY_CTX_free(context) }
    try check(EVP_PKEY_keygen_init(context), "key")
    try check(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1), "key")
    var key: OpaquePointer?
    try check(EVP_PKEY_keygen(context, &key), "key")
    return try nonNil(key, "key")
  }

  private static func pem(ofKey key: OpaquePointer) throws -> String {
    try pem { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
  }

  private static func pem(_ write: (OpaquePointer) -> Int32) throws -> String {
    let bio = try nonNil(BIO_new(BIO_s_mem()), "memory")
    defer { BIO_free(bio) }
    try check(write(bio), "PEM")
    var start: UnsafeMutablePointer<CChar>?
    let length = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &start)
    return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }
}

/// A failed call of OpenSSL.
private struct Failed: Error, CustomStringConvertible {
  let description: String
}

private func check(_ result: Int32, _ what: String) throws {
  guard result > 0 else { throw Failed(description: "OpenSSL cannot make a TLS identity: \(what)") }
}

private func nonNil<Value>(_ value: Value?, _ what: String) throws -> Value {
  guard let value else { throw Failed(description: "OpenSSL cannot make a TLS identity: \(what)") }
  return value
}
