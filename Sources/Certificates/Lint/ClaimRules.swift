internal import Vocabulary

/// L17 and L22: whether the certificate claims what is true, and one for trying out claims nothing.
enum ClaimRules {
  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    let statements = certificate.value(OID.qualifiedStatements).flatMap { ParsedStatements($0) }?.list ?? []
    let policies = (certificate.value(OID.certificatePolicies)?.sequence ?? []).compactMap {
      $0.elements.first?.objectIdentifier
    }
    claims(statements, policies, facts, &report)
    if facts.profile.isTest { test(certificate, facts, &report) }
    let isExample = isBelow(OID.exampleEnterprise, facts.issuer.policyArc)
    report.require(facts.profile.isTest || !isExample, .test, "the arc of examples is for trying out alone")
  }

  /// L17. Policy, statements, kind and device say one thing.
  private static func claims(
    _ statements: [(oid: String, information: DERNode?)], _ policies: [String], _ facts: LintFacts,
    _ report: inout LintReport
  ) {
    let profile = facts.profile
    let oids = statements.map(\.oid)
    let (isQualified, isInDevice) = (
      oids.contains(OID.qualifiedCompliance), oids.contains(OID.qualifiedDevice)
    )
    let qualified = policies.filter { $0.hasPrefix(OID.qualifiedPolicies) }
    let expected = isQualified || isInDevice ? [policy(profile.kind, isInDevice)] : []
    report.require(qualified == expected, .claims, "the policy does not go with the statements")
    report.require(isQualified || !isInDevice, .claims, "QcSSCD stands without QcCompliance")
    let isMixed = isQualified && policies.contains { $0.hasPrefix(OID.normalizedPolicies) }
    report.require(!isMixed, .claims, "a policy for what is not qualified stands in a qualified certificate")
    report.require(!oids.contains(OID.qualifiedElsewhere), .claims, "it claims the law of a country outside of the EU")
    if isInDevice {
      report.require(facts.isKeyLocal, .claims, "the key was not made in the device")
      report.require(facts.isDeviceCertified, .claims, "no certification of the device is in force")
    }
    let type = statements.first { $0.oid == OID.qualifiedType }?.information?.only(DERTag.sequence)?.objectIdentifier
    let own = profile.kind == .person ? OID.qualifiedForSignatures : OID.qualifiedForSeals
    report.require(type == nil || type == own, .claims, "QcType does not go with the kind of subject")
  }

  /// EN 319 411-2 clause 5.3.
  private static func policy(_ kind: SubjectKind, _ isInDevice: Bool) -> String {
    switch (kind, isInDevice) {
    case (.person, false): OID.qualifiedNatural
    case (.person, true): OID.qualifiedNaturalInDevice
    case (.organisation, false): OID.qualifiedLegal
    case (.organisation, true): OID.qualifiedLegalInDevice
    }
  }

  /// L22. No identifier that claims anything stands anywhere in it, and issuer and subject say TEST.
  private static func test(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    let claiming = certificate.root.objectIdentifiers.contains { oid in
      oid.hasPrefix(OID.qualifiedPolicies) || oid.hasPrefix(OID.normalizedPolicies)
        || oid == OID.qualifiedCompliance || oid == OID.qualifiedDevice
    }
    report.require(!claiming, .test, "it claims something")
    let issuer = (try? DERNode(reading: facts.issuer.subject)).map { ParsedName($0) }
    let isMarked = [NameAttributeType.organization, .commonName].contains { type in
      issuer?.attribute(type)?.text?.split(separator: " ").contains("TEST") ?? false
    }
    report.require(isMarked, .test, "the issuer's name does not say TEST")
    let common = ParsedName(certificate.subject).attribute(.commonName)?.text ?? ""
    report.require(common.hasPrefix("TEST "), .test, "the subject's name does not say TEST")
  }

  private static func isBelow(_ arc: String, _ oid: String) -> Bool { oid == arc || oid.hasPrefix(arc + ".") }
}
