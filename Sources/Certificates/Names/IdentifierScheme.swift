internal import Vocabulary

/// Semantics of `serialNumber` and `organizationIdentifier` in names (ETSI EN 319 412-1 clause 5.1), which
/// qcStatement-2 names by their OIDs. Raw values are those of profiles.
public enum IdentifierScheme: String, Sendable, CaseIterable {
  case natural
  case legal
  case eIDASNatural
  case eIDASLegal

  public var oid: String {
    switch self {
    case .natural: OID.semanticsNatural
    case .legal: OID.semanticsLegal
    case .eIDASNatural: OID.semanticsNaturalOfEIDAS
    case .eIDASLegal: OID.semanticsLegalOfEIDAS
    }
  }

  /// Whether it is about people.
  public var isOfPersons: Bool { self == .natural || self == .eIDASNatural }

  /// Whether a text is built as the scheme says, check digits included where it has some.
  public func allows(_ text: String) -> Bool {
    switch self {
    case .natural: SemanticIdentifier(text)?.isOfPerson ?? false
    case .legal: SemanticIdentifier(text)?.isOfOrganisation ?? false
    case .eIDASNatural, .eIDASLegal: Self.isUniqueIdentifier(text)
    }
  }

  /// Whether a text is of a national scheme (`xx:`), which only says something together with the address of who
  /// registers names (NAT-5.1.3-05, -06; LEG-5.1.4-05).
  public func isNational(_ text: String) -> Bool {
    switch self {
    case .natural, .legal: SemanticIdentifier(text)?.isNational ?? false
    case .eIDASNatural, .eIDASLegal: false
    }
  }

  /// Unique identifier of Regulation (EU) 2015/1501, `ES/AT/02635542Y`: the country that gives it, the country that it
  /// is for, the rest (clauses 5.1.5, 5.1.6).
  private static func isUniqueIdentifier(_ text: String) -> Bool {
    let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && parts[..<2].allSatisfy { CountryCodes.contains($0) || $0 == "EL" } && !parts[2].isEmpty
  }
}

/// An identifier of clauses 5.1.3 and 5.1.4: three characters for the type, two for the country, a hyphen-minus, the
/// rest.
struct SemanticIdentifier {
  private let type: Substring
  private let country: Substring
  /// ISO 3166-2 without the country, of a register of a part of it (LEG-5.1.4-08); nil for none.
  private let subdivision: Substring?
  private let rest: Substring

  /// Nil if the text has not these parts.
  init?(_ text: String) {
    // Octets and characters are the same of what is left.
    guard NameText.isPrintable(text), let hyphen = text.firstIndex(of: "-") else { return nil }
    let head = text[..<hyphen].split(separator: "+", omittingEmptySubsequences: false)
    guard head.count <= 2, head[0].count == 5 else { return nil }
    type = head[0].prefix(3)
    country = head[0].suffix(2)
    subdivision = head.count == 2 ? head[1] : nil
    rest = text[text.index(after: hyphen)...]
    guard !rest.isEmpty, rest.first != " ", rest.last != " " else { return nil }
  }

  /// Two characters for a national scheme and a colon in the place of the type.
  var isNational: Bool { type.last == ":" && type.prefix(2).allSatisfy { $0.isLetter || $0.isNumber } }

  /// NAT-5.1.3-02 to -06. `TAX` is deprecated and not written.
  var isOfPerson: Bool {
    guard subdivision == nil else { return false }
    switch type {
    case "PAS", "IDC", "PNO", "EID": return CountryCodes.contains(country)
    case "TIN": return CountryCodes.contains(country) || country == "EL"
    default: return isNational && CountryCodes.contains(country)
    }
  }

  /// LEG-5.1.4-02 to -08.
  var isOfOrganisation: Bool {
    if let subdivision {
      let isWhole = (1...3).contains(subdivision.count) && subdivision.allSatisfy(Self.isCapitalOrDigit)
      return type == "NTR" && isWhole && CountryCodes.contains(country)
    }
    switch type {
    case "NTR", "EOR", "EXC": return CountryCodes.contains(country)
    case "VAT": return CountryCodes.contains(country) || country == "EL" || country == "XI"
    case "PSD": return CountryCodes.contains(country) && isOfPaymentService
    case "LEI": return country == "XG" && isLegalEntity
    default: return isNational && CountryCodes.contains(country)
    }
  }

  /// TS 119 495 clause 5.2.1: two to eight capitals for the authority, a hyphen-minus, its own number.
  private var isOfPaymentService: Bool {
    let parts = rest.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, (2...8).contains(parts[0].count), !parts[1].isEmpty else { return false }
    return parts[0].allSatisfy { ("A"..."Z").contains($0) }
  }

  /// ISO 17442: eighteen letters and digits, two check digits; the number that they spell is 1 modulo 97 (ISO 7064).
  private var isLegalEntity: Bool {
    let octets = Array(rest.utf8)
    guard octets.count == 20, rest.allSatisfy(Self.isCapitalOrDigit), rest.suffix(2).allSatisfy(\.isNumber) else {
      return false
    }
    let remainder = octets.reduce(0) { remainder, octet in
      let isDigit = octet <= UInt8(ascii: "9")
      let value = Int(octet) - Int(isDigit ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10)
      return (remainder * (isDigit ? 10 : 100) + value) % 97
    }
    return remainder == 1
  }

  private static func isCapitalOrDigit(_ character: Character) -> Bool {
    ("A"..."Z").contains(character) || ("0"..."9").contains(character)
  }
}
