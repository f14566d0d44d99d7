import Foundation

/// Binary values on the wire.
public enum Base64 {
  /// RFC 4648 §4 with padding and without line breaks, as every answer of the API has it.
  public static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// RFC 4648 §5 without padding.
  public static func encodeURL(_ bytes: [UInt8]) -> String {
    var text = Array(Data(bytes).base64EncodedData())
    while text.last == UInt8(ascii: "=") { text.removeLast() }
    for index in text.indices {
      if text[index] == UInt8(ascii: "+") { text[index] = UInt8(ascii: "-") }
      if text[index] == UInt8(ascii: "/") { text[index] = UInt8(ascii: "_") }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether the text has whole groups of four and at most two `=`, at its end. Foundation does not insist on that.
  private static func isPadded(_ text: String.UTF8View) -> Bool {
    guard text.count.isMultiple(of: 4) else { return false }
    guard let first = text.firstIndex(of: UInt8(ascii: "=")) else { return true }
    let padding = text[first...]
    return padding.count <= 2 && padding.allSatisfy { $0 == UInt8(ascii: "=") }
  }

  private static let paddingText = Array("==".utf8)

  /// Reads either alphabet, with or without padding, and percent-encoded text: real clients send all of
  /// these for the same digest. Values are compared after decoding, never as text. White space and
  /// mixed-in rubbish are refused.
  public static func decode(_ text: String) -> [UInt8]? {
    // The usual form, which can be as long as a document.
    if isPadded(text.utf8), let data = Data(base64Encoded: text) { return [UInt8](data) }
    var text = text
    if text.utf8.contains(UInt8(ascii: "%")) {
      guard let plain = text.removingPercentEncoding else { return nil }
      text = plain
    }
    let octets = Array(text.utf8)
    let content = octets.prefix { $0 != UInt8(ascii: "=") }
    // Padding is left out, or is exactly what the length asks for.
    let padding = [0, 3, 2, 1][content.count % 4]
    guard padding < 3, octets.count == content.count || octets[content.count...] == paddingText[..<padding] else {
      return nil
    }
    var normal = content.map { octet in
      switch octet {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: octet
      }
    }
    normal += paddingText[..<padding]
    return Data(base64Encoded: Data(normal)).map { [UInt8]($0) }
  }
}
