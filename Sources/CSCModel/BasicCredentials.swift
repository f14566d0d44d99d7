internal import Octets

/// An Authorization header of the Basic scheme (RFC 7617 §2).
public enum BasicCredentials {
  /// What the header carries: `Basic`, in letters of either case, spaces and base64. Nil if it is none.
  public static func octets(_ header: String) -> [UInt8]? {
    guard let (scheme, rest) = header.trimmed().halves(at: UInt8(ascii: " ")),
      scheme.loweringASCII().isSame(as: "basic")
    else { return nil }
    return Base64.decode(String(rest.trimmed()))
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
