internal import Crypto
internal import Vocabulary

/// L12, L13, L14, L21 and L23: which extensions there are, and the short ones.
enum ExtensionRules {
  /// L21. No certificate of a subject has these, whatever a profile says: names apart from the subject's, purposes of
  /// keys, and what limits the paths below an authority.
  static let forbidden: Set<String> = [
    OID.subjectAltName, OID.issuerAltName, OID.nameConstraints, OID.policyMappings, OID.policyConstraints,
    OID.extendedKeyUsage, OID.inhibitAnyPolicy,
  ]

  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    let isFree = forbidden.isDisjoint(with: certificate.extensionOIDs)
    report.require(isFree, .forbidden, "it has an extension that no subject's certificate has")
    list(certificate, facts.profile, &report)
    // A reader that takes bits as they come finds contentCommitment alone.
    if let usage = certificate.value(OID.keyUsage) {
      let isAlone = usage.octets.elementsEqual([0x03, 0x02, 0x06, 0x40])
      report.require(isAlone, .keyUsage, "the usage is not contentCommitment alone")
    }
    policies(certificate, facts, &report)
    keyIdentifiers(certificate, facts, &report)
  }

  /// L12. The profile's extensions, once each, in its order; TRUE for critical ones and nothing for others.
  private static func list(_ certificate: ParsedTBS, _ profile: CertificateProfile, _ report: inout LintReport) {
    var oids: [String] = []
    for entry in certificate.extensions {
      guard let entry else { return report.add(.extensions, "an extension cannot be read") }
      if forbidden.contains(entry.oid) { continue }
      oids.append(entry.oid)
      let isMeantCritical = entry.oid == OID.keyUsage || entry.oid == OID.basicConstraints
      let isCritical = entry.critical.map { $0.content.count == 1 && $0.content.first != 0 }
      report.require(
        isCritical == (isMeantCritical ? true : nil), .extensions, "critical is said, or not said, wrongly")
    }
    report.require(oids == profile.extensions.map(\.oid), .extensions, "the extensions are not those of the profile")
    // cA is FALSE by default, so nothing stands there (RFC 5280 §4.2.1.9).
    if let constraints = certificate.value(OID.basicConstraints) {
      let isEmpty = constraints.octets.elementsEqual([0x30, 0x00])
      report.require(isEmpty, .extensions, "basicConstraints says something")
    }
  }

  /// L14. PolicyInformation of the profile's policies, in order, without qualifiers.
  private static func policies(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    guard let value = certificate.value(OID.certificatePolicies) else { return }
    let oids = value.sequence?.map { $0.only(DERTag.sequence)?.objectIdentifier }
    let expected: [String?] = facts.profile.policies.map { $0.first == "." ? facts.issuer.policyArc + $0 : $0 }
    report.require(oids == expected, .policies, "the policies are not those of the profile, or have qualifiers")
    report.require(Set(expected).count == expected.count, .policies, "a policy stands twice")
  }

  /// L23. The issuer's key by its identifier and nothing else; the subject's by SHA-1 of its BIT STRING.
  private static func keyIdentifiers(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    if let value = certificate.value(OID.authorityKeyIdentifier) {
      let identifier = value.only(DERTag.sequence).flatMap { $0.tag == DERTag.context(0) ? $0.content : nil }
      let isIssuers = identifier?.elementsEqual(facts.issuer.keyIdentifier) ?? false
      report.require(isIssuers, .keyIdentifiers, "the authority's key identifier is not the issuer's")
    }
    if let value = certificate.value(OID.subjectKeyIdentifier) {
      let bits = certificate.key.elements.last?.wholeBits.map { Array($0) } ?? []
      let isOwn = value.tag == DERTag.octetString && value.content.elementsEqual(Insecure.SHA1.hash(data: bits))
      report.require(isOwn, .keyIdentifiers, "the subject's key identifier is not that of its key")
    }
  }
}
