internal import Octets

/// An Authorization header of the Basic scheme (RFC 7617 §2).
public enum BasicCredentials {
  /// Octets of the header's credentials: `Basic`, in letters of either case, one space or more, no tab (RFC 9110
  /// §11.4), and base64. Nil if it is none.
  public static func octets(_ header: String) -> [UInt8]? {
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") }
    let begun = Array(header.utf8).drop(while: isSpace)
    let scheme = begun.prefix { !isSpace($0) }
    var text = begun[scheme.endIndex...].drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    guard !text.isEmpty, String(decoding: scheme, as: UTF8.self).loweringASCII().isSame(as: "basic") else { return nil }
    return Base64.decode(String(decoding: text, as: UTF8.self))
  }

  /// The name and the password: what stands before and after the first colon. Nil if there is none, or if it is no text
  /// of UTF-8 without U+0000.
  public static func halves(_ octets: [UInt8]) -> (name: String, password: String)? {
    guard !octets.contains(0), let colon = octets.firstIndex(of: UInt8(ascii: ":")),
      let name = String(validating: octets[..<colon], as: UTF8.self),
      let password = String(validating: octets[(colon + 1)...], as: UTF8.self)
    else { return nil }
    return (name, password)
  }
}
