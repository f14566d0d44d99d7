/// An answer without a signature, which says why there is no other: `OCSPResponseStatus` (RFC 6960 §4.2.1).
///
/// Anybody on the way can make one, so that it must not be cached, and tells nothing about a certificate.
public enum StatusRefusal: UInt8, Error, CaseIterable {
  /// No request that we read.
  case malformedRequest = 1
  /// A fault of ours.
  case internalError = 2
  /// The device has no time now.
  case tryLater = 3
  /// Nothing that this service can say: another issuer's certificate, another hash function (RFC 9919 §3.2.3).
  case unauthorized = 6

  /// `OCSPResponse`, DER.
  public var octets: [UInt8] { DERWriter.sequence([DERWriter.enumerated(rawValue)]) }
}
