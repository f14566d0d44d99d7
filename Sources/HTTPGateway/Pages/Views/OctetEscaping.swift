internal import Mustache

/// Escapes for HTML octet by octet.
///
/// The library's own escaping compares characters, and a quotation mark followed by a combining mark is one character
/// that is no quotation mark: it would stay as it is and end the attribute it stands in.
struct OctetEscaping: MustacheContentType {
  static let name = "OctetEscaping"

  func escapeText(_ text: String) -> String {
    var octets: [UInt8] = []
    octets.reserveCapacity(text.utf8.count)
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "&"): octets += Array("&amp;".utf8)
      case UInt8(ascii: "<"): octets += Array("&lt;".utf8)
      case UInt8(ascii: ">"): octets += Array("&gt;".utf8)
      case UInt8(ascii: "\""): octets += Array("&quot;".utf8)
      case UInt8(ascii: "'"): octets += Array("&#39;".utf8)
      default: octets.append(octet)
      }
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
