internal import COpenSSL
internal import Foundation
public import SoleControl

/// A certificate authority of two levels whose keys stay in the device.
public final class CertificateAuthority: Sendable {
  /// Labels of its keys in the token.
  public static let rootLabel = "countersign-ca-root"
  public static let issuingLabel = "countersign-ca-issuing"

  public struct Token: Sendable {
    public var module, label, pin: String
    public init(module: String, label: String, pin: String) {
      self.module = module
      self.label = label
      self.pin = pin
    }
  }

  /// Whom a certificate names.
  public struct Subject: Sendable {
    public var commonName, givenName, surname, country: String
    public init(commonName: String, givenName: String, surname: String, country: String) {
      self.commonName = commonName
      self.givenName = givenName
      self.surname = surname
      self.country = country
    }
  }

  private let root, issuing: X509Certificate
  private let keys: DeviceKeys
  /// libp11 is not made for two threads on one key.
  private let lock = NSLock()

  /// The root's certificate, PEM.
  public let rootPEM: String

  private init(root: X509Certificate, issuing: X509Certificate, keys: DeviceKeys) throws {
    self.root = root
    self.issuing = issuing
    self.keys = keys
    rootPEM = try root.pem()
  }

  /// Reads the CA's certificates from `folder`, or makes them there. The keys must be in the token.
  ///
  /// - Parameters:
  ///   - now: UTC, seconds since 1970.
  ///   - serial: 16 random octets each.
  public static func open(
    folder: String, token: Token, organization: String, now: Int64, serial: () -> [UInt8]
  ) throws -> CertificateAuthority {
    let keys = try DeviceKeys(token: token, labels: [rootLabel, issuingLabel])
    let rootPath = "\(folder)/root.der"
    let issuingPath = "\(folder)/issuing.der"
    if let root = FileManager.default.contents(atPath: rootPath),
      let issuing = FileManager.default.contents(atPath: issuingPath)
    {
      return try CertificateAuthority(
        root: X509Certificate(der: Array(root)), issuing: X509Certificate(der: Array(issuing)), keys: keys)
    }
    let rootKey = try keys.key(rootLabel)
    let root = try authority(
      "\(organization) Root CA", organization, key: rootKey, signer: rootKey, issuer: nil,
      pathLength: 1, serial: serial(), now: now, years: 20)
    let issuing = try authority(
      "\(organization) Issuing CA", organization, key: keys.key(issuingLabel), signer: rootKey, issuer: root,
      pathLength: 0, serial: serial(), now: now, years: 10)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(try root.der()).write(to: URL(fileURLWithPath: rootPath), options: .atomic)
    try Data(try issuing.der()).write(to: URL(fileURLWithPath: issuingPath), options: .atomic)
    return try CertificateAuthority(root: root, issuing: issuing, keys: keys)
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
  /// - Parameter publicKey: SubjectPublicKeyInfo, DER.
  public func issue(
    publicKey: [UInt8], subject: Subject, serial: [UInt8], now: Int64, days: Int64
  ) throws -> Certificate {
    lock.lock()
    defer { lock.unlock() }
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
    let certificate = try builder.signed(with: keys.key(Self.issuingLabel), hash: EVP_sha256())
    return try Certificate(chain: [certificate.der(), issuing.der(), root.der()])
  }
}
