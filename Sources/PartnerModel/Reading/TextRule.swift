internal import Octets
internal import Vocabulary

/// The form of a text in a request.
public struct TextRule: Sendable {
  /// Completes the sentence "It must be …".
  let description: String
  private let accepts: @Sendable (String) -> Bool
  private let isComposed: Bool

  /// - Parameter isComposed: whether the text is brought into normalization form C, so that what looks the same is the
  ///   same (Unicode Standard Annex 15).
  init(_ description: String, isComposed: Bool = false, _ accepts: @escaping @Sendable (String) -> Bool) {
    self.description = description
    self.isComposed = isComposed
    self.accepts = accepts
  }

  /// The text as it is kept; nil if it has another form.
  func read(_ text: String) -> String? {
    let text = isComposed ? text.composed : text
    return accepts(text) ? text : nil
  }
}

extension TextRule {
  /// The partner's own name of a signer. It can also be a `userID` of the CSC API.
  public static let externalID = TextRule(
    "1 to 255 octets of letters, digits and any of ._@+-", isComposed: true
  ) { !$0.isEmpty && UserID.isWellFormed($0) }

  /// An id that an answer gave.
  public static let id = TextRule("an id as an answer gave it") { text in
    1...64 ~= text.utf8.count
      && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
  }

  /// A language, with a region or script if need be.
  public static let language = TextRule("a language tag of RFC 5646, such as de or de-AT") { text in
    let tags = text.parts(separatedBy: UInt8(ascii: "-"))
    guard text.utf8.count <= 35, let primary = tags.first, 2...3 ~= primary.utf8.count,
      primary.utf8.allSatisfy(isLetter)
    else { return false }
    return tags.dropFirst().allSatisfy { 1...8 ~= $0.utf8.count && $0.utf8.allSatisfy(isAlphanumeric) }
  }

  /// An address that a message can be sent to (RFC 5321 §4.5.3.1, RFC 6531 for what is not ASCII). No attempt is made
  /// to tell which mailboxes exist.
  public static let email = TextRule("one e-mail address of at most 254 octets", isComposed: true) { text in
    guard text.utf8.count <= 254, text.unicodeScalars.allSatisfy(isVisible), let at = text.halves(at: UInt8(ascii: "@"))
    else { return false }
    let labels = at.after.parts(separatedBy: UInt8(ascii: "."))
    return 1...64 ~= at.before.utf8.count && !text.utf8.contains { "\"(),:;<>[\\]".utf8.contains($0) }
      && labels.allSatisfy { 1...63 ~= $0.utf8.count && !$0.utf8.contains(UInt8(ascii: "@")) }
  }

  /// ITU-T E.164 §6: at most 15 digits with the country's code.
  public static let phone = TextRule("a telephone number of E.164 with +, such as +4366012345678") { text in
    let digits = text.utf8.dropFirst()
    return text.utf8.first == UInt8(ascii: "+") && 7...15 ~= digits.count && digits.first != UInt8(ascii: "0")
      && digits.allSatisfy(isDigit)
  }

  private static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }

  private static func isLetter(_ octet: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
  }

  private static func isAlphanumeric(_ octet: UInt8) -> Bool { isDigit(octet) || isLetter(octet) }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      false
    default: true
    }
  }
}
