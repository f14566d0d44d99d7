internal import Crypto

/// The last look at a certificate before a key signs it.
///
/// It reads the octets that are about to be signed, with a reader of its own, and never sees the draft that they were
/// written from. If one rule speaks, nothing is signed: there are no warnings.
public enum Lint {
  /// Goes up with every change of a rule; the log keeps it with each certificate.
  public static let version = 1

  /// - Parameters:
  ///   - toBeSigned: TBSCertificate of a person or an organisation, DER.
  ///   - facts: from the order, the store, the device and the issuer.
  /// - Returns: empty if it may be signed.
  public static func check(_ toBeSigned: [UInt8], _ facts: LintFacts) -> [LintFinding] {
    var report = LintReport()
    guard let root = try? DERNode(reading: toBeSigned) else {
      report.add(.encoding, "the octets are not one element")
      return report.findings
    }
    guard let certificate = ParsedTBS(root) else {
      report.add(.version, "the parts are not those of a TBSCertificate of version 3")
      return report.findings
    }
    FieldRules.check(certificate, facts, into: &report)
    NameRules.check(certificate, facts, into: &report)
    OwnerRules.check(certificate, facts, into: &report)
    ExtensionRules.check(certificate, facts, into: &report)
    AddressRules.check(certificate, facts, into: &report)
    StatementRules.check(certificate, facts, into: &report)
    ClaimRules.check(certificate, facts, into: &report)
    return report.findings
  }

  /// SHA-256 of the subject and of the key (SubjectPublicKeyInfo) in these octets, by which the store is asked who
  /// else has them. Nil if they cannot be read; `check` then speaks anyway.
  public static func digests(of toBeSigned: [UInt8]) -> (subject: [UInt8], key: [UInt8])? {
    guard let root = try? DERNode(reading: toBeSigned), let certificate = ParsedTBS(root) else { return nil }
    return (digest(certificate.subject), digest(certificate.key))
  }

  static func digest(_ node: DERNode) -> [UInt8] { Array(SHA256.hash(data: Array(node.octets))) }
}
