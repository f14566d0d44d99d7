extension CertificateProfile {
  /// Whether certificates have the extension of statements.
  var hasStatements: Bool {
    isQualified || isInDevice || statements.type != nil || statements.hasDisclosures
      || statements.retentionYears != nil || statements.limit != nil || statements.semantics != nil
      || statements.hasIdentification
  }

  /// The statements of its certificates, in their order: what is claimed, then what goes with it.
  ///
  /// - Parameters:
  ///   - disclosures: of the issuer.
  ///   - identification: how this subject was identified.
  public func qualifiedStatements(
    disclosures: [DisclosureStatement], identification: IdentificationMethod?
  ) -> [QualifiedStatement] {
    var list: [QualifiedStatement] = []
    if isQualified { list.append(.compliance) }
    if isInDevice { list.append(.device) }
    if let type = statements.type { list.append(.type(type)) }
    if statements.hasDisclosures { list.append(.disclosure(disclosures)) }
    if let years = statements.retentionYears { list.append(.retention(years: years)) }
    if let limit = statements.limit { list.append(.limit(limit)) }
    if statements.hasIdentification, let identification { list.append(.identification(identification)) }
    if let scheme = statements.semantics {
      list.append(.semantics(scheme, nameAuthorities: statements.nameAuthorities))
    }
    return list
  }
}
