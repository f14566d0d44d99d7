import Texts

/// Messages to a customer, in the customer's language if there are texts in it, else in the service's.
struct MessageText {
  private let texts: MessageTexts

  init(_ recipient: MessageRecipient, _ rules: SigningService.Rules) {
    let language = recipient.language.flatMap(Language.init(tag:)) ?? Language(tag: rules.language) ?? .english
    texts = Texts.of(language).messages
  }

  func oneTimeCode(_ code: String, partner: String, minutes: Int64, description: String?) -> String {
    texts.oneTimeCode.filled([
      "code": code, "partner": Self.name(partner), "about": Self.about(description), "time": time(minutes),
    ])
  }

  func confirmation(_ url: String, partner: String, count: Int, minutes: Int64, description: String?) -> String {
    texts.confirmation.text(count).filled([
      "partner": Self.name(partner), "count": "\(count)", "about": Self.about(description), "time": time(minutes),
      "url": url,
    ])
  }

  func credentialMade(_ serialNumber: String, partner: String) -> String {
    texts.credentialMade.filled(["partner": Self.name(partner), "number": serialNumber])
  }

  private func time(_ minutes: Int64) -> String {
    texts.minutes.text(Int(minutes)).filled(["count": "\(minutes)"])
  }

  private static func about(_ description: String?) -> String { description.flatMap(line).map { " (\($0))" } ?? "" }

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
