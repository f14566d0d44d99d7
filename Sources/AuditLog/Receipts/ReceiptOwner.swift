import Octets

/// The part of a receipt that says who signed, for the gateway's device alone: the certificate in a box.
///
/// The key is derived from a secret of the device, the digest of the certificate and the operation's id, so each key
/// encrypts one text (`SealedBox`). What is in the box is proven by the digest in `certificate.issued`.
public struct ReceiptOwner: Sendable {
  /// Octets of the largest box that is read.
  static let longest = 65_536
  private static let purpose = "countersign receipt owner v1"

  private let secret: [UInt8]

  /// - Parameter secret: 32 octets that only the gateways of one device have.
  public init(secret: [UInt8]) { self.secret = secret }

  /// The message of which the device makes the secret.
  ///
  /// - Parameter service: the name of the service in every binding.
  public static func message(service: String) -> [UInt8] {
    Array("countersign receipt owners v1".utf8) + [0] + Array(service.utf8)
  }

  private func box(_ digest: [UInt8], _ operation: String) -> SealedBox {
    SealedBox(secret: secret + digest + Array(operation.utf8), purpose: Self.purpose)
  }

  /// Nil if this is not the certificate that was issued.
  ///
  /// - Parameters:
  ///   - certificate: DER.
  ///   - issued: its SHA-256 in `certificate.issued`, hexadecimal.
  func sealed(_ certificate: [UInt8], issued: String, operation: String) throws -> [UInt8]? {
    let digest = OctetDigest.sha256(certificate)
    guard Hex.encode(digest) == issued, certificate.count < Self.longest - 16 else { return nil }
    return try box(digest, operation).seal(certificate)
  }

  /// The certificate of who signed, DER, proven.
  ///
  /// - Throws: `ReceiptFault` if the receipt has none, or not for this device.
  public func certificate(in receipt: VerifiedReceipt) throws(ReceiptFault) -> [UInt8] {
    guard let sealed = receipt.owner, let operation = receipt.made.text("operation"),
      let digest = receipt.certificate?.text("certificate").flatMap({ Hex.decode($0) })
    else { throw .noOwner }
    guard sealed.count > 16, let certificate = try? box(digest, operation).open(sealed),
      OctetDigest.sha256(certificate) == digest
    else { throw .ownerSealed }
    return certificate
  }
}
