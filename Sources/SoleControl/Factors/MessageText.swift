import Octets
import Texts

/// Messages to a customer, in the customer's language if there are texts in it, else in the service's.
struct MessageText {
  private let texts: MessageTexts

  init(_ recipient: MessageRecipient, _ rules: ServiceContext.Rules) {
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

  func credentialDeleted(_ serialNumber: String, partner: String) -> String {
    texts.credentialDeleted.filled(["partner": Self.name(partner), "number": serialNumber])
  }

  func invitation(_ url: String, partner: String, days: Int64) -> String {
    texts.invitation.filled([
      "partner": Self.name(partner), "url": url, "time": texts.days.text(Int(days)).filled(["count": "\(days)"]),
    ])
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

/// Text for the person in the provider's app before approving (OpenID Connect CIBA Core §7.1 `binding_message`): who
/// asks, for what, how many signatures, and a code of the digests that the partner's own page can show too.
///
/// Plain ASCII and short, as CIBA advises: apps cut or refuse other texts.
enum BindingMessage {
  private static let marks = Set(" .,:/-_#()".unicodeScalars)
  /// Letters of the languages around, as people write them without their marks. By character, which is the same
  /// composed and decomposed.
  private static let folded: [Character: String] = {
    let letters = [
      "ae": "äæ", "oe": "öœ", "ue": "ü", "ss": "ß", "th": "þ", "a": "àáâãåāăą", "c": "çćĉčċ", "d": "ďđð",
      "e": "èéêëēėęě",
      "g": "ğģġ", "i": "ìíîïīįı", "k": "ķ", "l": "ĺľłļ", "n": "ñńňņ", "o": "òóôõøōő", "r": "ŕřŗ", "s": "śŝşșš",
      "t": "ťţț",
      "u": "ùúûūůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
    ]
    var folded: [Character: String] = [:]
    for (plain, marked) in letters {
      for letter in marked {
        folded[letter] = plain
        let capital = letter.uppercased()
        // ß has two.
        if capital.count == 1 { folded[Character(capital)] = plain.prefix(1).uppercased() + plain.dropFirst() }
      }
    }
    return folded
  }()

  /// - Parameter longest: characters. Cuts are made in partner and description, never from number and code.
  static func text(
    partner: String, description: String?, count: Int, digests: [[UInt8]], language: String, longest: Int
  ) -> String {
    let unit = Texts.of(Language(tag: language) ?? .english).signatures.text(count)
    let tail = "\(count) \(unit)" + (digests.isEmpty ? "" : ", \(code(of: digests))")
    let head = [partner, description ?? ""].map(plain).filter { !$0.isEmpty }.joined(separator: ": ")
    let room = longest - tail.utf8.count - 2
    let words = head.prefix(max(room, 0)).reversed().drop { $0 == " " }.reversed()
    return words.isEmpty ? tail : "\(String(words)), \(tail)"
  }

  /// The first eight hexadecimal digits of SHA-256 over the raw digests in request order, in two groups.
  static func code(of digests: [[UInt8]]) -> String {
    let hex = Hex.encode(OctetDigest.sha256(digests.flatMap(\.self)).prefix(4), .upper)
    return "\(hex.prefix(4))-\(hex.suffix(4))"
  }

  private static func plain(_ text: String) -> String {
    var result = ""
    for character in text {
      if let letters = folded[character] {
        result += letters
        continue
      }
      for scalar in character.unicodeScalars {
        if scalar.isASCII, scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
          result.unicodeScalars.append(scalar)
        } else {
          result.unicodeScalars.append(marks.contains(scalar) ? scalar : " ")
        }
      }
    }
    return result.split(separator: " ").joined(separator: " ")
  }
}
