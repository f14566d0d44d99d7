internal import Octets

/// An Authorization header of the Basic scheme (RFC 7617 §2).
public enum BasicCredentials {
  /// What the header carries: `Basic`, in letters of either case, one space or more, no tab (RFC 9110 §11.4), and base64. Nil if
  /// it is none.
  public static func octets(_ header: String) -> [UInt8]? {
    let space = UInt8(ascii: " ")
    guard let (scheme, rest) = header.halves(at: space), scheme.loweringASCII().isSame(as: "basic") else { return nil }
    let text = rest.utf8.drop { $0 == space }
    return text.isEmpty ? nil : Base64.decode(String(decoding: text, as: UTF8.self))
  }

  /// The name and the password: what stands before and after the first colon. Nil if there is none, or if it is no text of
  /// UTF-8 without U+0000.
  public static func halves(_ octets: [UInt8]) -> (name: String, password: String)? {
    guard !octets.contains(0), let colon = octets.firstIndex(of: UInt8(ascii: ":")),
      let name = String(validating: octets[..<colon], as: UTF8.self),
      let password = String(validating: octets[(colon + 1)...], as: UTF8.self)
    else { return nil }
    return (name, password)
  }
}
