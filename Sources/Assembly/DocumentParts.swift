import BlockingWork
import DocumentSigning
import Foundation
import HTTPGateway
package import OpenSSLPKI
import PKCS11Device
import SoleControl
import TimestampAuthority
import Vocabulary

/// Time-stamps and signatures of documents, put together from the configuration.
package struct DocumentParts {
  let timestamps: TimestampService?
  private let revocation: (any RevocationSource)?
  private let now: @Sendable () -> UnixTime
  private let worker = ThreadPool.documents()

  /// - Parameter signer: of the time-stamping authority, if there is one.
  init(
    _ config: Config, _ signer: DeviceTimestampSigner?, now: @escaping @Sendable () -> UnixTime,
    isRight: @escaping @Sendable () -> Bool, random: @escaping @Sendable (Int) async throws -> [UInt8]
  ) {
    if let tsa = config.tsa, let signer {
      var timestamps = TimestampService(
        signer: signer, policy: .init(oid: tsa.policy, accuracy: tsa.accuracy), now: now, random: random)
      timestamps.isRight = isRight
      self.timestamps = timestamps
    } else {
      timestamps = nil
    }
    revocation = config.revocationLists.isEmpty ? nil : RevocationFiles(paths: config.revocationLists)
    self.now = now
  }

  /// - Parameter soleControl: with the time-stamps of this value.
  func complete(_ gateway: inout Gateway, soleControl: SoleControlServices) {
    gateway.timestamps = timestamps
    gateway.documents = DocumentSigningService(
      soleControl: soleControl, cms: CMSMaker(), worker: worker, revocation: revocation, timestamps: timestamps,
      now: now)
    gateway.documentThreads = worker
  }

  // MARK: Keys for OpenSSL

  /// Opens the token for OpenSSL. To be called before the device is opened, and once in a process.
  package static func openKeys(_ config: Config, labels: [String]) throws -> DeviceKeys {
    // libp11 would tell the module what it thinks of threads.
    try Device.load(module: config.device.module)
    return try DeviceKeys(
      token: .init(
        module: config.device.module, label: config.device.tokenLabel,
        pin: try ConfigReader.firstLine(of: config.device.pinFile)), labels: labels)
  }

  /// Those that the configuration names.
  package static func openKeys(_ config: Config) throws -> DeviceKeys {
    try openKeys(config, labels: config.openSSLKeyLabels)
  }

  static func timestampSigner(_ config: Config, _ keys: DeviceKeys) throws -> DeviceTimestampSigner? {
    guard let tsa = config.tsa else { return nil }
    return try DeviceTimestampSigner(
      keys: keys, keyLabel: tsa.keyLabel,
      chainPEM: String(contentsOfFile: tsa.certificates, encoding: .utf8))
  }
}
