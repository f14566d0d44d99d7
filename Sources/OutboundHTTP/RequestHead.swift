/// Checks of a request's head. libcurl sends headers and method as they are, so a value from outside that ends
/// its line would begin another header or request there.
enum RequestHead {
  static func isSendable(_ request: HTTPClient.Request) -> Bool {
    request.headers.allSatisfy(isHeader) && request.method.map { isToken($0.utf8[...]) } ?? true
  }

  /// `name:value` (RFC 9110 §5); with nothing after the colon libcurl leaves its own header of that name out.
  private static func isHeader(_ line: String) -> Bool {
    guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
    return isToken(line.utf8[..<colon])
      && line.utf8[colon...].allSatisfy { $0 == UInt8(ascii: "\t") || $0 >= 0x20 && $0 != 0x7f }
  }

  /// RFC 9110 §5.6.2.
  private static func isToken(_ text: Substring.UTF8View) -> Bool {
    !text.isEmpty
      && text.allSatisfy { octet in
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
        }
      }
  }
}
