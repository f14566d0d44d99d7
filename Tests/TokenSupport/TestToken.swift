import Foundation
public import OpenSSLPKI
public import PKCS11Device
import TestSupport

/// A throw-away SoftHSM token with the service's keys and a test CA, shared by all tests of the process: a
/// PKCS #11 module is initialised once per process.
public struct TestToken: Sendable {
  public static let shared: TestToken = {
    do { return try TestToken() } catch { fatalError("no SoftHSM token: \(error); is softhsm2 installed?") }
  }()

  public static let module = "/usr/lib/softhsm/libsofthsm2.so"

  public let settings: Device.Settings
  public let device: Device
  public let authority: CertificateAuthority
  /// The keys of CA and TSA, for OpenSSL.
  public let keys: DeviceKeys
  public let timestampSigner: DeviceTimestampSigner

  private init() throws {
    let folder = try temporaryFolder()
    let tokens = folder.appendingPathComponent("tokens")
    try FileManager.default.createDirectory(at: tokens, withIntermediateDirectories: true)
    let configuration = folder.appendingPathComponent("softhsm2.conf")
    try "directories.tokendir = \(tokens.path)\nobjectstore.backend = file\nlog.level = ERROR\n"
      .write(to: configuration, atomically: true, encoding: .utf8)
    setenv("SOFTHSM2_CONF", configuration.path, 1)
    settings = Device.Settings(module: Self.module, tokenLabel: "test", pin: Array("correct horse".utf8))
    try Device.provision(
      settings, securityOfficerPIN: "battery staple",
      authorityKeys: Self.keyLabels)
    keys = try DeviceKeys(
      token: .init(module: Self.module, label: "test", pin: "correct horse"), labels: Self.keyLabels)
    let now = Int64(Date().timeIntervalSince1970)
    authority = try CertificateAuthority.open(
      folder: folder.appendingPathComponent("ca").path, keys: keys, organization: "Test", now: now,
      serial: Self.serial)
    let label = DeviceTimestampSigner.standardLabel
    timestampSigner = try DeviceTimestampSigner(
      keys: keys, keyLabel: label,
      chainPEM: authority.issueTimestampAuthority(
        keyLabel: label, organization: "Test", serial: Self.serial(), now: now, days: 30))
    device = try Device(settings)
  }

  private static let keyLabels = [
    CertificateAuthority.rootLabel, CertificateAuthority.issuingLabel, DeviceTimestampSigner.standardLabel,
  ]
  private static func serial() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }
}
