import CSCModel
import OpenIDClient
import Foundation
import HTTPGateway
package import Logging
import OAuth
import OpenSSLPKI
import Registry
import SoleControl
internal import Vocabulary
import WireJSON

/// The configuration of a service. Every member is documented in this folder, and nowhere else; unknown members are
/// errors. Secrets are paths to files. A file in which `sandbox` is true is a sandbox's, and no service for real
/// customers may run with it (`ConfigRules`); default: false.
package struct Config {
  /// Listener without TLS, for a TLS-terminating proxy on the same machine. Absent: none. An address other than the
  /// machine's own is refused without `trustedProxy`, or `"allowsOtherMachines": true` where the network up to here is
  /// trusted.
  var http: Address?
  /// Listener with TLS. Absent: none.
  var tls: TLS?
  /// Connections that each of the two takes at a time, 10 to 100000; further ones are closed at once. Default: 2000.
  var connections: Int
  /// Connections of those that one address may have (IPv6: one /64 network). `trustedProxy.addresses` may take all.
  /// Default: a quarter, but eight at least.
  var connectionsPerAddress: Int?
  /// Reverse proxy. `header`: where it puts the client's address, such as `X-Forwarded-For` (the last entry counts).
  /// `addresses`: the proxy's own, or blocks of them (`10.0.0.0/8`); the header is ignored from anywhere else. Absent:
  /// attempts are counted for the peer's address.
  var trustedProxy: TrustedProxy?
  /// Name of the service, in every SAD; at most 255 characters. Never changes.
  var service: String
  /// Name of this process among those that share the database, one process for each name. Default: `service`.
  var instance: String
  /// Path of the SQLite database. `countersign init` makes it.
  package var database: String
  package var device: DeviceConfig
  package var info: Info
  /// Trusted eID providers.
  var eidProviders: [EIDProviderConfig]
  /// Partners with their brands and OAuth clients (`PartnerConfig.swift`).
  var partners: [Partner]
  /// `registry`: rules for partners in the store. An object with `approvals`: persons that it takes to change who the
  /// operators are, or to register what lets a partner act without its customers: 1 or 2. Default: 2.
  var approvals: Int
  /// The built-in time-stamping authority. Absent: `signatures/timestamp` is not offered.
  var tsa: TimestampAuthorityConfig?
  /// CA that issues certificates for credentials that people ask for. Absent: `credentials/create` and
  /// `credentials/delete` are not offered.
  var issuer: IssuerConfig?
  /// The audit log's tree. Absent: every default (`LogConfig`).
  var log: LogConfig
  /// The page for operators at `/operator`. Absent: there is none (`OperatorConfig`).
  var operators: OperatorConfig?
  /// Life of a SAD: 10 to 3600 seconds. Default: 300.
  var activationLife: Int
  /// Files with one CRL each, DER or PEM, of the CAs above the signers' certificates and the TSA's. The gateway does
  /// not fetch them: the operator replaces them in time, and a changed file is read again. Default: none, and no CRL in
  /// `validationInfo`.
  var revocationLists: [String]
  /// Least severe level that is logged: trace, debug, info, notice, warning, error or critical. Default: info.
  package var logLevel: Logger.Level
  /// The file as it is.
  private let members: JSONObject

  package struct DeviceConfig {
    /// Path of the PKCS #11 module's shared library.
    var module: String
    /// Label of the token in the device.
    package var tokenLabel: String
    /// Path of a file whose first line is the user PIN. Secret, as each file that is called so here: a file that all
    /// users of the machine can read is refused.
    var pinFile: String
    /// Sessions, each with a thread of its own: 1 to 256. Default: 4.
    var sessions: Int
    /// Unwrapped keys kept in the device: 1 to 1000000. Default: 1000.
    var liveKeys: Int
  }

  struct TimestampAuthorityConfig {
    /// Path of a PEM file: the authority's certificate, whose only purpose is time-stamping, then those above it.
    var certificates: String
    /// Label of its private key in the device's token. `countersign init` makes the default. Default: countersign-tsa.
    var keyLabel: String
    /// The OID of its time-stamping policy.
    var policy: String
    /// Seconds by which this machine's clock may differ from UTC; every token says it. 1 to 60, default 1.
    var accuracy: Int
  }

  struct EIDProviderConfig {
    /// - `issuer`: the provider's `iss`, exactly as in its tokens. `clientID`: the gateway's name there.
    /// - `audiences`: by partner id, the names of that partner's own clients at the provider; a token that was made for
    ///   one of them is good for that partner alone. Default: none, so tokens must be made for `clientID`.
    /// - `algorithms`: signature algorithms of ID tokens. Default: RS256, PS256, ES256, ES384 and EdDSA.
    /// - `levels`: assurance level of each value of the level claim: `low`, `substantial` or `high`. Other values are
    ///   refused.
    /// - `levelClaim`: the claim. Default: acr. `levelSource`: idToken or userinfo, the document that has it; with
    ///   userinfo the partner presents ID token and access token, with a space between them. Default: idToken.
    /// - `maximumAge`: seconds since the person was authenticated, 1 to 86400. Default: 600.
    /// - `authenticationTime`: required, or issuedAt for a provider that does not tell `auth_time`; then the age of the
    ///   token counts, and it is left to the provider whether it really asked the person. Default: required.
    /// - `accessTokens`: introspection, userinfo or both, the ways to resolve an access token that is presented instead
    ///   of an ID token. Default: none are accepted.
    /// - `claims`: claims whose values the audit log keeps, as keyed digests. Default: none.
    /// - `clockSkew`: seconds by which clocks may differ, 0 to 300. Default: 30.
    /// - `keyLife`: seconds for which the provider's keys are used before they are read again, 10 to 86400. Default:
    ///   600.
    /// - `keptLife`: seconds for which the last good keys and discovery document are used while the provider does not
    ///   answer, 0 to 86400. Default: 3600.
    /// - `calls`: `underWay` at once (default: 256), `waiting` for one of those to end (default: 1024; more are refused
    ///   with 503 at once), `failures` in a row (default: 5) after which the provider is not called for `pause` seconds
    ///   (default: 10).
    var settings: ProviderSettings
    /// Seconds for a call, and for its connection, 1 to 60 each. Default: 10 and 3.
    var timeout, connectTimeout: Int
    /// `clientAuthentication`: the gateway's proof to the provider of who it is. An object with `method`:
    /// - `client_secret_basic`, `client_secret_post`: `secretFile`, whose first line is the secret.
    /// - `private_key_jwt`: `keyFile` (PEM, unencrypted, secret), `algorithm` (RS256, PS256, ES256, ES384 or EdDSA;
    ///   default: ES256), `keyID` (default: none), `audience` of the statements (`endpoint`: the URL that is called, or
    ///   `issuer`; default: endpoint).
    /// - `tls_client_auth`: `certificateFile` and `keyFile` (PEM; the key unencrypted, secret).
    /// - `none`: a public client.
    /// Default: none, or `client_secret_basic` with the secret in `clientSecretFile`.
    var authentication: ProviderAuthentication { settings.authentication }
    /// `backchannel`: the provider asks people in an app (factor `EIDAPP`). An object with
    /// - `delivery`: `poll`, or `ping` for providers that send notifications; their `client_notification_endpoint` is
    ///   `{publicURL}/eid/notification`. Default: poll.
    /// - `loginHint`: template of the `login_hint` that names the person to the provider, with the places `{subject}`
    ///   and `{username}`, such as `{"username":"{username}"}`. It is filled when a credential is made. Default:
    ///   `{subject}`.
    /// - `scope`: default `openid`.
    /// - `acrValues`: a list, the preferred one first. Default: none.
    /// Absent: the provider has no app.
    var loginHint: LoginHint?
    /// Plain HTTP, for a provider on the same machine. Default: false.
    var allowsPlainHTTP: Bool
    /// PEM file of the roots to trust for this provider. Default: the system's.
    var trustAnchors: String?
  }

  /// - Parameters:
  ///   - rules: of the program that reads it.
  ///   - notes: gets what is weak.
  package static func load(
    _ path: String, rules: ConfigRules = .current, notes: ConfigNotes = ConfigNotes()
  ) throws -> Config {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigError(description: "cannot read the configuration file \(path)")
    }
    do {
      let json = try JSONValue.parse(Array(data), limits: .configuration, extremeValues: .refused)
      notes.excuse = json.object.flatMap(rules.excuse)
      return try Config(ConfigReader(json, at: path, notes: notes), json)
    } catch let error as JSONParseError {
      throw ConfigError(description: "\(path) is not strict JSON (\(error)); jq . \(path) shows where")
    }
  }

  private init(_ reader: ConfigReader, _ json: JSONValue) throws {
    members = json.object ?? JSONObject()
    guard try !reader.bool("sandbox", default: false) || reader.notes.isExcused else {
      throw reader.error("sandbox", "is true: no service for real customers may use a sandbox's file")
    }
    http = try reader.optional("http").map {
      try Address(plain: $0, behindProxy: reader.names.contains("trustedProxy"))
    }
    tls = try reader.optional("tls").map { try TLS($0) }
    connections = try reader.integer("connections", in: 10...100_000, default: 2000)
    connectionsPerAddress = try reader.optionalInteger("connectionsPerAddress", in: 1...100_000)
    trustedProxy = try reader.optional("trustedProxy").map { try TrustedProxy($0) }
    service = try reader.string("service", longest: 255)
    instance = try reader.string("instance", default: service)
    // Entries of the audit log have it.
    guard instance.utf8.count <= 255 else { throw reader.error("instance", "has more than 255 octets") }
    database = try reader.string("database")
    device = try DeviceConfig(reader.object("device"))
    info = try Info(reader.object("info"))
    eidProviders = try reader.list("eidProviders").map { try EIDProviderConfig($0) }
    partners = try reader.list("partners").map { try Partner($0) }
    let names = partners.map(\.id.rawValue) + partners.flatMap(\.clients).map { "client \($0.id)" }
    guard Set(names).count == names.count else { throw reader.error("partners", "contains an id twice") }
    approvals = try reader.optional("registry").map(Self.approvals) ?? 2
    let issuers = eidProviders.map(\.settings.issuer)
    guard Set(issuers).count == issuers.count else { throw reader.error("eidProviders", "contains an issuer twice") }
    tsa = try reader.optional("tsa").map { try TimestampAuthorityConfig($0) }
    issuer = try reader.optional("issuer").map { try IssuerConfig($0) }
    log = try LogConfig(reader.optional("log"), service: service, database: database, hasAuthority: tsa != nil)
    let listens = tls?.clientCertificates != nil
    operators = try reader.optional("operator").map { try OperatorConfig($0, listens: listens) }
    activationLife = try reader.integer("activationLife", in: 10...3600, default: 300)
    revocationLists = try reader.files("revocationLists")
    let level = try reader.string("logLevel", default: "info")
    guard let logLevel = Logger.Level(rawValue: level) else {
      throw reader.error("logLevel", "must be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.logLevel = logLevel
    guard http != nil || tls != nil else {
      throw reader.error("tls", "and \"http\" are both missing: at least one listener is needed")
    }
    try checkTogether(reader)
    try reader.finish()
  }
}

extension Config {
  private static func approvals(_ reader: ConfigReader) throws -> Int {
    let number = try reader.integer("approvals", in: 1...2, default: 2)
    if number == 1 { reader.warn("approvals", "is 1: one operator alone can make others, and trusted clients") }
    try reader.finish()
    return number
  }

  /// Checks members against each other.
  private func checkTogether(_ reader: ConfigReader) throws {
    if let http, let tls, http.host == tls.address.host, http.port == tls.address.port {
      throw reader.error("http", "and \"tls\" have the same address and port")
    }
    for provider in eidProviders {
      for partner in provider.settings.audiences.keys where !partners.contains(where: { $0.id.rawValue == partner }) {
        throw reader.error("eidProviders", "has audiences for an unknown partner: \(partner)")
      }
    }
    try info.check(reader, parts: (timestamps: tsa != nil, issuer: issuer != nil))
    if tls == nil, trustedProxy == nil {
      reader.warn(
        "trustedProxy",
        "is missing: behind a proxy, failed attempts of all customers would count for the proxy's address")
    }
    if activationLife > 900 {
      reader.warn("activationLife", "is long: a stolen SAD can be used for \(activationLife) s")
    }
    if let tsa, !revocationLists.isEmpty, let chain = try? String(contentsOfFile: tsa.certificates, encoding: .utf8),
      DeviceTimestampSigner.endsInRoot(chainPEM: chain) == false
    {
      reader.warn("tsa", "has certificates that end in no root: signatures of level B-LT are not offered")
    }
    if logLevel < .info { reader.warn("logLevel", "is for debugging: the log grows quickly") }
    if let finding = RealService.objection(to: self), !reader.notes.isExcused {
      throw ConfigError(description: "\(finding); only a sandbox may have this, not a service for real customers")
    }
  }

  /// Names of the members that another reading of the file changed.
  func differences(from other: Config) -> [String] {
    let names = Set((members.members + other.members.members).map(\.name))
    return names.filter { members[$0] != other.members[$0] }.sorted()
  }
}

extension Config.DeviceConfig {
  fileprivate init(_ reader: ConfigReader) throws {
    module = try reader.file("module")
    tokenLabel = try reader.string("tokenLabel")
    pinFile = try reader.secretFile("pinFile")
    if module.lowercased().contains("softhsm") {
      reader.warn(
        "module", "is SoftHSM: a copy of its files and the PIN is a copy of every key; use a hardware device")
    }
    sessions = try reader.integer("sessions", in: 1...256, default: 4)
    liveKeys = try reader.integer("liveKeys", in: 1...1_000_000, default: 1000)
    try reader.finish()
  }
}

extension Config.TimestampAuthorityConfig {
  fileprivate init(_ reader: ConfigReader) throws {
    certificates = try reader.file("certificates")
    keyLabel = try reader.string("keyLabel", default: DeviceTimestampSigner.standardLabel)
    policy = try reader.string("policy")
    guard policy.wholeMatch(of: /[0-2](\.(0|[1-9][0-9]*))+/) != nil else {
      throw reader.error("policy", "must be an OID in dotted decimal text, such as 1.3.6.1.4.1.99999.1")
    }
    accuracy = try reader.integer("accuracy", in: 1...60, default: 1)
    try reader.finish()
  }
}

extension Config.EIDProviderConfig {
  fileprivate init(_ reader: ConfigReader) throws {
    let levels = try reader.object("levels")
    var named: [String: AssuranceLevel] = [:]
    for name in levels.names {
      guard let level = AssuranceLevel(parsing: try levels.string(name)) else {
        throw levels.error(name, "must be low, substantial or high")
      }
      named[name] = level
    }
    allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
    settings = ProviderSettings(
      issuer: try reader.url("issuer", allowsPlainHTTP: allowsPlainHTTP), clientID: try reader.string("clientID"),
      authentication: try ProviderAuthentication(of: reader),
      levels: named)
    try settings.readRules(reader)
    timeout = try reader.integer("timeout", in: 1...60, default: 10)
    connectTimeout = try reader.integer("connectTimeout", in: 1...60, default: 3)
    if let backchannel = try reader.optional("backchannel") {
      settings.backchannel = try BackchannelSettings(backchannel)
      loginHint = try LoginHint(of: backchannel)
      try backchannel.finish()
    }
    trustAnchors = try reader.trustAnchors()
    if case .none = settings.authentication {
      reader.warn("clientAuthentication", "is none: anyone who gets hold of a code can redeem it at this provider")
    }
    try reader.finish()
  }
}
