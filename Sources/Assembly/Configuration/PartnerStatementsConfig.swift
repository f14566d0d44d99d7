import OpenIDClient
import Foundation
import JOSE
import Logging
import OutboundHTTP
import SoleControl
import Vocabulary
import WireJSON

/// Rules for a partner that authenticates its own customers and says so in signed statements (factor `PARTNER`). The
/// form of a statement: Specs/design/authentication.md.
struct PartnerStatementsConfig {
  /// - `issuer`: the statements' `iss`.
  /// - `levels`: each value of `acr` and the level it stands for: low, substantial or high.
  /// - `algorithms`: signature algorithms. Default: RS256, PS256, ES256, ES384 and EdDSA.
  /// - `clockSkew`: seconds by which clocks may differ, 0 to 300. Default: 30.
  /// - `maximumAge`: seconds that a statement may live, and be old, 1 to 3600. Default: 300.
  var settings: StatementSettings
  /// - `keysFile` or `keysURL`, one of them: a JWK set. A file is read again after 10 s; a set at a URL is read again
  ///   after `keyLife` (seconds, 10 to 86400, default 600), and at once if a statement names a key that is not in it.
  /// - `keysKeptFor`: seconds since it was read for which the last set serves while no other is available, 0 to 604800.
  ///   Default: 3600.
  var source: KeySource
  var times: StatementKeys.Times
  /// - `users`: the statements' `sub`. Default: every customer with an authenticator.
  /// - `credentials`: their ids. Default: every one whose policy knows `PARTNER`.
  /// - `minimumLevel`: low, substantial or high. Default: substantial.
  /// - `maximumAuthenticationAge`: seconds since `auth_time`, 1 to 86400. Default: 600.
  /// - `standsAlone`: false, and a statement counts only together with another factor. Default: false.
  var policy: PartnerPolicy

  enum KeySource {
    case file(String)
    /// With `allowsPlainHTTP` (default false; for a partner on the same machine) and `trustAnchors` (PEM file; default:
    /// the system's).
    case url(String, HTTPClient.Settings)
  }

  /// Seconds for which a caller waits for the keys.
  private static let timeout = Duration.seconds(5)

  init(_ reader: ConfigReader) throws {
    policy = try PartnerPolicy(reader)
    settings = StatementSettings(
      issuer: try reader.string("issuer"), audience: "", levels: try Self.levels(reader.object("levels")))
    if let names = try reader.optionalStrings("algorithms") {
      let algorithms = names.compactMap(TokenAlgorithm.init(rawValue:))
      guard algorithms.count == names.count, !algorithms.isEmpty else {
        throw reader.error("algorithms", "has a name that is not one of \(TokenAlgorithm.allCases.map(\.rawValue))")
      }
      settings.algorithms = Set(algorithms)
    }
    settings.clockSkew = policy.clockSkew
    settings.longestLife = policy.maximumAge
    times = StatementKeys.Times()
    source = try Self.source(reader)
    switch source {
    case .file: (times.life, times.pause) = (10, 1)
    case .url: times.life = UnixTime(try reader.integer("keyLife", in: 10...86400, default: Int(times.life)))
    }
    times.keptFor = UnixTime(try reader.integer("keysKeptFor", in: 0...604_800, default: Int(times.keptFor)))
    try reader.finish()
  }

  private static func levels(_ reader: ConfigReader) throws -> [String: AssuranceLevel] {
    var levels: [String: AssuranceLevel] = [:]
    for name in reader.names { levels[name] = try level(name, reader) }
    return levels
  }

  fileprivate static func level(_ name: String, _ reader: ConfigReader) throws -> AssuranceLevel {
    guard let level = AssuranceLevel(parsing: try reader.string(name)) else {
      throw reader.error(name, "must be low, substantial or high")
    }
    return level
  }

  private static func source(_ reader: ConfigReader) throws -> KeySource {
    let allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
    let trustAnchors = try reader.trustAnchors()
    switch (
      try reader.optionalString("keysFile"), try reader.optionalURL("keysURL", allowsPlainHTTP: allowsPlainHTTP)
    ) {
    case (let path?, nil):
      guard let data = FileManager.default.contents(atPath: path),
        let set = try? JSONValue.parse(Array(data), limits: .configuration),
        StatementKeys.isUsable(set)
      else { throw reader.error("keysFile", "is not a JWK set: \(path)") }
      return .file(path)
    case (nil, let url?):
      var settings = HTTPClient.Settings()
      settings.allowsPlainHTTP = allowsPlainHTTP
      settings.trustAnchors = trustAnchors
      settings.timeout = timeout
      settings.connectTimeout = timeout
      return .url(url, settings)
    default: throw reader.error("keysFile", "or \"keysURL\" is needed, but not both")
    }
  }
}

extension PartnerPolicy {
  fileprivate init(_ reader: ConfigReader) throws {
    self.init()
    users = try reader.optionalStrings("users").map(Set.init)
    credentials = try reader.optionalStrings("credentials").map { Set($0.map { CredentialID($0) }) }
    if reader.names.contains("minimumLevel") {
      minimumLevel = try PartnerStatementsConfig.level("minimumLevel", reader)
    }
    maximumAuthenticationAge = UnixTime(
      try reader.integer("maximumAuthenticationAge", in: 1...86400, default: Int(maximumAuthenticationAge)))
    maximumAge = UnixTime(try reader.integer("maximumAge", in: 1...3600, default: Int(maximumAge)))
    clockSkew = UnixTime(try reader.integer("clockSkew", in: 0...300, default: Int(clockSkew)))
    isSufficientAlone = try reader.bool("standsAlone", default: false)
    if isSufficientAlone {
      reader.warn(
        "standsAlone", "is true: the partner can sign for its customers without them; require another factor as well")
    }
  }
}

extension Config {
  /// Policies for each partner's statements.
  var partnerPolicies: [PartnerID: PartnerPolicy] {
    var policies: [PartnerID: PartnerPolicy] = [:]
    for partner in partners { policies[partner.id] = partner.statements?.policy }
    return policies
  }

  /// Verifies the statements of those partners that make any.
  func partnerStatements(_ now: @escaping @Sendable () -> UnixTime) -> PartnerStatements {
    var verifiers: [PartnerID: (settings: StatementSettings, keys: StatementKeys)] = [:]
    for partner in partners {
      guard let statements = partner.statements else { continue }
      var settings = statements.settings
      settings.audience = info.publicURL
      let source =
        switch statements.source {
        case .file(let path): StatementKeys.file(path)
        case .url(let url, let client): StatementKeys.url(url, client: HTTPClient(client))
        }
      let id = partner.id
      verifiers[id] = (
        settings,
        StatementKeys(source, times: statements.times, now: now) { failure in
          Logger(label: "partner-keys").warning("\(failure.rawValue)", metadata: ["partner": "\(id)"])
        }
      )
    }
    return PartnerStatements(verifiers, now: now)
  }
}
