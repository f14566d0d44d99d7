internal import Vocabulary

/// L15 and L16: which qualified certificate statements there are, and how each is built.
enum StatementRules {
  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    guard let value = certificate.value(OID.qualifiedStatements) else { return }
    guard let found = ParsedStatements(value) else { return report.add(.statements, "the statements cannot be read") }
    let expected = Self.expected(facts)
    guard found.list.map(\.oid) == expected.map(\.oid) else {
      return report.add(.statements, "the statements are not those of the profile, or not once each in order")
    }
    for (statement, form) in zip(found.list, expected) {
      report.require(form.isRight(statement.information), .statements, "a statement has not its form: \(form.oid)")
    }
    if let statement = found.list.first(where: { $0.oid == OID.qualifiedDisclosure }) {
      disclosures(statement.information, facts, &report)
    }
  }

  /// A statement that has to be there, and what has to be said in it.
  private struct Expected {
    let oid: String
    let isRight: (DERNode?) -> Bool
  }

  /// The profile's statements in their order, put together here once more: apart from the writer.
  private static func expected(_ facts: LintFacts) -> [Expected] {
    let (profile, statements) = (facts.profile, facts.profile.statements)
    var list: [Expected] = []
    if profile.isQualified { list.append(Expected(oid: OID.qualifiedCompliance) { $0 == nil }) }
    if profile.isInDevice { list.append(Expected(oid: OID.qualifiedDevice) { $0 == nil }) }
    // One type. Which one is L17's.
    if statements.type != nil {
      list.append(Expected(oid: OID.qualifiedType) { $0?.only(DERTag.sequence)?.objectIdentifier != nil })
    }
    // L16 looks into it.
    if statements.hasDisclosures {
      list.append(Expected(oid: OID.qualifiedDisclosure) { $0?.sequence != nil })
    }
    if let years = statements.retentionYears {
      list.append(Expected(oid: OID.qualifiedRetention) { $0?.integer == years })
    }
    if let limit = statements.limit { list.append(Expected(oid: OID.qualifiedLimit) { isLimit($0, limit) }) }
    if statements.hasIdentification {
      let oid = facts.identification?.oid
      list.append(
        Expected(oid: OID.qualifiedIdentification) { oid != nil && $0?.only(DERTag.sequence)?.objectIdentifier == oid })
    }
    if let scheme = statements.semantics {
      let authorities = statements.nameAuthorities
      list.append(Expected(oid: OID.nameSemantics) { isSemantics($0, scheme, authorities) })
    }
    return list
  }

  private static func isLimit(_ node: DERNode?, _ limit: MonetaryLimit) -> Bool {
    guard let parts = node?.sequence, parts.count == 3 else { return false }
    return parts[0].text(DERTag.printableString) == limit.currency
      && parts[1].integer.map { UInt64($0) } == limit.amount && parts[2].integer.map { UInt64($0) } == limit.exponent
  }

  private static func isSemantics(_ node: DERNode?, _ scheme: IdentifierScheme, _ authorities: [String]) -> Bool {
    guard let parts = node?.sequence, let oid = parts.first?.objectIdentifier, oid == scheme.oid else { return false }
    guard !authorities.isEmpty else { return parts.count == 1 }
    guard parts.count == 2, let names = parts[1].sequence else { return false }
    return names.map { $0.tag == DERTag.context(6) ? Array($0.content) : [] } == authorities.map { Array($0.utf8) }
  }

  /// L16. Addresses over https, in small letters of ISO 639-1, English among them, none twice: those of the issuer.
  private static func disclosures(_ node: DERNode?, _ facts: LintFacts, _ report: inout LintReport) {
    let found = (node?.sequence ?? []).map { place -> DisclosureStatement? in
      guard let parts = place.sequence, parts.count == 2, let url = parts[0].text(DERTag.ia5String),
        let language = parts[1].text(DERTag.printableString)
      else { return nil }
      return DisclosureStatement(url: url, language: language)
    }
    let languages = found.compactMap { $0?.language }
    let areSmall = languages.allSatisfy { language in
      language.utf8.count == 2 && language.utf8.allSatisfy((UInt8(ascii: "a")...UInt8(ascii: "z")).contains)
    }
    report.require(areSmall, .disclosures, "a language has not two small letters")
    report.require(languages.contains("en"), .disclosures, "English is missing")
    report.require(Set(languages).count == languages.count, .disclosures, "a language stands twice")
    let areSecure = found.allSatisfy { $0.map { $0.url.utf8.starts(with: "https://".utf8) } ?? false }
    report.require(areSecure, .disclosures, "an address is not one of https")
    let issuers: [DisclosureStatement?] = facts.issuer.disclosures
    report.require(found == issuers, .disclosures, "the addresses are not the issuer's")
  }
}

/// The statements of the extension, as they are read.
struct ParsedStatements {
  let list: [(oid: String, information: DERNode?)]

  init?(_ value: DERNode) {
    guard let nodes = value.sequence else { return nil }
    var list: [(oid: String, information: DERNode?)] = []
    for node in nodes {
      guard let parts = node.sequence, (1...2).contains(parts.count), let oid = parts[0].objectIdentifier else {
        return nil
      }
      list.append((oid, parts.count == 2 ? parts[1] : nil))
    }
    self.list = list
  }
}
