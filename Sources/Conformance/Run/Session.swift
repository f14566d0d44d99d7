internal import Octets
import Vocabulary
internal import WireJSON

/// A version under test: its wire, what its `info` said, and what earlier checks obtained for later ones.
final class Session {
  let version: CSCVersion
  let api: API
  let run: Run
  /// The answer to a plain `info`.
  let infoExchange: Exchange
  let info: JSONObject

  /// SADs for experiments that end in an error, by credential.
  var spares: [String: Activation] = [:]
  /// The grant of the log-in pages for scope service.
  var serviceGrant: Result<ServiceGrant, Finding>?
  var credentialGrant: Result<CredentialGrant, Finding>?
  var authorizationServer: AuthorizationServer??
  /// SADs that were obtained early to be expired at the end.
  var expiring: [String: Activation] = [:]
  /// Whether wrong one-time passwords are refused by `credentials/authorize`; nil until tried.
  var refusesWrongOTPAtOnce: Bool?
  var challengesFound: Challenges?
  /// Codes that were delivered for an experiment and not used, by credential.
  var unusedCodes: [String: String] = [:]
  var pendingFound: Pending?
  /// A token for requests to oauth2/revoke that are refused for another reason.
  var revocable: String?
  /// The credential that the run had made and has still to have deleted.
  var madeCredential: String?
  /// Tokens that a person gave for one creation or deletion and that are not used, by scope.
  var ordered: [String: (token: String, expires: Double)] = [:]
  /// Sections whose answers were asked for because the run had none of them.
  var provoked: Set<String> = []
  /// The sample that was pushed, and the address that stands for it.
  var pushedSample: (Attempt, requestURI: String)?
  /// For pages that want another PIN than the user's.
  var pinOnPages: String?
  /// Access tokens of log-ins that are not needed any more.
  var spareTokens: [String] = []

  init(_ version: CSCVersion, api: API, info: Exchange, run: Run) throws {
    self.version = version
    self.api = api
    infoExchange = info
    self.info = try info.succeeded()
    self.run = run
  }

  var subject: Subject { run.subject }
  var wire: Wire { api.wire }
  var clock: any ClockPort { run.ports.clock }
  var cryptography: any CryptographyPort { run.ports.cryptography }

  /// Methods that `info` lists.
  var methods: [String] { info["methods"]?.array?.compactMap(\.string) ?? [] }

  func has(_ method: String) -> Bool { method == "info" || methods.contains(method) }

  /// A digest of nothing in particular.
  func digest(_ hash: HashFunction = .sha256) -> [UInt8] { run.ports.random(hash.length) }

  func randomText(_ octets: Int = 12) -> String { Base64.encodeURL(run.ports.random(octets)) }
}

/// State that both versions share: the subject, the user's things, and the credentials.
final class Run {
  let subject: Subject
  let ports: Ports
  let note: @Sendable (String) -> Void
  let authenticator: Authenticator?
  let mailbox: Mailbox?
  var credentials: [CredentialFacts] = []
  /// For credentials that are made.
  let newPIN: String
  /// Credentials whose log-in pages cannot be gone through here.
  var unusableOnPages: Set<String> = []

  init(_ subject: Subject, _ ports: Ports, note: @escaping @Sendable (String) -> Void) {
    self.subject = subject
    self.ports = ports
    self.note = note
    // No two neighbours equal, so that it is no PIN that services refuse.
    var digits: [UInt8] = []
    for octet in ports.random(8) { digits.append((octet % 9 + 1 + (digits.last ?? 0)) % 10) }
    newPIN = digits.map(String.init).joined()
    authenticator = subject.totpSecret.map { Authenticator(secret: $0, clock: ports.clock, note: note) }
    mailbox = subject.messages.map { Mailbox(url: $0, http: ports.http, clock: ports.clock) }
  }
}
