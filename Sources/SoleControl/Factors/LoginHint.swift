import WireJSON

/// Template of a provider's `login_hint` (OpenID Connect CIBA Core §7.1): a text with places for the person's subject
/// and user name. Some want the name alone, some JSON.
public struct LoginHint: Sendable, Equatable {
  private static let places = ["{subject}", "{username}"]
  public static let standard = LoginHint("{subject}")!

  private let template: String
  /// In JSON the values are escaped, so that a name cannot add members.
  private let isJSON: Bool

  /// Nil if the text has no place for a person, or begins like JSON and is none.
  public init?(_ template: String) {
    guard Self.places.contains(where: template.contains) else { return nil }
    self.template = template
    isJSON = template.hasPrefix("{") && !Self.places.contains(where: template.hasPrefix)
    if isJSON, (try? JSONValue.parse(Array(template.utf8), limits: .configuration).object) == nil { return nil }
  }

  /// - Parameters:
  ///   - subject: the person's `sub` at the provider.
  ///   - username: the person's name there, if the provider goes by names.
  public func filled(subject: String, username: String) -> String {
    // One pass, so that a value that looks like a place stays what it is.
    var result = ""
    var rest = template[...]
    while let first = rest.first {
      if let (place, value) = zip(Self.places, [subject, username]).first(where: { rest.hasPrefix($0.0) }) {
        result += isJSON ? Self.escaped(value) : value
        rest = rest.dropFirst(place.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private static func escaped(_ value: String) -> String {
    String(decoding: JSONValue.string(value).compact().dropFirst().dropLast(), as: UTF8.self)
  }
}
