import OpenIDClient
import SoleControl

extension BackchannelSettings {
  /// `backchannel` of a provider (`Config.EIDProviderConfig`).
  init(_ reader: ConfigReader) throws {
    self.init()
    guard let delivery = Delivery(rawValue: try reader.string("delivery", default: Delivery.poll.rawValue)) else {
      throw reader.error("delivery", "is not one of \(Delivery.allCases.map(\.rawValue))")
    }
    self.delivery = delivery
    scope = try reader.string("scope", default: scope)
    guard scope.split(separator: " ").contains("openid") else { throw reader.error("scope", "must contain openid") }
    acrValues = try reader.optionalStrings("acrValues") ?? []
    guard acrValues.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else {
      throw reader.error("acrValues", "has a value that is empty or contains a space")
    }
  }
}

extension LoginHint {
  package init(of reader: ConfigReader) throws {
    guard let template = try reader.optionalString("loginHint") else {
      self = .standard
      return
    }
    guard let hint = LoginHint(template) else {
      throw reader.error("loginHint", "must contain {subject} or {username}, and be valid JSON if it begins like JSON")
    }
    self = hint
  }
}
