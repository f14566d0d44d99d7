internal import COpenSSL
internal import Foundation
public import SoleControl

/// A certificate authority of two levels whose keys stay in the device.
public final class CertificateAuthority: Sendable {
  /// Labels of its keys in the token.
  public static let rootLabel = "countersign-ca-root"
  public static let issuingLabel = "countersign-ca-issuing"

  /// The subject that a certificate names.
  public struct Subject: Sendable {
    public var commonName, givenName, surname, country: String
    public init(commonName: String, givenName: String, surname: String, country: String) {
      self.commonName = commonName
      self.givenName = givenName
      self.surname = surname
      self.country = country
    }
  }

  let root, issuing: X509Certificate
  let keys: DeviceKeys

  /// The root's certificate, PEM.
  public let rootPEM: String

  /// The issuing CA's name, RFC 4514.
  public var issuingName: String { get throws { try issuing.subjectName } }

  private init(root: X509Certificate, issuing: X509Certificate, keys: DeviceKeys) throws {
    self.root = root
    self.issuing = issuing
    self.keys = keys
    rootPEM = try root.pem()
  }

  /// Reads the CA's certificates from `folder`, or makes them there.
  ///
  /// - Parameters:
  ///   - keys: has the keys of `rootLabel` and `issuingLabel`.
  ///   - now: UTC, seconds since 1970.
  ///   - serial: 16 random octets each.
  public static func open(
    folder: String, keys: DeviceKeys, organization: String, now: Int64, serial: () -> [UInt8]
  ) throws -> CertificateAuthority {
    if let existing = try existing(folder: folder, keys: keys) { return existing }
    let rootPath = "\(folder)/root.der"
    let issuingPath = "\(folder)/issuing.der"
    let (root, issuing) = try keys.use { key in
      let rootKey = try key(rootLabel)
      let root = try authority(
        "\(organization) Root CA", organization, key: rootKey, signer: rootKey, issuer: nil,
        pathLength: 1, serial: serial(), now: now, years: 20)
      let issuing = try authority(
        "\(organization) Issuing CA", organization, key: key(issuingLabel), signer: rootKey, issuer: root,
        pathLength: 0, serial: serial(), now: now, years: 10)
      return (root, issuing)
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(try root.der()).write(to: URL(fileURLWithPath: rootPath), options: .atomic)
    try Data(try issuing.der()).write(to: URL(fileURLWithPath: issuingPath), options: .atomic)
    return try CertificateAuthority(root: root, issuing: issuing, keys: keys)
  }

  /// The CA whose certificates are in `folder`; nil if there are none.
  ///
  /// - Parameter keys: has the key of `issuingLabel`; that of `rootLabel` only for the root's CRL.
  public static func existing(folder: String, keys: DeviceKeys) throws -> CertificateAuthority? {
    guard let root = FileManager.default.contents(atPath: "\(folder)/root.der"),
      let issuing = FileManager.default.contents(atPath: "\(folder)/issuing.der")
    else { return nil }
    return try CertificateAuthority(
      root: X509Certificate(der: Array(root)), issuing: X509Certificate(der: Array(issuing)), keys: keys)
  }

  private static func authority(
    _ name: String, _ organization: String, key: OpaquePointer, signer: OpaquePointer, issuer: X509Certificate?,
    pathLength: Int, serial: [UInt8], now: Int64, years: Int64
  ) throws -> X509Certificate {
    let builder = try CertificateBuilder(
      serial: serial, publicKey: key, notBefore: now - 3600, notAfter: now + years * 31_557_600)
    try builder.subject([("C", "AT"), ("O", organization), ("CN", name)])
    try builder.issuer(issuer)
    try builder.add([
      (NID_basic_constraints, "critical,CA:TRUE,pathlen:\(pathLength)"),
      (NID_key_usage, "critical,keyCertSign,cRLSign"),
    ])
    return try builder.signed(with: signer, hash: EVP_sha384())
  }

  /// Issues an end-entity certificate for signatures.
  ///
  /// - Parameters:
  ///   - publicKey: SubjectPublicKeyInfo, DER.
  ///   - policy: OID of the certificate policy, if the certificate is to name one.
  public func issue(
    publicKey: [UInt8], subject: Subject, serial: [UInt8], now: Int64, days: Int64, policy: String? = nil
  ) throws -> Certificate {
    let key = try PublicKey(spki: publicKey)
    let builder = try CertificateBuilder(
      serial: serial, publicKey: key.pointer, notBefore: now - 60, notAfter: now + days * 86400)
    try builder.subject([
      ("C", subject.country), ("SN", subject.surname), ("GN", subject.givenName), ("CN", subject.commonName),
    ])
    try builder.issuer(issuing)
    try builder.add([
      (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,nonRepudiation,digitalSignature"),
    ])
    if let policy { try builder.policy(policy) }
    let certificate = try keys.use { key in try builder.signed(with: key(Self.issuingLabel), hash: EVP_sha256()) }
    return try Certificate(chain: [certificate.der(), issuing.der(), root.der()])
  }

  /// Issues the certificate of a time-stamping authority: for time-stamping and nothing else, and critically so
  /// (RFC 3161 §2.3).
  ///
  /// - Parameter keyLabel: of the authority's key, which is in the token too.
  /// - Returns: the chain, PEM, the authority's own certificate first.
  public func issueTimestampAuthority(
    keyLabel: String, organization: String, serial: [UInt8], now: Int64, days: Int64
  ) throws -> String {
    try keys.use { key in
      let builder = try CertificateBuilder(
        serial: serial, publicKey: key(keyLabel), notBefore: now - 60, notAfter: now + days * 86400)
      try builder.subject([("C", "AT"), ("O", organization), ("CN", "\(organization) Time-Stamping Authority")])
      try builder.issuer(issuing)
      try builder.add([
        (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
        (NID_ext_key_usage, "critical,timeStamping"),
      ])
      let certificate = try builder.signed(with: key(Self.issuingLabel), hash: EVP_sha256())
      return try certificate.pem() + issuing.pem() + root.pem()
    }
  }
}
