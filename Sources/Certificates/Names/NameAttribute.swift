internal import Vocabulary

/// Parts of the names in our certificates, in the order in which they stand there (ETSI EN 319 412-2 clause 4.2.4,
/// 412-3 clause 4.2.1). The raw value is the short name that profiles use.
public enum NameAttributeType: String, Sendable, CaseIterable {
  case country = "C"
  case surname = "SN"
  case givenName = "GN"
  case pseudonym = "pseudonym"
  case serialNumber = "serialNumber"
  case organization = "O"
  case organizationIdentifier = "organizationIdentifier"
  case commonName = "CN"

  public var oid: String {
    switch self {
    case .country: OID.country
    case .surname: OID.surname
    case .givenName: OID.givenName
    case .pseudonym: OID.pseudonym
    case .serialNumber: OID.serialNumber
    case .organization: OID.organization
    case .organizationIdentifier: OID.organizationIdentifier
    case .commonName: OID.commonName
    }
  }

  /// PrintableString for codes and numbers (RFC 5280 appendix A: X520countryName, X520SerialNumber), UTF8String for
  /// whatever people read.
  public var isPrintable: Bool { self == .country || self == .serialNumber }

  /// Characters of the longest value (RFC 5280 appendix A, upper bounds). ETSI permits longer names of people;
  /// verifiers that keep to the RFC do not read them.
  public var most: Int { self == .country ? 2 : self == .pseudonym ? 128 : 64 }
}

/// One attribute of a name, alone in its RelativeDistinguishedName.
public struct NameAttribute: Sendable, Equatable {
  public let type: NameAttributeType
  public let value: String

  public init(_ type: NameAttributeType, _ value: NameText) {
    (self.type, self.value) = (type, value.text)
  }

  /// SET OF one AttributeTypeAndValue (RFC 5280 §4.1.2.4).
  var der: [UInt8] {
    let text = type.isPrintable ? DERWriter.printable(value) : DERWriter.utf8(value)
    return DERWriter.set(DERWriter.sequence(DERWriter.objectIdentifier(type.oid), text))
  }
}

extension [NameAttribute] {
  /// The Name as DER: an RDNSequence, one attribute in each.
  public var der: [UInt8] { DERWriter.sequence(map(\.der)) }
}
