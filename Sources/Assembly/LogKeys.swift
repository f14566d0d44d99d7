package import AuditLog
import OpenSSLPKI
import PKCS11Device
package import SoleControl
import TransparencyLog

// Keys of the device for the audit log and its receipts, for commands that run without serving.
extension Service {
  /// The key with which the checkpoints of the audit log are verified: a C2SP signed-note "vkey".
  package static func logKey(_ config: Config) throws -> String {
    let signer = try DeviceLogSigner(
      keys: try DocumentParts.openKeys(config, labels: [config.log.keyLabel]), keyLabel: config.log.keyLabel)
    return try LogKeeper.key(config, signer).vkey
  }

  /// The same key, and the MACs of the store's rows, with which its log can be verified offline.
  package static func logVerification(_ config: Config) async throws -> (vkey: String, rowMACs: RowMACs) {
    let vkey = try logKey(config)
    let device = try Device(try deviceSettings(config))
    return (vkey, try await RowMACs.derived(from: device, service: config.service))
  }

  static func receiptOwner(_ config: Config, _ device: Device) async throws -> ReceiptOwner {
    let message = ReceiptOwner.message(service: config.service)
    return ReceiptOwner(secret: try await device.authenticationCodes([(.store, message)])[0])
  }

  /// Seals and opens the part of receipts that says who signed. After the keys of OpenSSL were opened.
  package static func receiptOwner(_ config: Config) async throws -> ReceiptOwner {
    try await receiptOwner(config, try Device(try deviceSettings(config)))
  }

  /// The key of the log, and what opens the part of receipts that says who signed.
  package static func receiptKeys(_ config: Config) async throws -> (vkey: String, owner: ReceiptOwner) {
    let vkey = try logKey(config)
    return (vkey, try await receiptOwner(config))
  }
}
