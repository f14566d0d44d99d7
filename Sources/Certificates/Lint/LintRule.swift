/// The 24 rules over the octets of a certificate that is about to be signed. Raw values are their names in the log and
/// in `issuance.refused`.
public enum LintRule: String, Sendable, CaseIterable {
  case version = "L1"
  case serial = "L2"
  case algorithm = "L3"
  case issuer = "L4"
  case validity = "L5"
  case nameParts = "L6"
  case country = "L7"
  case identifier = "L8"
  case nameOwner = "L9"
  case provenNames = "L10"
  case key = "L11"
  case extensions = "L12"
  case keyUsage = "L13"
  case policies = "L14"
  case statements = "L15"
  case disclosures = "L16"
  case claims = "L17"
  case addresses = "L18"
  case validityAssured = "L19"
  case noRevocationAvailable = "L20"
  case forbidden = "L21"
  case test = "L22"
  case keyIdentifiers = "L23"
  case encoding = "L24"

  /// Where the rule is from.
  public var clause: String {
    switch self {
    case .version: "RFC 5280 4.1.2.1, EN 319 412-2 GEN-4.2.1-1"
    case .serial: "RFC 5280 4.1.2.2, EN 319 411-1 GEN-6.3.3-02A, (EU) 2025/1943 GEN-4.2.6-01"
    case .algorithm: "RFC 5280 4.1.2.3, EN 319 412-2 GEN-4.2.2-1"
    case .issuer: "RFC 5280 4.1.2.4"
    case .validity: "RFC 5280 4.1.2.5, EN 319 411-1 GEN-6.3.3-05, -06"
    case .nameParts: "EN 319 412-2 4.2.4, EN 319 412-3 4.2.1, RFC 5280 appendix A"
    case .country: "EN 319 412-2 NAT-4.2.4-3, EN 319 412-3 LEG-4.2.1-4"
    case .identifier: "EN 319 412-1 5.1.3, 5.1.4"
    case .nameOwner: "EN 319 411-1 GEN-6.3.3-10"
    case .provenNames: "EN 319 411-1 REG-6.3.1-00A"
    case .key: "RFC 5280 4.1.2.7, EN 319 411-1 GEN-6.3.6-10"
    case .extensions: "RFC 5280 4.2, EN 319 412-2 GEN-4.1-2"
    case .keyUsage: "EN 319 412-2 NAT-4.3.2-1 to -3, EN 319 412-3 LEG-4.3.1-2"
    case .policies: "EN 319 412-2 GEN-4.3.3-1, -2"
    case .statements: "EN 319 412-5 4, RFC 3739 3.2.6"
    case .disclosures: "EN 319 412-5 QCS-4.3.4-03, -04"
    case .claims: "EN 319 411-2 GEN-6.6.1-03, -04, EN 319 412-2 QCS-5.2-2, EN 319 412-5 QCS-4.2.1-01"
    case .addresses: "EN 319 412-2 GEN-4.3.11-1 to -5, GEN-4.4.1-2 to -7"
    case .validityAssured: "EN 319 412-1 5.2, EN 319 411-1 GEN-6.6.1-03 to -05"
    case .noRevocationAvailable: "RFC 9608, EN 319 412-2 GEN-4.3.11-2A"
    case .forbidden: "EN 319 412-2 4.3.4, 4.3.5, 4.3.8 to 4.3.10, 4.3.12"
    case .test: "EN 319 411-1 OVR-6.9.2-01C, RFC 5612"
    case .keyIdentifiers: "RFC 5280 4.2.1.1, 4.2.1.2, EN 319 412-2 GEN-4.3.1-1"
    case .encoding: "RFC 5280 4.1, ITU-T X.690 10, 11"
    }
  }
}

/// A rule that speaks. Nothing with a finding is signed.
public struct LintFinding: Sendable, Equatable {
  public let rule: LintRule
  /// In words, without anything of the certificate's names.
  public let detail: String
}

/// The findings so far.
struct LintReport {
  private(set) var findings: [LintFinding] = []

  mutating func require(_ isKept: Bool, _ rule: LintRule, _ detail: String) {
    if !isKept { findings.append(LintFinding(rule: rule, detail: detail)) }
  }

  mutating func add(_ rule: LintRule, _ detail: String) { require(false, rule, detail) }
}
