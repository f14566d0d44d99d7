internal import COpenSSL

/// A TLS certificate for a machine's own name, with a software key: the sandbox's and the tests' way to TLS.
public struct ServerIdentity: Sendable {
  /// PEM; self-signed, so it is its own trust anchor.
  public let certificate: String
  /// PEM, PKCS #8.
  public let privateKey: String

  /// For `localhost`, 127.0.0.1 and ::1.
  public static func loopback(serial: [UInt8], now: Int64, days: Int64) throws -> ServerIdentity {
    try selfSigned(
      commonName: "localhost", serial: serial, now: now, days: days,
      [(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"), (NID_ext_key_usage, "serverAuth")])
  }

  /// For a client that authenticates by mutual TLS (RFC 8705 §2.2).
  public static func client(commonName: String, serial: [UInt8], now: Int64, days: Int64) throws -> ServerIdentity {
    try selfSigned(
      commonName: commonName, serial: serial, now: now, days: days, [(NID_ext_key_usage, "clientAuth")])
  }

  private static func selfSigned(
    commonName: String, serial: [UInt8], now: Int64, days: Int64, _ extensions: [(nid: Int32, value: String)]
  ) throws -> ServerIdentity {
    let key = PublicKey(takingOwnership: try newP256Key())
    let builder = try CertificateBuilder(
      serial: serial, publicKey: key.pointer, notBefore: now - 3600, notAfter: now + days * 86400)
    try builder.subject([("O", "Countersign sandbox"), ("CN", commonName)])
    try builder.issuer(nil)
    try builder.add(
      extensions + [
        (NID_key_usage, "critical,digitalSignature"), (NID_basic_constraints, "critical,CA:FALSE"),
      ])
    let certificate = try builder.signed(with: key.pointer, hash: EVP_sha256())
    return ServerIdentity(certificate: try certificate.pem(), privateKey: try privateKeyPEM(key.pointer))
  }

  /// A P-256 private key, PEM, for a party that signs statements in tests and in the sandbox.
  public static func newPrivateKeyPEM() throws -> String {
    let key = PublicKey(takingOwnership: try newP256Key())
    return try privateKeyPEM(key.pointer)
  }

  private static func newP256Key() throws -> OpaquePointer {
    let context = try nonNil(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil), "key context")
    defer { EVP_PKEY_CTX_free(context) }
    try check(EVP_PKEY_keygen_init(context), "key generation")
    try check(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1), "curve")
    var key: OpaquePointer?
    try check(EVP_PKEY_keygen(context, &key), "key generation")
    return try nonNil(key, "key generation")
  }

  private static func privateKeyPEM(_ key: OpaquePointer) throws -> String {
    let bio = try nonNil(BIO_new(BIO_s_mem()), "memory")
    defer { BIO_free(bio) }
    try check(PEM_write_bio_PrivateKey(bio, key, nil, nil, 0, nil, nil), "cannot write a key")
    return text(of: bio)
  }
}
