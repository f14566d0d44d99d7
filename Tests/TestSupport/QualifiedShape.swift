import COpenSSL
import OpenSSLPKI
public import SoleControl
public import Vocabulary

/// A CA named TEST that lives as long as the test, for certificates of the qualified shape: with the statements of ETSI
/// EN 319 412-5. No sandbox, and no service, has it.
public final class QualifiedShape {
  struct Failed: Error {}

  /// A statement of a certificate, as DER in hexadecimal.
  public enum Statement: String, Sendable, CaseIterable {
    case compliance = "3008060604008E460101"
    case device = "3008060604008E460104"
    case forSignatures = "3013060604008E4601063009060704008E46010601"
    case forSeals = "3013060604008E4601063009060704008E46010602"
    /// QcCClegislation, of Switzerland.
    case elsewhere = "300E060604008E460107300413024348"

    // Faults of CAs.
    /// QcType that names QcCompliance and QcSSCD as types, next to its own.
    case allAsTypes = "3023060604008E4601063019060704008E46010601060604008E460101060604008E460104"
    /// The type of electronic signatures as a statement of its own.
    case typeAsStatement = "3009060704008E46010601"
    /// QcType without types.
    case withoutTypes = "3008060604008E460106"
  }

  public enum Flaw: Sendable {
    /// A second extension with statements.
    case statementsTwice
    /// An extension under an OID made of a UUID (X.667), which has more than 64 bits. No fault.
    case foreignExtension
  }

  private static let foreign = OBJ_create(
    "2.25.329800735698586629295641978511506172918", "testForeign", "Foreign extension of tests")

  /// As a person's qualified certificate of a key in a qualified device has them.
  public static let person: [Statement] = [.compliance, .device, .forSignatures]
  /// The same of an organisation.
  public static let seal: [Statement] = [.compliance, .device, .forSeals]

  private let key: SoftwareKey
  private let root: OpaquePointer

  public init() throws {
    key = try SoftwareKey(.ec(.p256))
    let pointer = key.retained()
    defer { EVP_PKEY_free(pointer) }
    root = try Self.certificate("Countersign TEST CA", pointer, issuer: nil, now: 0, days: 36500)
    try Self.add([(NID_basic_constraints, "critical,CA:TRUE")], to: root, issuer: root)
    guard X509_sign(root, pointer, EVP_sha256()) > 0 else { throw Failed() }
  }

  deinit { X509_free(root) }

  /// - Parameters:
  ///   - publicKey: SubjectPublicKeyInfo, DER.
  ///   - now: UTC, seconds since 1970.
  ///   - flaw: nil for a certificate as it should be.
  public func issue(
    _ statements: [Statement], publicKey: [UInt8], now: UnixTime, flaw: Flaw? = nil
  ) throws -> Certificate {
    let subject = publicKey.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      return d2i_PUBKEY(nil, &position, buffer.count)
    }
    defer { EVP_PKEY_free(subject) }
    let certificate = try Self.certificate("TEST Alice Example", subject, issuer: root, now: now, days: 30)
    defer { X509_free(certificate) }
    // 1.3.6.1.4.1.32473.1.9.3
    var extensions = [(NID_certificate_policies, "DER:300F300D060B2B0601040181FD59010903")]
    if !statements.isEmpty {
      let content = statements.map(\.rawValue).joined()
      extensions.append((NID_qcStatements, "DER:30\(Self.hex(content.count / 2))\(content)"))
    }
    switch flaw {
    case .statementsTwice: extensions.append((NID_qcStatements, "DER:300A3008060604008E460103"))
    case .foreignExtension: extensions.append((Self.foreign, "DER:0500"))
    case nil: break
    }
    try Self.add(extensions, to: certificate, issuer: root)
    let pointer = key.retained()
    defer { EVP_PKEY_free(pointer) }
    guard X509_sign(certificate, pointer, EVP_sha256()) > 0 else { throw Failed() }
    return try Certificate(chain: [Self.der(certificate), Self.der(root)])
  }

  private static func hex(_ length: Int) -> String { (length < 16 ? "0" : "") + String(length, radix: 16) }

  private static func certificate(
    _ name: String, _ key: OpaquePointer?, issuer: OpaquePointer?, now: UnixTime, days: Int64
  ) throws -> OpaquePointer {
    guard let certificate = X509_new() else { throw Failed() }
    let octets = Array(name.utf8)
    let subject = X509_get_subject_name(certificate)
    guard X509_set_version(certificate, 2) > 0, X509_set_pubkey(certificate, key) > 0,
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), UInt64.random(in: 1 ... .max)) > 0,
      ASN1_TIME_set(X509_getm_notBefore(certificate), time_t(max(0, now - 60))) != nil,
      ASN1_TIME_set(X509_getm_notAfter(certificate), time_t(now + days * 86400)) != nil,
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, octets, Int32(octets.count), -1, 0) > 0,
      X509_set_issuer_name(certificate, X509_get_subject_name(issuer ?? certificate)) > 0
    else {
      X509_free(certificate)
      throw Failed()
    }
    return certificate
  }

  private static func add(_ extensions: [(Int32, String)], to certificate: OpaquePointer, issuer: OpaquePointer) throws
  {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
    for (nid, value) in extensions {
      guard let made = X509V3_EXT_conf_nid(nil, &context, nid, value) else { throw Failed() }
      defer { X509_EXTENSION_free(made) }
      guard X509_add_ext(certificate, made, -1) > 0 else { throw Failed() }
    }
  }

  private static func der(_ certificate: OpaquePointer) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: Int(max(0, i2d_X509(certificate, nil))))
    octets.withUnsafeMutableBufferPointer { buffer in
      var position = buffer.baseAddress
      _ = i2d_X509(certificate, &position)
    }
    return octets
  }
}
