internal import Vocabulary

/// L17 and L22: whether the certificate claims what is true, and one for trying out claims nothing.
enum ClaimRules {
  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    let statements = certificate.value(OID.qualifiedStatements).flatMap { ParsedStatements($0) }?.list ?? []
    let policies = (certificate.value(OID.certificatePolicies)?.sequence ?? []).compactMap {
      $0.elements.first?.objectIdentifier
    }
    claims(statements, policies, facts, &report)
    known(policies, facts, &report)
    test(certificate, policies, facts, &report)
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
    report.require(facts.mayIssueQualified || !isQualified && !isInDevice, .claims, "the issuer is not a qualified one")
    if isInDevice {
      report.require(facts.isKeyLocal, .claims, "the key was not made in the device")
      report.require(facts.isDeviceCertified, .claims, "no certification of the device is in force")
    }
    let type = statements.first { $0.oid == OID.qualifiedType }?.information?.only(DERTag.sequence)?.objectIdentifier
    let own = profile.kind == .person ? OID.qualifiedForSignatures : OID.qualifiedForSeals
    report.require(type == nil || type == own, .claims, "QcType does not go with the kind of subject")
  }

  /// L17. Policies of ETSI are those that this code knows the meaning of; TS 101 456 had others for qualified
  /// certificates. anyPolicy is for authorities. NCP+ says that the key is in a device.
  private static func known(_ policies: [String], _ facts: LintFacts, _ report: inout LintReport) {
    let known =
      (0...3).map { "\(OID.qualifiedPolicies)\($0)" } + (1...3).map { "\(OID.normalizedPolicies)\($0)" }
    let areKnown = policies.allSatisfy { !$0.hasPrefix("0.4.0.") || known.contains($0) }
    report.require(areKnown, .claims, "a policy of ETSI is not one that is issued under")
    report.require(!policies.contains(OID.anyPolicy), .claims, "any policy is for authorities")
    let isInDevice = policies.contains(OID.normalizedPolicies + "2")
    report.require(!isInDevice || facts.isKeyLocal, .claims, "the key was not made in the device")
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

  /// L22. A certificate for trying out says TEST in both names, and has the provider's own policies alone. No
  /// identifier that claims anything stands anywhere in it, nor in any other one by an issuer whose name says TEST.
  private static func test(
    _ certificate: ParsedTBS, _ policies: [String], _ facts: LintFacts, _ report: inout LintReport
  ) {
    let issuer = (try? DERNode(reading: facts.issuer.subject)).map { ParsedName($0) }
    let isMarked = [NameAttributeType.organization, .commonName].contains { type in
      issuer?.attribute(type)?.text?.split(separator: " ").contains("TEST") ?? false
    }
    let claiming = certificate.root.objectIdentifiers().contains { oid in
      oid.hasPrefix(OID.qualifiedPolicies) || oid.hasPrefix(OID.normalizedPolicies)
        || oid.hasPrefix(OID.qualifiedIdentification) || oid == OID.qualifiedCompliance || oid == OID.qualifiedDevice
    }
    report.require(!claiming || !isMarked && !facts.profile.isTest, .test, "it claims something")
    guard facts.profile.isTest else { return }
    report.require(isMarked, .test, "the issuer's name does not say TEST")
    let areOwn = policies.allSatisfy { isBelow(facts.issuer.policyArc, $0) }
    report.require(areOwn, .test, "a policy is another one's")
    let common = ParsedName(certificate.subject).attribute(.commonName)?.text ?? ""
    report.require(common.utf8.starts(with: "TEST ".utf8), .test, "the subject's name does not say TEST")
  }

  private static func isBelow(_ arc: String, _ oid: String) -> Bool { oid == arc || oid.hasPrefix(arc + ".") }
}
