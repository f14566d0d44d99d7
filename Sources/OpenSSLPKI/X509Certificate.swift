internal import COpenSSL
public import SoleControl
internal import Vocabulary

/// An X.509 certificate owned by Swift. `@unchecked`: it is only read once made.
final class X509Certificate: @unchecked Sendable {
  let pointer: OpaquePointer

  init(takingOwnership pointer: OpaquePointer) { self.pointer = pointer }

  init(der: [UInt8]) throws {
    ERR_clear_error()
    pointer = try der.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      return try nonNil(d2i_X509(nil, &position, bytes.count), "not a certificate")
    }
  }

  deinit { X509_free(pointer) }

  /// The certificates of a PEM text, in its order; at least one.
  static func chain(pem: String) throws -> [X509Certificate] {
    ERR_clear_error()
    let octets = Array(pem.utf8)
    let bio = try nonNil(BIO_new_mem_buf(octets, Int32(octets.count)), "memory")
    defer { BIO_free(bio) }
    var chain: [X509Certificate] = []
    while let next = PEM_read_bio_X509(bio, nil, nil, nil) { chain.append(X509Certificate(takingOwnership: next)) }
    guard !chain.isEmpty else { throw OpenSSLError("no certificate, PEM") }
    ERR_clear_error()
    return chain
  }

  /// The subject, RFC 4514.
  var subjectName: String { get throws { try DistinguishedName.text(of: X509_get_subject_name(pointer)) } }

  /// Whether subject and issuer are the same name, as those of a root are.
  var isSelfIssued: Bool { X509_NAME_cmp(X509_get_subject_name(pointer), X509_get_issuer_name(pointer)) == 0 }

  /// Whether another can be its issuer's, by names, key identifiers and permitted use. The signature is not looked at.
  func isIssued(by other: X509Certificate) -> Bool { X509_check_issued(other.pointer, pointer) == X509_V_OK }

  func der() throws -> [UInt8] { try encoded("certificate") { i2d_X509(pointer, $0) } }

  func pem() throws -> String {
    let bio = try nonNil(BIO_new(BIO_s_mem()), "memory")
    defer { BIO_free(bio) }
    try check(PEM_write_bio_X509(bio, pointer), "cannot write a certificate")
    return text(of: bio)
  }
}

/// DER from one of OpenSSL's `i2d` functions, which allocates it.
func encoded(
  _ what: String, _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
) throws -> [UInt8] {
  var bytes: UnsafeMutablePointer<UInt8>?
  let length = encode(&bytes)
  try check(length, "cannot encode: \(what)")
  defer { CRYPTO_free(bytes, nil, 0) }
  return Array(UnsafeBufferPointer(start: bytes, count: Int(length)))
}

/// Runs `body` with a STACK_OF(X509), which does not own the certificates; nil for none.
func withStack<Result>(
  of certificates: [X509Certificate], _ body: (OpaquePointer?) throws -> Result
) throws -> Result {
  guard !certificates.isEmpty else { return try body(nil) }
  let stack = try nonNil(OPENSSL_sk_new_null(), "memory")
  defer { OPENSSL_sk_free(stack) }
  for certificate in certificates {
    try check(OPENSSL_sk_push(stack, UnsafeRawPointer(certificate.pointer)), "memory")
  }
  return try withExtendedLifetime(certificates) { try body(stack) }
}

/// The content of a memory BIO.
func text(of bio: OpaquePointer) -> String {
  var start: UnsafeMutablePointer<CChar>?
  let length = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &start)
  guard let start, length > 0 else { return "" }
  return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
}

func unixTime(_ time: UnsafePointer<ASN1_TIME>?) throws -> UnixTime {
  let epoch = try nonNil(ASN1_TIME_set(nil, 0), "time")
  defer { ASN1_STRING_free(epoch) }
  var days: Int32 = 0
  var seconds: Int32 = 0
  try check(ASN1_TIME_diff(&days, &seconds, epoch, time), "not a time")
  return UnixTime(days) * 86400 + UnixTime(seconds)
}

extension Certificate {
  /// Reads what the gateway asks of a certificate.
  ///
  /// - Parameter chain: DER, end entity first, root last.
  public init(chain: [[UInt8]]) throws {
    guard let first = chain.first else { throw OpenSSLError("an empty chain") }
    let certificate = try X509Certificate(der: first)
    let subject = X509_get_subject_name(certificate.pointer)
    self.init(
      chain: chain, notBefore: try unixTime(X509_get0_notBefore(certificate.pointer)),
      notAfter: try unixTime(X509_get0_notAfter(certificate.pointer)), subject: try DistinguishedName.text(of: subject),
      issuer: try DistinguishedName.text(of: X509_get_issuer_name(certificate.pointer)),
      organization: Self.part(NID_organizationName, of: subject),
      commonName: Self.part(NID_commonName, of: subject),
      serialNumber: try Self.serialNumber(X509_get0_serialNumber(certificate.pointer)),
      publicKey: try Self.publicKey(X509_get_X509_PUBKEY(certificate.pointer)))
  }

  private static func publicKey(_ key: OpaquePointer?) throws -> [UInt8] {
    try encoded("public key") { i2d_X509_PUBKEY(key, $0) }
  }

  private static func part(_ nid: Int32, of name: OpaquePointer?) -> String? {
    let index = X509_NAME_get_index_by_NID(name, nid, -1)
    guard index >= 0, let data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)) else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    let length = ASN1_STRING_to_UTF8(&bytes, data)
    guard length >= 0 else { return nil }
    defer { CRYPTO_free(bytes, nil, 0) }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(length)), as: UTF8.self)
  }

  /// Hexadecimal, upper case.
  static func serialNumber(_ number: UnsafePointer<ASN1_INTEGER>?) throws -> String {
    let big = try nonNil(ASN1_INTEGER_to_BN(number, nil), "serial number")
    defer { BN_free(big) }
    let hex = try nonNil(BN_bn2hex(big), "serial number")
    defer { CRYPTO_free(hex, nil, 0) }
    return String(cString: hex)
  }
}
