internal import Octets

/// L6, L7, L8 and L10: the subject's name. L7, L8 and L10 look at attributes that L6 lets pass.
enum NameRules {
  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    let name = ParsedName(certificate.subject)
    parts(name, facts.profile, &report)
    country(name, &report)
    identifier(name, facts.profile, &report)
    proven(name, facts, &report)
  }

  /// L6. The profile's attributes, once each and in order; every one alone in its part, of its type of string, in
  /// normalization form C, without control characters, blanks at the ends, or more characters than it may have.
  private static func parts(_ name: ParsedName, _ profile: CertificateProfile, _ report: inout LintReport) {
    var types: [NameAttributeType] = []
    for attribute in name.attributes {
      guard let attribute else {
        report.add(.nameParts, "a part of the name is not one attribute that names have")
        continue
      }
      types.append(attribute.type)
      report.require(attribute.isWhole, .nameParts, "the text of \(attribute.type.rawValue) has not its form")
    }
    let inOrder = NameAttributeType.allCases.filter(types.contains)
    report.require(types == inOrder, .nameParts, "attributes stand twice or out of order")
    var required = Set(profile.subject.required)
    var allowed = required.union(profile.subject.optional)
    // EN 319 412-2 NAT-4.2.4-4: a pseudonym stands in the place of both names.
    if profile.subject.allowsPseudonym, types.contains(.pseudonym) {
      required.subtract([.surname, .givenName])
      allowed.subtract([.surname, .givenName])
      allowed.insert(.pseudonym)
    }
    report.require(required.isSubset(of: types), .nameParts, "an attribute of the profile is missing")
    report.require(allowed.isSuperset(of: types), .nameParts, "an attribute is not of the profile")
    let isNamed = types.contains { $0 == .surname || $0 == .givenName || $0 == .pseudonym }
    report.require(profile.kind == .organisation || isNamed, .nameParts, "a person has no name")
  }

  /// The text of an attribute that L6 lets pass.
  private static func legible(_ name: ParsedName, _ type: NameAttributeType) -> String? {
    name.attribute(type).flatMap { $0.isWhole ? $0.text : nil }
  }

  /// L7.
  private static func country(_ name: ParsedName, _ report: inout LintReport) {
    guard let code = legible(name, .country) else { return }
    report.require(CountryCodes.contains(code), .country, "the country is no code of ISO 3166 in capitals")
  }

  /// L8. Built by the semantics that the profile declares; an opaque one by base32.
  private static func identifier(_ name: ParsedName, _ profile: CertificateProfile, _ report: inout LintReport) {
    let type: NameAttributeType = profile.kind == .person ? .serialNumber : .organizationIdentifier
    guard let text = legible(name, type) else { return }
    report.require(isBuilt(text, profile), .identifier, "\(type.rawValue) is not built as its scheme says")
    if profile.kind == .organisation, let organization = legible(name, .organization) {
      // EN 319 412-3 LEG-4.2.1-6.
      report.require(!organization.isSame(as: text), .identifier, "organizationIdentifier equals the name")
    }
  }

  private static func isBuilt(_ text: String, _ profile: CertificateProfile) -> Bool {
    guard let scheme = profile.statements.semantics else { return PersonIdentifier.isOpaque(text) }
    let hasAuthority = !profile.statements.nameAuthorities.isEmpty
    return scheme.allows(text) && (hasAuthority || !scheme.isNational(text))
  }

  /// L10. Octet for octet as it was proven; commonName by the template or as it was allowed. The word for trying out
  /// in front of it is L22's.
  private static func proven(_ name: ParsedName, _ facts: LintFacts, _ report: inout LintReport) {
    let (profile, names) = (facts.profile, facts.names)
    let isCalled = profile.subject.allowsPseudonym && name.attribute(.pseudonym) != nil
    var known = profile.subject.required + profile.subject.optional
    if isCalled { known.append(.pseudonym) }
    known.removeAll { $0 == .commonName }
    for case let attribute? in name.attributes where known.contains(attribute.type) && isLegible(attribute, profile) {
      let value = names.value(attribute.type)?.composed
      let isProven = attribute.text.map { value.isSame(as: $0) } ?? false
      report.require(isProven, .provenNames, "\(attribute.type.rawValue) is not as it was proven")
    }
    // EN 319 412-2 NAT-4.2.4-10, -11: both parts of a name are there if they are known. Required ones are L6's.
    for type in [NameAttributeType.surname, .givenName] where profile.subject.optional.contains(type) && !isCalled {
      let isLeftOut = names.value(type) != nil && name.attribute(type) == nil
      report.require(!isLeftOut, .provenNames, "\(type.rawValue) is known and left out")
    }
    guard var common = legible(name, .commonName) else { return }
    let prefix = profile.subject.prefix.utf8
    if common.utf8.starts(with: prefix) {
      common = String(decoding: common.utf8.dropFirst(prefix.count), as: UTF8.self)
    }
    // Of a person who goes by a pseudonym the names are not told.
    let template = profile.subject.commonName.filled { type in
      (type == .pseudonym) == isCalled ? names.value(type) : nil
    }
    let isAllowed = ([template] + names.otherCommonNames).map(\.composed).containsSame(as: common)
    report.require(isAllowed, .provenNames, "commonName is neither by the template nor allowed")
  }

  /// Whether the other rules let the text of an attribute pass.
  private static func isLegible(_ attribute: ParsedAttribute, _ profile: CertificateProfile) -> Bool {
    guard attribute.isWhole, let text = attribute.text else { return false }
    switch attribute.type {
    case .country: return CountryCodes.contains(text)
    case .serialNumber, .organizationIdentifier: return isBuilt(text, profile)
    default: return true
    }
  }
}
