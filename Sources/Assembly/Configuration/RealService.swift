import Issuance
import OpenIDClient
import Foundation

/// Tells a service for real customers from one for trying out, which its operator might put before them by mistake.
package enum RealService {
  /// The name in every SAD of a service for trying out, and the organisation of its certificates.
  package static let trialName = "countersign-sandbox"
  package static let trialOrganization = "Countersign sandbox"
  /// For documentation (RFC 5612): policies of certificates and time-stamps that claim nothing.
  private static let documentationArc = "1.3.6.1.4.1.32473."

  /// - Returns: nil if a real service may run with this.
  static func objection(to config: Config) -> String? {
    if config.service == trialName { return "\"service\": \"\(trialName)\" is the sandbox's own name" }
    if WebURL(config.info.publicURL)?.isOnThisMachine == true {
      return "\"info\": \"publicURL\" is an address of this machine itself, which no customer can reach"
    }
    for provider in config.eidProviders where WebURL(provider.settings.issuer)?.isOnThisMachine == true {
      return """
        "eidProviders": \(provider.settings.issuer) is on this machine, like the sandbox's simulator, which \
        accepts everyone
        """
    }
    if let tsa = config.tsa {
      if tsa.policy.hasPrefix(documentationArc) {
        return "\"tsa\": the policy \(tsa.policy) is in the arc for documentation"
      }
      if isTrial(tsa.certificates) { return "\"tsa\": the certificates in \(tsa.certificates) are a sandbox's" }
    }
    if let issuer = config.issuer {
      if let policy = issuer.profiles.map(\.policy).first(where: { $0.hasPrefix(documentationArc) }) {
        return "\"issuer\": the policy \(policy) is in the arc for documentation"
      }
      // In a sandbox they are there so that it can be tried what clients ask for.
      if let profile = issuer.profiles.first(where: { !$0.acrValues.isEmpty && $0.proof == nil }) {
        return """
          "issuer": the policy \(profile.policy) has "acrValues" without a "proof": whatever factors a person's \
          credential has would be said to reach them
          """
      }
      for name in ["root.der", "issuing.der"] where isTrial("\(issuer.certificates)/\(name)") {
        return "\"issuer\": the CA in \(issuer.certificates) is a sandbox's"
      }
    }
    return nil
  }

  /// Whether a certificate in the file, DER or PEM, names the organisation of those for trying out. Its octets are
  /// looked for, so that one that cannot be read is no reason to say no.
  private static func isTrial(_ path: String) -> Bool {
    let file = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
    let octets = PEM.certificate(file) ?? file
    return Data(octets).range(of: Data(trialOrganization.utf8)) != nil
  }
}
