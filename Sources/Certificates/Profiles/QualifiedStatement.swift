internal import Vocabulary

/// A statement of the qcStatements extension (RFC 3739 §3.2.6; ETSI EN 319 412-5 clause 4 unless a line says
/// otherwise).
public enum QualifiedStatement: Sendable, Equatable {
  /// QcCompliance (4.2.1): an EU qualified certificate.
  case compliance
  /// QcLimitValue (4.3.2): amount · 10^exponent of a currency of ISO 4217, in letters.
  case limit(MonetaryLimit)
  /// QcRetentionPeriod (4.3.3): years after the end of the certificate.
  case retention(years: Int)
  /// QcSSCD (4.2.2): the key is in a qualified device.
  case device
  /// QcPDS (4.3.4): disclosure statements, English among them.
  case disclosure([DisclosureStatement])
  /// QcType (4.2.3): for signatures of a person, or for seals of an organisation.
  case type(SubjectKind)
  /// QcIdentMethod (4.2.5): how the subject was identified.
  case identification(IdentificationMethod)
  /// qcStatement-2 (RFC 3739 §3.2.6.1): how identifiers in the name are built; with who registers them, by URI, where
  /// the scheme is a national one.
  case semantics(IdentifierScheme, nameAuthorities: [String])

  public var oid: String {
    switch self {
    case .compliance: OID.qualifiedCompliance
    case .limit: OID.qualifiedLimit
    case .retention: OID.qualifiedRetention
    case .device: OID.qualifiedDevice
    case .disclosure: OID.qualifiedDisclosure
    case .type: OID.qualifiedType
    case .identification: OID.qualifiedIdentification
    case .semantics: OID.nameSemantics
    }
  }

  /// QCStatement: the identifier, and what it says if there is more to say.
  public var der: [UInt8] { DERWriter.sequence([DERWriter.objectIdentifier(oid)] + (information.map { [$0] } ?? [])) }

  private var information: [UInt8]? {
    switch self {
    case .compliance, .device: return nil
    case .limit(let limit):
      return DERWriter.sequence(
        DERWriter.printable(limit.currency), DERWriter.integer(limit.amount), DERWriter.integer(limit.exponent))
    case .retention(let years): return DERWriter.integer(UInt64(max(0, years)))
    case .disclosure(let statements):
      return DERWriter.sequence(
        statements.map { DERWriter.sequence(DERWriter.ia5($0.url), DERWriter.printable($0.language)) })
    case .type(let kind):
      let oid = kind == .person ? OID.qualifiedForSignatures : OID.qualifiedForSeals
      return DERWriter.sequence(DERWriter.objectIdentifier(oid))
    case .identification(let method): return DERWriter.sequence(DERWriter.objectIdentifier(method.oid))
    case .semantics(let scheme, let authorities):
      let names = authorities.map(ExtensionWriter.resourceIdentifier)
      return DERWriter.sequence(
        [DERWriter.objectIdentifier(scheme.oid)] + (names.isEmpty ? [] : [DERWriter.sequence(names)]))
    }
  }
}

/// The largest transaction for which a certificate may be used (EN 319 412-5 clause 4.3.2).
public struct MonetaryLimit: Sendable, Equatable {
  /// Three capital letters of ISO 4217.
  public let currency: String
  public let amount: UInt64
  public let exponent: UInt64

  public init(currency: String, amount: UInt64, exponent: UInt64) {
    (self.currency, self.amount, self.exponent) = (currency, amount, exponent)
  }
}

/// Where a disclosure statement is, and in which language it is written (EN 319 412-5 QCS-4.3.4-03, -04).
public struct DisclosureStatement: Sendable, Equatable {
  /// An https URL.
  public let url: String
  /// Two small letters of ISO 639-1.
  public let language: String

  public init(url: String, language: String) { (self.url, self.language) = (url, language) }

  var isWhole: Bool {
    WebAddress.isWhole(url, "https://") && language.utf8.count == 2
      && language.utf8.allSatisfy((UInt8(ascii: "a")...UInt8(ascii: "z")).contains)
  }
}

/// The article of eIDAS by which a subject was identified (EN 319 412-5 clause 4.2.5). Raw values are the last numbers
/// of the OIDs.
public enum IdentificationMethod: Int, Sendable, CaseIterable {
  /// Article 24(1)(a) or (b) before the amendment of 2024.
  case beforePresenceOrMeans = 1
  /// Article 24(1)(c) or (d) before the amendment.
  case beforeSignatureOrOther = 2
  /// Article 24(1a)(a), (c) or (d): an eID, another method with a conformity assessment, presence.
  case meansOrAssessedOrPresence = 3
  /// Article 24(1a)(b): a qualified signature or seal. Such a certificate is no proof for another one.
  case signature = 4

  public var oid: String { OID.qualifiedIdentification + ".\(rawValue)" }
}
