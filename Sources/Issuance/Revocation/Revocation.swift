public import Vocabulary

/// A certificate's revocation: the issuer's list names it until its own time is over.
public struct Revocation: Sendable, Equatable {
  /// RFC 4514.
  public let issuer: String
  /// Hexadecimal, upper case.
  public let serialNumber: String
  public let time: UnixTime
  /// End of the certificate's validity.
  public let expires: UnixTime
  /// As the list says it.
  public let reason: RevocationReason

  public init(
    issuer: String, serialNumber: String, time: UnixTime, expires: UnixTime, reason: RevocationReason
  ) {
    self.issuer = issuer
    self.serialNumber = serialNumber
    self.time = time
    self.expires = expires
    self.reason = reason
  }
}
