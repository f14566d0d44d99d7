/// The reason for which a certificate is revoked, by its number in a revocation list (RFC 5280 §5.3.1). There is no 7.
public enum RevocationReason: Int64, Sendable, CaseIterable {
  case unspecified = 0
  case keyCompromise = 1
  case caCompromise = 2
  case affiliationChanged = 3
  case superseded = 4
  case cessationOfOperation = 5
  case certificateHold = 6
  case removeFromCRL = 8
  case privilegeWithdrawn = 9
  case aaCompromise = 10

  /// The reason of a revocation that lasts. A hold promises that it may end, and `removeFromCRL` takes an entry back:
  /// verifiers let such a certificate pass.
  public var lasting: RevocationReason {
    switch self {
    case .certificateHold, .removeFromCRL: .unspecified
    default: self
    }
  }
}
