import Foundation
import OpenSSLPKI
import SoleControl
import TimestampAuthority

/// The time-stamping authority, put together from the configuration.
extension Service {
  /// Opens the token for OpenSSL. To be called before the device is opened, and once in a process.
  static func openKeys(_ config: Config, labels: [String]) throws -> DeviceKeys {
    try DeviceKeys(
      token: .init(
        module: config.device.module, label: config.device.tokenLabel,
        pin: try ConfigReader.firstLine(of: config.device.pinFile)), labels: labels)
  }

  static func timestampSigner(_ config: Config, _ keys: DeviceKeys?) throws -> DeviceTimestampSigner? {
    guard let tsa = config.tsa else { return nil }
    return try DeviceTimestampSigner(
      keys: try keys ?? openKeys(config, labels: [tsa.keyLabel]), keyLabel: tsa.keyLabel,
      chainPEM: String(contentsOfFile: tsa.certificates, encoding: .utf8))
  }

  static func timestamps(
    _ config: Config, _ signer: DeviceTimestampSigner?, _ now: @escaping @Sendable () -> UnixTime,
    _ random: @escaping @Sendable (Int) async throws -> [UInt8]
  ) -> TimestampService? {
    guard let tsa = config.tsa, let signer else { return nil }
    return TimestampService(
      signer: signer, policy: .init(oid: tsa.policy, accuracy: tsa.accuracy), now: now, random: random)
  }
}
