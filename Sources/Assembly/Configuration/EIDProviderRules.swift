import OpenIDClient
import JOSE
import Vocabulary

/// The members of a configured provider that are rules for its tokens and for calling it. They are documented at
/// `Config.EIDProviderConfig`.
extension ProviderSettings {
  mutating func readRules(_ reader: ConfigReader) throws {
    levelClaim = try reader.string("levelClaim", default: levelClaim)
    levelSource = try reader.choice("levelSource") ?? levelSource
    authenticationTime = try reader.choice("authenticationTime") ?? authenticationTime
    accessTokens = try reader.choice("accessTokens")
    claims = try reader.optionalStrings("claims") ?? claims
    if let names = try reader.optionalStrings("algorithms") {
      let algorithms = names.compactMap(TokenAlgorithm.init(rawValue:))
      guard algorithms.count == names.count, !algorithms.isEmpty else {
        throw reader.error("algorithms", "has a name that is not one of \(TokenAlgorithm.allCases.map(\.rawValue))")
      }
      self.algorithms = Set(algorithms)
    }
    if let partners = try reader.optional("audiences") {
      for partner in partners.names { audiences[partner] = Set(try partners.optionalStrings(partner) ?? []) }
      let all = audiences.values.flatMap(\.self)
      guard Set(all).count == all.count else {
        throw reader.error("audiences", "names the same client of the provider for two partners")
      }
      try partners.finish()
    }
    maximumAge = UnixTime(try reader.integer("maximumAge", in: 1...86400, default: 600))
    clockSkew = UnixTime(try reader.integer("clockSkew", in: 0...300, default: Int(clockSkew)))
    keyLife = UnixTime(try reader.integer("keyLife", in: 10...86400, default: Int(keyLife)))
    keptLife = UnixTime(try reader.integer("keptLife", in: 0...86400, default: Int(keptLife)))
    if let limits = try reader.optional("calls") {
      calls.underWay = try limits.integer("underWay", in: 1...10_000, default: calls.underWay)
      calls.waiting = try limits.integer("waiting", in: 0...100_000, default: calls.waiting)
      calls.failures = try limits.integer("failures", in: 1...1000, default: calls.failures)
      calls.pause = UnixTime(try limits.integer("pause", in: 1...600, default: Int(calls.pause)))
      try limits.finish()
    }
  }
}

extension ConfigReader {
  /// One of the words of an enumeration; nil if the member is absent.
  fileprivate func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Choice? {
    guard let text = try optionalString(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw error(name, "is not one of \(Choice.allCases.map(\.rawValue))")
    }
    return choice
  }
}
