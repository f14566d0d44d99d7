import EIDProvider
import Foundation
import SoleControl

/// What only a sandbox may have. `countersign serve` takes it if the file says `"sandbox": true`, and says so in its log.
enum SandboxRules {
  /// What the sandbox calls itself in every SAD, and the organisation of its certificates.
  static let gateway = "countersign-sandbox"
  static let organization = "Countersign sandbox"
  /// For documentation (RFC 5612): policies of certificates and time-stamps that claim nothing.
  static let policyArc = "1.3.6.1.4.1.32473."

  /// - Returns: nil if a real service may run with this.
  static func finding(in config: Config) -> String? {
    if config.gateway == gateway { return "\"gateway\": \"\(gateway)\" is the sandbox's own name" }
    if WebURL(config.info.publicURL)?.isOnThisMachine == true {
      return "\"info\": \"publicURL\" leads to this machine itself, where no customer comes from"
    }
    for provider in config.eidProviders where WebURL(provider.settings.issuer)?.isOnThisMachine == true {
      return """
        "eidProviders": \(provider.settings.issuer) is on this machine, where no customer can log in: the simulator says yes \
        to everybody
        """
    }
    if let tsa = config.tsa {
      if tsa.policy.hasPrefix(policyArc) { return "\"tsa\": the policy \(tsa.policy) is of the arc for documentation" }
      if isSandbox(tsa.certificates) { return "\"tsa\": the certificates in \(tsa.certificates) are a sandbox's" }
    }
    if let issuer = config.issuer {
      if let policy = issuer.profiles.map(\.policy).first(where: { $0.hasPrefix(policyArc) }) {
        return "\"issuer\": the policy \(policy) is of the arc for documentation"
      }
      for name in ["root.der", "issuing.der"] where isSandbox("\(issuer.certificates)/\(name)") {
        return "\"issuer\": the CA in \(issuer.certificates) is a sandbox's"
      }
    }
    return nil
  }

  /// Whether a certificate in the file, DER or PEM, names the sandbox's organisation. Its octets are looked for, so that one
  /// that cannot be read is no reason to say no.
  private static func isSandbox(_ path: String) -> Bool {
    let octets = PEM.certificate(path) ?? FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
    return Data(octets).range(of: Data(organization.utf8)) != nil
  }
}
