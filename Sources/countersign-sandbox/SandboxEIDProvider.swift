import Assembly
import Foundation
import Octets
import SoleControl
import Vocabulary
import WireJSON

/// An eID provider of the integrator's own that the sandbox trusts, with credentials for log-ins there.
///
/// The file is a JSON object with the members of `eidProviders` in the configuration (`Config.EIDProviderConfig`), and:
/// - `label`: what the labels of its credentials end in: `p256-eid-LABEL`, `p256-eid-scal2-LABEL`,
///   `p256-oauth-eid-LABEL`, and `p256-eidapp-LABEL` if the provider has an app (`backchannel`); those of another user
///   than the first end in `-LABEL-USER`.
/// - `people`: by user name of the sandbox, the `sub` of the person at the provider. `{username}` in a `loginHint` is
///   the user name of the sandbox.
struct SandboxEIDProvider: Sendable {
  /// The entry for the configuration.
  let configuration: JSONValue
  private let label, issuer: String
  /// Nil if the provider has no app.
  private let loginHint: LoginHint?
  /// In the sandbox's order of users.
  private let people: [(user: String, subject: String)]

  init(file: String, users: [String]) throws {
    func failed(_ what: String) -> ConfigError { ConfigError(description: "\(file): \(what)") }
    guard let data = FileManager.default.contents(atPath: file),
      var members = try? JSONValue.parse(Array(data), limits: .configuration).object
    else { throw failed("cannot be read as a JSON object") }
    guard let issuer = members["issuer"]?.string else { throw failed("\"issuer\" is missing") }
    guard let label = members["label"]?.string, label.wholeMatch(of: /[a-z0-9-]+/) != nil else {
      throw failed("\"label\" must consist of a-z, 0-9 and -")
    }
    guard let named = members["people"]?.object else { throw failed("\"people\" must be an object") }
    people = users.compactMap { user in named[user]?.string.map { (user, $0) } }
    guard people.count == named.members.count, !people.isEmpty else {
      throw failed("\"people\" must give users of the sandbox (\(users.joined(separator: ", "))) their \"sub\"")
    }
    loginHint = try members["backchannel"].map { try LoginHint(of: ConfigReader($0, at: "\(file): backchannel")) }
    members["label"] = nil
    members["people"] = nil
    self.issuer = issuer
    self.label = label
    configuration = .object(members)
  }

  var lines: [SandboxPopulation.CredentialSpec] {
    people.enumerated().flatMap { index, person in
      let end = index == 0 ? label : "\(label)-\(person.user)"
      func line(_ name: String, _ scal: SCAL, _ mode: AuthorizationMode = .explicit) -> SandboxPopulation.CredentialSpec
      {
        SandboxPopulation.CredentialSpec(
          label: "\(name)-\(end)", owner: person.user, key: .ec(.p256), scal: scal, expression: "EID", mode: mode,
          eid: (issuer, person.subject))
      }
      var app = line("p256-eidapp", .two)
      app.expression = FactorID.eidApp.rawValue
      app.loginHint = loginHint
      return [line("p256-eid", .one), line("p256-eid-scal2", .two), line("p256-oauth-eid", .two, .oauth2code)]
        + (loginHint == nil ? [] : [app])
    }
  }

  /// The same at every start.
  func credentialID(_ line: SandboxPopulation.CredentialSpec) -> String {
    "cred-" + Hex.encode(OctetDigest.sha256(line.label).prefix(8))
  }
}
