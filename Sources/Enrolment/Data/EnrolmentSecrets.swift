internal import Crypto
public import SoleControl
internal import Vocabulary

/// Secrets that every gateway of a service derives from its device at the start, as the keys of rows (`RowMACs`).
public struct EnrolmentSecrets: Sendable {
  private static let label = Array("countersign enrolment secrets v1".utf8) + [0]

  private let secret: SymmetricKey

  /// - Parameter secret: 32 octets, unknown to anyone who reads the store.
  public init(secret: [UInt8]) { self.secret = SymmetricKey(data: secret) }

  /// - Parameter service: the name of the service in every binding.
  public static func derived(
    from device: any SigningDevice, service: String
  ) async throws(DeviceError) -> EnrolmentSecrets {
    EnrolmentSecrets(secret: try await device.authenticationCodes([(.store, label + Array(service.utf8))])[0])
  }

  /// A secret for one purpose of the caller's.
  public func secret(for purpose: String) -> [UInt8] {
    HKDF<SHA256>.expand(
      pseudoRandomKey: secret, info: Array("countersign \(purpose)".utf8), outputByteCount: 32
    ).withUnsafeBytes { Array($0) }
  }

  /// Digest of a partner's own name for a signer, by which its row is found.
  func digest(of externalID: String, _ partner: PartnerID) -> [UInt8] {
    // The first text has no U+0000.
    let message = Array(partner.rawValue.utf8) + [0] + Array(externalID.utf8)
    let key = SymmetricKey(data: self.secret(for: "external ids"))
    return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
  }
}
