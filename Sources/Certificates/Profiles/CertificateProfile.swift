public import Vocabulary

/// A kind of certificate, as data: everything that certificates of one profile have in common. `Fixtures/profiles` has
/// examples, `ProfileReader` reads them, `ProfileRules` says which ones contradict themselves.
///
/// What no profile may choose is not in it: version 3, key usage contentCommitment alone (EN 319 412-2 NAT-4.3.2-1 to
/// -3, 412-3 LEG-4.3.1-2), the order of attributes and extensions, the algorithm, which goes with the issuer's key.
public struct CertificateProfile: Sendable, Equatable {
  public var name: String
  /// A version is never changed once it was used.
  public var version: Int64
  public var kind: SubjectKind
  /// Whether it claims to be an EU qualified certificate.
  public var isQualified: Bool
  /// Whether it claims that the key is in a qualified device.
  public var isInDevice: Bool
  /// Short-term: so short that it is never revoked (EN 319 412-1 clause 5.2).
  public var isShort: Bool
  /// For trying out: it claims nothing, and says TEST.
  public var isTest: Bool
  /// Beginning with `.` under the provider's own arc, otherwise dotted decimal text; in the certificate's order.
  public var policies: [String]
  public var keyTypes: [KeyType]
  public var validity: Validity
  public var subject: Subject
  /// In the certificate's order.
  public var extensions: [ProfileExtension]
  public var status: Status
  public var statements: Statements

  public struct Validity: Sendable, Equatable {
    /// If nothing else is asked for.
    public var usual: ValidityPeriod
    public var longest: ValidityPeriod
    /// Before the time of issuing, for clocks that are behind.
    public var backdate: ValidityPeriod
  }

  public struct Subject: Sendable, Equatable {
    public var required: [NameAttributeType]
    public var optional: [NameAttributeType]
    /// Whether a pseudonym may stand in the place of surname and given name.
    public var allowsPseudonym: Bool
    /// How `serialNumber` is filled; nil where the name has none.
    public var serialNumber: SerialNumber?
    /// commonName made of other attributes: `{GN} {SN}`. Another one has to be allowed by who orders.
    public var commonName: CommonNameTemplate
    /// In front of every commonName.
    public var prefix: String
  }

  public enum SerialNumber: String, Sendable { case opaque, proof }

  public struct Status: Sendable, Equatable {
    public var hasOCSP: Bool
    public var hasList: Bool
  }

  /// Statements in addition to QcCompliance and QcSSCD, which follow from what the profile claims.
  public struct Statements: Sendable, Equatable {
    public var type: SubjectKind?
    public var hasDisclosures: Bool
    public var retentionYears: Int?
    public var limit: MonetaryLimit?
    public var semantics: IdentifierScheme?
    /// URIs of who registers names of a national scheme.
    public var nameAuthorities: [String]
    public var hasIdentification: Bool
  }

  /// OIDs of its policies under an arc.
  public func policies(under arc: String) -> [String] { policies.map { $0.hasPrefix(".") ? arc + $0 : $0 } }
}

/// Extensions that profiles choose from, in the order in which they stand in every certificate.
public enum ProfileExtension: String, Sendable, CaseIterable {
  case authorityKeyIdentifier = "aki"
  case subjectKeyIdentifier = "ski"
  case basicConstraints = "bc"
  case keyUsage = "ku"
  case certificatePolicies = "policies"
  case cRLDistributionPoints = "crldp"
  case authorityInformationAccess = "aia"
  case qualifiedStatements = "qc"
  case validityAssured = "valassured"
  case noRevocationAvailable = "norevavail"

  public var oid: String {
    switch self {
    case .authorityKeyIdentifier: OID.authorityKeyIdentifier
    case .subjectKeyIdentifier: OID.subjectKeyIdentifier
    case .basicConstraints: OID.basicConstraints
    case .keyUsage: OID.keyUsage
    case .certificatePolicies: OID.certificatePolicies
    case .cRLDistributionPoints: OID.cRLDistributionPoints
    case .authorityInformationAccess: OID.authorityInformationAccess
    case .qualifiedStatements: OID.qualifiedStatements
    case .validityAssured: OID.validityAssured
    case .noRevocationAvailable: OID.noRevocationAvailable
    }
  }

  /// RFC 5280 §4.2.1.3 and §4.2.1.9; EN 319 412-2 GEN-4.1-2 for the others.
  public var isCritical: Bool { self == .basicConstraints || self == .keyUsage }

  /// Those that every certificate has.
  static let always: Set<ProfileExtension> = [
    .authorityKeyIdentifier, .subjectKeyIdentifier, .basicConstraints, .keyUsage, .certificatePolicies,
    .authorityInformationAccess,
  ]
}

/// A commonName made of other attributes of the same name, `{GN} {SN}`.
public struct CommonNameTemplate: Sendable, Equatable {
  public let text: String

  static let places: [NameAttributeType] = [.surname, .givenName, .pseudonym, .organization]

  public init(_ text: String) { self.text = text }

  /// - Parameter values: nil for an attribute that the name does not have; its place and blanks that are left go.
  public func filled(_ value: (NameAttributeType) -> String?) -> String {
    let parts = text.split(separator: " ").map { part in
      Self.places.first { part == "{\($0.rawValue)}" }.map { value($0) ?? "" } ?? String(part)
    }
    return parts.filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Places between braces, as they are written.
  var named: [Substring] { text.split(separator: " ").filter { $0.contains("{") || $0.contains("}") } }
}
