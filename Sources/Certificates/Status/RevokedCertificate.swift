public import Vocabulary

/// An entry of a revocation list (RFC 5280 §5.1.2.6, §5.3).
public struct RevokedCertificate: Sendable, Equatable {
  /// Two's complement, big endian, without octets that say nothing, positive; 1 to 20 octets.
  public let serialNumber: [UInt8]
  /// When the service decided it. Never an earlier time: that would take away signatures that looked good when made.
  public let time: UnixTime
  public let reason: RevocationReason
  /// Since when the key was out of its owner's hands, as far as that was told (RFC 5280 §5.3.2).
  public let invalidSince: UnixTime?

  public init(serialNumber: [UInt8], time: UnixTime, reason: RevocationReason, invalidSince: UnixTime? = nil) {
    self.serialNumber = serialNumber
    self.time = time
    self.reason = reason
    self.invalidSince = invalidSince
  }

  /// Reasons that an entry, or an answer, can have.
  ///
  /// Never `removeFromCRL`: on a list that is whole there is nothing to remove, and some verifiers read it as good.
  /// `aaCompromise` is of attribute authorities, and `caCompromise` of certificates that are CAs'.
  static func isAllowed(_ reason: RevocationReason, of scope: RevocationListScope) -> Bool {
    switch reason {
    case .unspecified, .keyCompromise, .affiliationChanged, .superseded, .cessationOfOperation, .privilegeWithdrawn:
      true
    case .certificateHold: scope != .authorities
    case .caCompromise: scope == .everything || scope == .authorities
    case .removeFromCRL, .aaCompromise: false
    }
  }

  /// The extension that tells a reason, made once: lists are long.
  private static let reasons = Dictionary(
    uniqueKeysWithValues: RevocationReason.allCases.map { reason in
      (reason, ExtensionWriter.entry(OID.reasonCode, DERWriter.enumerated(UInt8(reason.rawValue))))
    })

  /// DER of the entry.
  ///
  /// - Parameter latest: `thisUpdate` of the list; nothing on it is in the future.
  func octets(in scope: RevocationListScope, latest: UnixTime) throws(StatusFault) -> [UInt8] {
    guard Self.isPositive(serialNumber) else { throw .serialNumber }
    guard scope.includes(serialNumber) else { throw .shard }
    guard (0...latest).contains(time), (0...time).contains(invalidSince ?? time) else { throw .time }
    guard Self.isAllowed(reason, of: scope) else { throw .reason }
    var extensions: [[UInt8]] = []
    // Unspecified is said by saying nothing (RFC 5280 §5.3.1).
    if reason != .unspecified {
      extensions += Self.reasons[reason].map { [$0] } ?? []
    }
    if let invalidSince {
      extensions.append(ExtensionWriter.entry(OID.invalidityDate, DERWriter.generalizedTime(invalidSince)))
    }
    return DERWriter.sequence([
      DERWriter.element(DERTag.integer, serialNumber), DERWriter.time(time),
      extensions.isEmpty ? [] : DERWriter.sequence(extensions),
    ])
  }

  /// Whether its number is less than another's. Both are positive and have no leading octets that say nothing.
  func precedes(_ other: RevokedCertificate) -> Bool {
    serialNumber.count == other.serialNumber.count
      ? serialNumber.lexicographicallyPrecedes(other.serialNumber)
      : serialNumber.count < other.serialNumber.count
  }

  private static func isPositive(_ number: [UInt8]) -> Bool {
    guard let first = number.first, number.count <= CertificateIdentifier.longestSerialNumber else { return false }
    return number.count == 1 ? (1..<0x80).contains(first) : first < 0x80 && (first > 0 || number[1] >= 0x80)
  }
}
