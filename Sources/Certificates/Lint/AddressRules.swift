internal import Vocabulary

/// L18, L19 and L20: where the status of the certificate is told, and whether it is told at all.
enum AddressRules {
  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    list(certificate, facts, &report)
    access(certificate, facts, &report)
    assured(certificate, facts, &report)
    silent(certificate, &report)
  }

  /// L18. One place, by fullName with one http URI: the part of the list that goes with the number.
  private static func list(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    guard let value = certificate.value(OID.cRLDistributionPoints) else { return }
    let outer = DERTag.constructedContext(0)
    let name = value.only(DERTag.sequence)?.only(DERTag.sequence)?.only(outer)?.only(outer)
    let shard = Int(facts.serial.octets.last ?? 0) % facts.issuer.shards
    let expected = "http://\(facts.issuer.publicHost)/\(facts.issuer.id)-\(shard).crl"
    report.require(name.flatMap(address) == expected, .addresses, "the list is not at the address for its number")
  }

  /// L18. First the issuer's certificate, then who answers, if the profile has that; both at the public host, over
  /// http.
  private static func access(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    guard let value = certificate.value(OID.authorityInformationAccess) else { return }
    let host = "http://\(facts.issuer.publicHost)/"
    var expected: [[String]?] = [[OID.caIssuersAccess, "\(host)\(facts.issuer.id).cer"]]
    // Next to noRevAvail it is L20 that speaks.
    let isSilenced = certificate.value(OID.noRevocationAvailable) != nil && ocspAddresses(certificate) > 0
    if facts.profile.status.hasOCSP || isSilenced { expected.append([OID.ocspAccess, "\(host)ocsp"]) }
    let found = value.sequence?.map { place -> [String]? in
      guard let parts = place.sequence, parts.count == 2, let method = parts[0].objectIdentifier,
        let uri = address(parts[1])
      else { return nil }
      return [method, uri]
    }
    report.require(found == expected, .addresses, "the issuer's certificate or the status is not at its address")
  }

  /// The text of a GeneralName that is a URI.
  private static func address(_ node: DERNode) -> String? {
    node.tag == DERTag.context(6) ? String(validating: node.content, as: UTF8.self) : nil
  }

  /// L19. Only of a short-term certificate, which is not revoked.
  private static func assured(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    guard let entry = certificate.extended(OID.validityAssured) else { return }
    let isNull = entry.value?.octets.elementsEqual([0x05, 0x00]) ?? false
    report.require(isNull, .validityAssured, "the value is not NULL")
    report.require(facts.profile.isShort, .validityAssured, "the profile is not of short-term certificates")
    guard let begin = LintTime.read(certificate.notBefore), let end = LintTime.read(certificate.notAfter) else {
      return
    }
    report.require(end - begin < 86_400, .validityAssured, "it lasts more than a day")
  }

  /// L20. noRevAvail, if there is neither list nor answer, and only then.
  private static func silent(_ certificate: ParsedTBS, _ report: inout LintReport) {
    let hasList =
      certificate.extended(OID.cRLDistributionPoints) != nil || certificate.extended(OID.freshestCRL) != nil
    let hasStatus = hasList || ocspAddresses(certificate) > 0
    guard let entry = certificate.extended(OID.noRevocationAvailable) else {
      return report.require(hasStatus, .noRevocationAvailable, "there is no status, and no word of that")
    }
    let isNull = entry.value?.octets.elementsEqual([0x05, 0x00]) ?? false
    report.require(isNull, .noRevocationAvailable, "the value is not NULL")
    report.require(!hasStatus, .noRevocationAvailable, "it stands next to a list or an answer")
  }

  private static func ocspAddresses(_ certificate: ParsedTBS) -> Int {
    let places = certificate.value(OID.authorityInformationAccess)?.sequence ?? []
    return places.count { $0.elements.first?.objectIdentifier == OID.ocspAccess }
  }
}
