public import Vocabulary

/// Facts against which a certificate is held: from the order, the store, the device and the issuer, none from the
/// draft.
public struct LintFacts: Sendable {
  public var profile: CertificateProfile
  public var issuer: IssuerFacts
  /// The number that was reserved for this certificate.
  public var serial: CertificateSerial
  /// Whether the store has that number exactly once, among those of all issuers, and for this certificate.
  public var isSerialReserved: Bool
  public var now: UnixTime
  /// When the proof of identity and the acceptance of the terms were both there. No certificate begins before.
  public var earliest: UnixTime
  /// SubjectPublicKeyInfo as the device gave it, DER.
  public var key: [UInt8]
  /// Whether the device has made the key itself (`CKA_LOCAL`).
  public var isKeyLocal: Bool
  /// Whether the certification of the device as a qualified one is in force now.
  public var isDeviceCertified: Bool
  /// Whether the operator has confirmed that this issuer is a provider of qualified certificates.
  public var mayIssueQualified: Bool
  public var names: ProvenNames
  public var identification: IdentificationMethod?
  public var nameOwner: LintOwner
  public var keyOwner: LintOwner

  public init(
    profile: CertificateProfile, issuer: IssuerFacts, serial: CertificateSerial, isSerialReserved: Bool,
    now: UnixTime, earliest: UnixTime, key: [UInt8], isKeyLocal: Bool, isDeviceCertified: Bool,
    mayIssueQualified: Bool, names: ProvenNames,
    identification: IdentificationMethod?, nameOwner: LintOwner, keyOwner: LintOwner
  ) {
    (self.profile, self.issuer, self.serial, self.isSerialReserved) = (profile, issuer, serial, isSerialReserved)
    (self.now, self.earliest, self.key, self.isKeyLocal) = (now, earliest, key, isKeyLocal)
    (self.isDeviceCertified, self.names, self.identification) = (isDeviceCertified, names, identification)
    (self.nameOwner, self.keyOwner, self.mayIssueQualified) = (nameOwner, keyOwner, mayIssueQualified)
  }
}

/// The owner of a name or a key, as the store knows it.
public struct LintOwner: Sendable, Equatable {
  /// SHA-256 by which it was looked up: see `Lint.digests(of:)`.
  public let digest: [UInt8]
  /// Whether any certificate of another signer has it.
  public let isAnother: Bool

  public init(digest: [UInt8], isAnother: Bool) { (self.digest, self.isAnother) = (digest, isAnother) }
}

/// A subject as it was proven, after the transliteration that the proof records.
public struct ProvenNames: Sendable, Equatable {
  public var country: String
  public var surname: String?
  public var givenName: String?
  /// Allowed in the place of both.
  public var pseudonym: String?
  public var organization: String?
  /// `serialNumber` of a person, `organizationIdentifier` of an organisation.
  public var identifier: String
  /// Other common names than the profile's template makes, which were asked for and allowed; without its prefix.
  public var otherCommonNames: [String]

  public init(
    country: String, surname: String? = nil, givenName: String? = nil, pseudonym: String? = nil,
    organization: String? = nil, identifier: String, otherCommonNames: [String] = []
  ) {
    (self.country, self.surname, self.givenName, self.pseudonym) = (country, surname, givenName, pseudonym)
    (self.organization, self.identifier, self.otherCommonNames) = (organization, identifier, otherCommonNames)
  }

  /// The value of an attribute; nil for one that is not proven, and for commonName.
  func value(_ type: NameAttributeType) -> String? {
    switch type {
    case .country: country
    case .surname: surname
    case .givenName: givenName
    case .pseudonym: pseudonym
    case .organization: organization
    case .serialNumber, .organizationIdentifier: identifier
    case .commonName: nil
    }
  }
}
