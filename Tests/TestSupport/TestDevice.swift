import Foundation
public import OpenSSLPKI
import Vocabulary

/// A device in memory with the service's keys and a test CA, shared by all tests of the process to which it does not
/// matter what the device is.
public struct TestDevice: Sendable {
  public static let shared: TestDevice = {
    do { return try TestDevice() } catch { fatalError("no authorities for tests: \(error)") }
  }()

  public let device = SoftwareDevice()
  public let authority: CertificateAuthority
  /// The keys of CA and TSA, for OpenSSL.
  public let keys: DeviceKeys
  public let timestampSigner: DeviceTimestampSigner

  private init() throws {
    let label = DeviceTimestampSigner.standardLabel
    let labels = [CertificateAuthority.rootLabel, CertificateAuthority.issuingLabel, label]
    keys = DeviceKeys(
      Dictionary(uniqueKeysWithValues: try labels.map { ($0, try SoftwareKey(.ec(.p256)).retained()) }))
    let now = Int64(Date().timeIntervalSince1970)
    authority = try CertificateAuthority.open(
      folder: temporaryFolder().appendingPathComponent("ca").path, keys: keys, organization: "Test", now: now,
      serial: Self.serial)
    timestampSigner = try DeviceTimestampSigner(
      keys: keys, keyLabel: label,
      chainPEM: authority.issueTimestampAuthority(
        keyLabel: label, organization: "Test", serial: Self.serial(), now: now, days: 30))
  }

  private static func serial() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }
}
