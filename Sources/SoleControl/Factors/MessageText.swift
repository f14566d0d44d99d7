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
    let time = time(minutes)
    return switch language {
    case .english:
      "\(code) is your code for signing at \(Self.name(partner))\(about). Valid for \(time). Do not share it with anyone."
    case .german:
      "\(code) ist Ihr Code zum Unterschreiben bei \(Self.name(partner))\(about). Gültig für \(time). Geben Sie ihn an niemanden weiter."
    }
  }

  func confirmation(_ url: String, partner: String, count: Int, minutes: Int64, description: String?) -> String {
    let about = description.flatMap(Self.line).map { " (\($0))" } ?? ""
    let name = Self.name(partner)
    let time = time(minutes)
    return switch language {
    case .english:
      "\(name) asks you for \(count == 1 ? "your signature" : "\(count) signatures")\(about). Check the request and confirm it within \(time): \(url)"
    case .german:
      "\(name) bittet Sie um \(count == 1 ? "Ihre Unterschrift" : "\(count) Unterschriften")\(about). Bitte prüfen Sie die Anfrage und bestätigen Sie sie innerhalb von \(time): \(url)"
    }
  }

  /// After a preposition: `für`, `innerhalb von`.
  private func time(_ minutes: Int64) -> String {
    switch language {
    case .english: "\(minutes) minute\(minutes == 1 ? "" : "s")"
    case .german: "\(minutes) Minute\(minutes == 1 ? "" : "n")"
    }
  }

  func credentialMade(_ serialNumber: String, partner: String) -> String {
    let name = Self.name(partner)
    return switch language {
    case .english:
      "A signing certificate was issued in your name at \(name) (number \(serialNumber)). If you did not order it, call \(name) now."
    case .german:
      "Für Sie wurde bei \(name) ein Signaturzertifikat ausgestellt (Nummer \(serialNumber)). Falls Sie es nicht bestellt haben, melden Sie sich sofort bei \(name)."
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
