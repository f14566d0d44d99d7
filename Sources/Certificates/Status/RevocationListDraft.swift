public import Vocabulary

/// A revocation list before it is signed: `TBSCertList` (RFC 5280 §5.1), whole or one shard.
///
/// Entries come one by one and are kept as their octets, about 50 each, so that a list of 100,000 takes some megabytes
/// and a time that grows as their number.
public struct RevocationListDraft: Sendable {
  /// Entries of one list. More certificates take more shards.
  public static let mostEntries = 250_000
  /// `nextUpdate` of an issuer's last list (ETSI EN 319 411-1 CSS-6.3.9-06).
  public static let lastNextUpdate: UnixTime = DERWriter.endOfTime

  private let before, extensions: [UInt8]
  private let algorithm: CertificateAlgorithm
  private let thisUpdate: UnixTime
  private let scope: RevocationListScope
  private var entries: [UInt8] = []
  private var last: RevokedCertificate?
  /// Number of entries.
  public private(set) var count = 0
  /// Entries that it may have; fewer in tests.
  var limit = Self.mostEntries

  /// - Parameters:
  ///   - issuer: DER of the subject of the issuer's certificate, as it is there.
  ///   - keyIdentifier: its subject key identifier.
  ///   - number: grows with each list of this scope (RFC 5280 §5.2.3); the store gives it, in the transaction that
  ///     keeps the list.
  ///   - expiredSince: certificates that expired since then stay on the list (ITU-T X.509 §9.5.2.6 expiredCertsOnCRL,
  ///     ETSI EN 319 411-2 CSS-6.3.10-03 to -06); nil if expired ones are left out.
  public init(
    issuer: [UInt8], keyIdentifier: [UInt8], algorithm: CertificateAlgorithm, number: Int64, thisUpdate: UnixTime,
    nextUpdate: UnixTime, scope: RevocationListScope, expiredSince: UnixTime?
  ) throws(StatusFault) {
    guard number > 0 else { throw .number }
    guard thisUpdate >= 0, thisUpdate < nextUpdate, nextUpdate <= Self.lastNextUpdate,
      (0...thisUpdate).contains(expiredSince ?? thisUpdate)
    else { throw .time }
    self.algorithm = algorithm
    self.thisUpdate = thisUpdate
    self.scope = scope
    // Version 2 is written as 1.
    before = [
      DERWriter.integer(1), algorithm.der, issuer, DERWriter.time(thisUpdate), DERWriter.time(nextUpdate),
    ].flatMap { $0 }
    var list = [
      ExtensionWriter.authorityKeyIdentifier(keyIdentifier),
      ExtensionWriter.entry(OID.crlNumber, DERWriter.integer(UInt64(number))),
    ]
    list += try scope.octets()
    if let expiredSince {
      list.append(
        ExtensionWriter.entry(OID.expiredCertificatesOnList, DERWriter.generalizedTime(expiredSince)))
    }
    extensions = DERWriter.explicit(0, DERWriter.sequence(list))
  }

  /// Adds an entry; serial numbers ascend, so that each certificate has one.
  ///
  /// Entries of expired certificates stay: what they signed is looked at later.
  public mutating func append(_ entry: RevokedCertificate) throws(StatusFault) {
    guard count < limit else { throw .count }
    let octets = try entry.octets(in: scope, latest: thisUpdate)
    guard last?.precedes(entry) ?? true else { throw .order }
    entries += octets
    last = entry
    count += 1
  }

  /// `TBSCertList`, DER.
  public var octetsToSign: [UInt8] {
    // A list without entries has no empty list in it (RFC 5280 §5.1.2.6).
    DERWriter.sequence([before, entries.isEmpty ? [] : DERWriter.sequence([entries]), extensions])
  }

  /// `CertificateList`, DER.
  ///
  /// - Parameter signature: of `octetsToSign`, by the issuer's key and the algorithm above.
  public func signed(_ signature: [UInt8]) -> [UInt8] {
    algorithm.assembled(octetsToSign, signature: signature)
  }
}
