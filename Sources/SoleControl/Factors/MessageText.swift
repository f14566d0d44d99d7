/// What customers read in messages, in their language if it is one of these, else in the service's.
struct MessageText {
  private enum Language: String { case english = "en", german = "de" }

  private let language: Language

  init(_ recipient: MessageRecipient, _ rules: SigningService.Rules) {
    language = recipient.language.flatMap(Self.language) ?? Self.language(rules.language) ?? .english
  }

  /// By the primary subtag: `de-AT` is German.
  private static func language(_ tag: String) -> Language? {
    Language(rawValue: tag.prefix { $0 != "-" }.lowercased())
  }

  func oneTimeCode(_ code: String, partner: String, minutes: Int64, description: String?) -> String {
    let about = description.flatMap(Self.line).map { " (\($0))" } ?? ""
    return switch language {
    case .english:
      "\(code) is your code for signing at \(Self.name(partner))\(about). Valid for \(minutes) minutes. Tell it nobody."
    case .german:
      "\(code) ist Ihr Code zum Signieren bei \(Self.name(partner))\(about). Gültig für \(minutes) Minuten. Nennen Sie ihn niemandem."
    }
  }

  func confirmation(_ url: String, partner: String, count: Int, minutes: Int64, description: String?) -> String {
    let about = description.flatMap(Self.line).map { " (\($0))" } ?? ""
    let name = Self.name(partner)
    return switch language {
    case .english:
      "\(name) asks you to sign\(count == 1 ? "" : " \(count) times")\(about). Look at it and confirm within \(minutes) minutes: \(url)"
    case .german:
      "\(name) bittet Sie um \(count == 1 ? "eine Signatur" : "\(count) Signaturen")\(about). Ansehen und bestätigen innerhalb von \(minutes) Minuten: \(url)"
    }
  }

  private static let longest = 100

  private static func name(_ partner: String) -> String { line(partner) ?? "?" }

  /// On one line and not too long for a message; nothing in it turns the reading direction or hides other text.
  static func line(_ text: String) -> String? {
    var plain = String.UnicodeScalarView()
    // Scalars, because one character can have any number of them.
    for scalar in text.unicodeScalars.prefix(longest + 1) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
        plain.append(" ")
      default: plain.append(scalar)
      }
    }
    let isCut = plain.count > longest
    if isCut { plain.removeLast() }
    let words = String(plain).split(separator: " ").joined(separator: " ")
    guard !words.isEmpty else { return nil }
    return isCut ? words + "…" : words
  }
}
