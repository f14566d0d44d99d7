import Foundation

/// Binary values on the wire.
public enum Base64 {
  /// RFC 4648 §4 with padding and without line breaks, as every answer of the API has it.
  public static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// RFC 4648 §5 without padding.
  public static func encodeURL(_ bytes: [UInt8]) -> String {
    String(
      encode(bytes).compactMap { character -> Character? in
        switch character {
        case "+": "-"
        case "/": "_"
        case "=": nil
        default: character
        }
      })
  }

  /// Reads either alphabet, with or without padding, and percent-encoded text: real clients send all of
  /// these for the same digest. Values are compared after decoding, never as text. White space and
  /// mixed-in rubbish are refused.
  public static func decode(_ text: String) -> [UInt8]? {
    var text = text
    if text.contains("%") {
      guard let plain = text.removingPercentEncoding else { return nil }
      text = plain
    }
    var normal: [UInt8] = []
    normal.reserveCapacity(text.utf8.count + 3)
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "-"): normal.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): normal.append(UInt8(ascii: "/"))
      default: normal.append(octet)
      }
    }
    if normal.last != UInt8(ascii: "=") {
      while normal.count % 4 != 0 { normal.append(UInt8(ascii: "=")) }
    }
    return Data(base64Encoded: Data(normal)).map { [UInt8]($0) }
  }
}
