public import SoleControl
public import Vocabulary

/// A certification authority that issues certificates for keys in the device.
public protocol CertificateIssuer: Sendable {
  /// Its name as the certificates have it, RFC 4514.
  var name: String { get }

  func issue(_ request: CertificateRequest) async throws(IssuerError) -> Certificate

  /// Makes known that these of its certificates are revoked, and no others (RFC 5280 §5).
  func publish(_ revocations: [Revocation]) async throws(IssuerError)
}

public struct CertificateRequest: Sendable {
  /// SubjectPublicKeyInfo, DER.
  public let publicKey: [UInt8]
  public let subject: CertificateSubject
  /// OID of the certificate policy.
  public let policy: String
  /// 16 octets, positive. Chosen by the gateway, so that it knows a certificate that it never got.
  public let serialNumber: [UInt8]
  public let notBefore: UnixTime
  public let days: Int64

  public init(
    publicKey: [UInt8], subject: CertificateSubject, policy: String, serialNumber: [UInt8], notBefore: UnixTime,
    days: Int64
  ) {
    self.publicKey = publicKey
    self.subject = subject
    self.policy = policy
    self.serialNumber = serialNumber
    self.notBefore = notBefore
    self.days = days
  }
}

public enum IssuerError: Error, Equatable, Sendable {
  /// Certainly nothing was issued; trying again soon can help.
  case unavailable
  /// It may have issued the certificate all the same. The reason is for the log.
  case failed(String)
}
