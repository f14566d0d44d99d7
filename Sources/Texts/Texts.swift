/// All that people read of us, in one language.
///
/// `{client}` and the like stand for values. Structs, so that the compiler sees when a language lacks a text.
public struct Texts: Sendable {
  /// A text for one, and for any other number.
  public struct Amount: Sendable {
    public let one, many: String

    public func text(_ count: Int) -> String { count == 1 ? one : many }
  }

  public let pages: PageTexts
  public let messages: MessageTexts
  /// Of a signature in the app of an eID provider, in ASCII.
  public let signatures: Amount

  public static func of(_ language: Language) -> Texts {
    switch language {
    case .english: .english
    case .german: .german
    }
  }
}

/// Messages that partners bring to their customers.
public struct MessageTexts: Sendable {
  /// With `{code}`, `{partner}`, `{about}`, `{time}`. `{about}` is empty, or the client's words in brackets after a
  /// blank.
  public let oneTimeCode: String
  /// With `{partner}`, `{count}`, `{about}`, `{time}`, `{url}`.
  public let confirmation: Texts.Amount
  /// With `{partner}`, `{number}`.
  public let credentialMade: String
  /// With `{partner}`, `{number}`.
  public let credentialDeleted: String
  /// With `{partner}`, `{time}`, `{url}`.
  public let invitation: String
  /// As `{time}` in the others.
  public let minutes, days: Texts.Amount
}

extension String {
  /// Puts values into the places `{name}`, each once; values are not looked at again.
  public func filled(_ values: [String: String]) -> String {
    var result = ""
    var rest = self[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: start)..<end])
      result += rest[..<start]
      result += values[name] ?? "{\(name)}"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
