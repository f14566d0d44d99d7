/// The first line of a request (RFC 9112 §3).
struct RequestLine {
  enum Method: String, CaseIterable {
    case GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS, TRACE
  }

  let method: Method
  /// In origin-form, or `*`.
  let target: [UInt8]
  /// The authority of a target in absolute-form, which counts in place of `Host` (RFC 9112 §3.2.2).
  let authority: [UInt8]?
  let isVersion10: Bool

  /// - Parameter line: without its CR LF.
  init(_ line: ArraySlice<UInt8>) throws(FramingRefusal) {
    let parts = line.split(separator: OctetClass.space, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(OctetClass.isToken) else { throw .requestLine }
    isVersion10 = try Self.isVersion10(parts[2])
    // CONNECT is for proxies.
    guard let method = Method(rawValue: String(decoding: parts[0], as: UTF8.self)) else { throw .unknownMethod }
    self.method = method
    let target = parts[1]
    guard !target.isEmpty, target.allSatisfy(OctetClass.isTarget) else { throw .target }
    if target.first == UInt8(ascii: "/") {
      (self.target, authority) = (Array(target), nil)
    } else if target.elementsEqual("*".utf8) {
      guard method == .OPTIONS else { throw .target }
      (self.target, authority) = (Array(target), nil)
    } else {
      (self.target, authority) = try Self.parts(ofAbsolute: target)
    }
  }

  /// A version 1.2 that does not exist is read as 1.1 (RFC 9110 §2.5).
  private static func isVersion10(_ text: ArraySlice<UInt8>) throws(FramingRefusal) -> Bool {
    let digits = text.dropFirst(5)
    guard text.starts(with: "HTTP/".utf8), digits.count == 3, let major = digits.first, let minor = digits.last,
      OctetClass.isDigit(major), OctetClass.isDigit(minor), digits.dropFirst().first == UInt8(ascii: ".")
    else { throw .requestLine }
    guard major == UInt8(ascii: "1") else { throw .version }
    return minor == UInt8(ascii: "0")
  }

  private static func parts(
    ofAbsolute target: ArraySlice<UInt8>
  ) throws(FramingRefusal) -> (target: [UInt8], authority: [UInt8]) {
    guard let colon = target.firstIndex(of: OctetClass.colon),
      target[..<colon].isName("http") || target[..<colon].isName("https"),
      target[colon...].starts(with: "://".utf8)
    else { throw .target }
    let rest = target[(colon + 3)...]
    let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    // RFC 9110 §4.2.4: no user information.
    guard HostField.isValid(authority) else { throw .target }
    let path = rest[authority.endIndex...]
    return ((path.first == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + path, Array(authority))
  }
}
