import Foundation
import JOSE
import OpenIDClient
import Registry
import Vocabulary
import WireJSON

extension Partner.Statements {
  /// Rules for a partner that authenticates its own customers and says so in signed statements (factor `PARTNER`). The
  /// form of a statement: Specs/design/authentication.md. Members:
  /// - `issuer`: the statements' `iss`.
  /// - `levels`: each value of `acr` and the level it stands for: low, substantial or high.
  /// - `algorithms`: signature algorithms. Default: RS256, PS256, ES256, ES384 and EdDSA.
  /// - `keysFile` or `keysURL`, one of them: a JWK set. A file is read again after 10 s; a set at a URL is read again
  ///   after `keyLife` (seconds, 10 to 86400, default 600), and at once if a statement names a key that is not in it.
  ///   With a URL: `allowsPlainHTTP` (default false; for a partner on the same machine) and `trustAnchors` (PEM file;
  ///   default: the system's).
  /// - `keysKeptFor`: seconds since it was read for which the last set serves while no other is available, 0 to 604800.
  ///   Default: 3600.
  /// - those of the policy (`StatementPolicy`).
  init(_ reader: ConfigReader) throws {
    let policy = try StatementPolicy(reader)
    self.init(
      issuer: try reader.string("issuer"), levels: try Self.levels(reader.object("levels")),
      keys: try Self.keys(reader))
    self.policy = policy
    if let names = try reader.optionalStrings("algorithms") {
      guard !names.isEmpty, names.allSatisfy({ TokenAlgorithm(rawValue: $0) != nil }) else {
        throw reader.error("algorithms", "has a name that is not one of \(TokenAlgorithm.allCases.map(\.rawValue))")
      }
      algorithms = Set(names)
    }
    switch keys {
    case .file: (keyLife, keyPause) = (10, 1)
    case .url: keyLife = UnixTime(try reader.integer("keyLife", in: 10...86400, default: Int(keyLife)))
    }
    keysKeptFor = UnixTime(try reader.integer("keysKeptFor", in: 0...604_800, default: Int(keysKeptFor)))
    try reader.finish()
  }

  private static func levels(_ reader: ConfigReader) throws -> [String: AssuranceLevel] {
    var levels: [String: AssuranceLevel] = [:]
    for name in reader.names { levels[name] = try reader.level(name) }
    return levels
  }

  private static func keys(_ reader: ConfigReader) throws -> Keys {
    let allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
    let trustAnchors = try reader.trustAnchors()
    try reader.refuseFile("keysFile")
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
      return .url(url, PeerRules(allowsPlainHTTP: allowsPlainHTTP, trustAnchors: trustAnchors))
    default: throw reader.error("keysFile", "or \"keysURL\" is needed, but not both")
    }
  }
}

extension StatementPolicy {
  /// Members:
  /// - `users`: the statements' `sub`. Default: every customer with an authenticator.
  /// - `credentials`: their ids. Default: every one whose policy knows `PARTNER`.
  /// - `minimumLevel`: low, substantial or high. Default: substantial.
  /// - `maximumAuthenticationAge`: seconds since `auth_time`, 1 to 86400. Default: 600.
  /// - `maximumAge`: seconds that a statement may live, and be old, 1 to 3600. Default: 300.
  /// - `clockSkew`: seconds by which clocks may differ, 0 to 300. Default: 30.
  /// - `standsAlone`: false, and a statement counts only together with another factor. Default: false.
  fileprivate init(_ reader: ConfigReader) throws {
    self.init()
    users = try reader.optionalStrings("users").map(Set.init)
    credentials = try reader.optionalStrings("credentials").map { Set($0.map { CredentialID($0) }) }
    if reader.names.contains("minimumLevel") { minimumLevel = try reader.level("minimumLevel") }
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

extension ConfigReader {
  fileprivate func level(_ name: String) throws -> AssuranceLevel {
    guard let level = AssuranceLevel(parsing: try string(name)) else {
      throw error(name, "must be low, substantial or high")
    }
    return level
  }
}
