internal import Foundation

/// Octets as text of 64 letters (RFC 4648 §4 and §5). Each reader says how strict it is.
public enum Base64 {
  /// §4, with padding and without line breaks, as every answer of the API has it.
  public static func encode(_ octets: [UInt8]) -> String { Data(octets).base64EncodedString() }

  /// §5 without padding, as JOSE and OAuth have it (RFC 7515 §2).
  public static func encodeURL(_ octets: [UInt8]) -> String {
    var text = urlLetters(octets)
    while text.last == equals { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// §5 with padding, as some clients write it.
  public static func encodeURLPadded(_ octets: [UInt8]) -> String {
    String(decoding: urlLetters(octets), as: UTF8.self)
  }

  /// Reads either alphabet, with or without padding, and percent-encoded text: real clients send all of these for the
  /// same digest. Values are compared after decoding, never as text. White space and mixed-in rubbish are refused.
  public static func decode(_ text: String) -> [UInt8]? {
    // The usual form, which can be as long as a document.
    if isPadded(text.utf8), let data = Data(base64Encoded: text) { return [UInt8](data) }
    guard let octets = PercentText.decode(text.utf8) else { return nil }
    let content = octets.prefix { $0 != equals }
    // Padding is left out, or is exactly as long as the text asks for.
    guard let padding = padding(content.count), [content.count, content.count + padding].contains(octets.count),
      octets[content.count...].allSatisfy({ $0 == equals })
    else { return nil }
    return read(content.map(standardLetter), padding)
  }

  /// Reads the one text that `encode` makes of the octets, and no other.
  public static func decodeExact(_ text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString().isSame(as: text) else { return nil }
    return [UInt8](data)
  }

  /// Bits of the last letter that belong to no octet.
  public enum UnusedBits: Sendable {
    /// Each value has one text.
    case zero
    /// Not looked at: for texts that a signature covers as they are.
    case any
  }

  /// Reads §5 without padding, and nothing else.
  public static func decodeURL(_ text: some StringProtocol, unusedBits: UnusedBits = .zero) -> [UInt8]? {
    let letters = Array(text.utf8)
    guard !letters.contains(where: { "+/=".utf8.contains($0) }), let padding = padding(letters.count),
      let octets = read(letters.map(standardLetter), padding)
    else { return nil }
    return unusedBits == .any || encodeURL(octets).isSame(as: text) ? octets : nil
  }

  // MARK: Parts

  private static let equals = UInt8(ascii: "=")

  /// Whether the text has whole groups of four and at most two `=`, at its end. Foundation does not insist on that.
  private static func isPadded(_ text: String.UTF8View) -> Bool {
    guard text.count.isMultiple(of: 4) else { return false }
    guard let first = text.firstIndex(of: equals) else { return true }
    let padding = text[first...]
    return padding.count <= 2 && padding.allSatisfy { $0 == equals }
  }

  /// Number of `=` after so many letters; nil if no octets have so many.
  private static func padding(_ letters: Int) -> Int? { [0, nil, 2, 1][letters % 4] }

  private static func urlLetters(_ octets: [UInt8]) -> [UInt8] {
    Data(octets).base64EncodedData().map { octet in
      switch octet {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      default: octet
      }
    }
  }

  private static func standardLetter(_ octet: UInt8) -> UInt8 {
    switch octet {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: octet
    }
  }

  private static func read(_ letters: [UInt8], _ padding: Int) -> [UInt8]? {
    Data(base64Encoded: Data(letters + repeatElement(equals, count: padding))).map { [UInt8]($0) }
  }
}
