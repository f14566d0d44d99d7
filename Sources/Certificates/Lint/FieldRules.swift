internal import Vocabulary

/// L1 to L5 and L24: the fields around name, key and extensions, and how all of it is written.
enum FieldRules {
  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    let version = certificate.version?.only(DERTag.constructedContext(0))?.integer
    report.require(version == 2, .version, "the version is not 3")
    serial(certificate, facts, &report)
    let isOfIssuer = certificate.algorithm.octets.elementsEqual(algorithm(facts.issuer.algorithm))
    report.require(isOfIssuer, .algorithm, "the algorithm is not that of the issuer's key")
    let isCopied = certificate.issuer.octets.elementsEqual(facts.issuer.subject)
    report.require(isCopied, .issuer, "the issuer is not an octet-for-octet copy of the authority's name")
    validity(certificate, facts, &report)
    encoding(certificate, &report)
  }

  /// L2. A number is an INTEGER of 16 octets, of which the first begins with the bits 01.
  private static func serial(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    let octets = certificate.serial.content
    let isWhole = octets.count == 16 && (0x40...0x7F).contains(octets.first ?? 0)
    report.require(isWhole, .serial, "the number has not 16 octets that begin with 01")
    guard isWhole else { return }
    report.require(octets.elementsEqual(facts.serial.octets), .serial, "the number is not the reserved one")
    report.require(facts.isSerialReserved, .serial, "the number is not reserved, or stands elsewhere")
  }

  /// L3. The four identifiers, written out (RFC 5758 §3.2, RFC 4055 §5).
  private static func algorithm(_ algorithm: CertificateAlgorithm) -> [UInt8] {
    switch algorithm {
    case .ecdsaWithSHA256: [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]
    case .ecdsaWithSHA384: [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03]
    case .sha256WithRSA:
      [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00]
    case .sha384WithRSA:
      [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C, 0x05, 0x00]
    }
  }

  /// L5. Both ends are inside of the validity, so a day has 86,399 seconds between them.
  private static func validity(_ certificate: ParsedTBS, _ facts: LintFacts, _ report: inout LintReport) {
    guard let begin = LintTime.read(certificate.notBefore), let end = LintTime.read(certificate.notAfter) else {
      return report.add(.validity, "a time has not the form for its year")
    }
    let profile = facts.profile
    report.require(begin < end, .validity, "it ends before it begins")
    report.require(begin <= facts.now, .validity, "it begins in the future")
    let backdate = profile.validity.backdate.seconds
    report.require(begin >= facts.now - backdate, .validity, "it begins earlier than the profile allows")
    report.require(begin >= facts.earliest, .validity, "it begins before identity and terms were there")
    report.require(begin >= facts.issuer.notBefore, .validity, "it begins before its issuer's certificate")
    report.require(end <= facts.issuer.notAfter, .validity, "it ends after its issuer's certificate")
    report.require(
      end <= profile.validity.longest.end(from: begin), .validity, "it lasts longer than the profile allows")
    report.require(
      !profile.isShort || end - begin < 86_400, .validity, "a short-term certificate lasts more than a day")
  }

  /// L24. Everything is distinguished encoding, the values of extensions included.
  private static func encoding(_ certificate: ParsedTBS, _ report: inout LintReport) {
    report.require(certificate.root.isCanonical, .encoding, "it is not the distinguished encoding")
    for case let entry? in certificate.extensions {
      report.require(entry.value?.isCanonical ?? false, .encoding, "an extension is not the distinguished encoding")
    }
  }
}
