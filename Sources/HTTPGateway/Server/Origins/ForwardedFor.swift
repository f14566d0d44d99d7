/// The proxies' entries about the origin of a request: `X-Forwarded-For`, or `Forwarded` (RFC 7239).
///
/// It is read from its end, where the proxy next to us has written: a caller can put anything before that, also half a
/// quoted string.
enum ForwardedFor {
  /// The sender of the request to the proxy that wrote the entry.
  enum Node: Hashable, Sendable {
    /// An IP address without its port.
    case address(String)
    /// An identifier that stands for one (RFC 7239 §6.3).
    case obfuscated(String)
    /// `unknown`, or nothing that can be read.
    case unknown
  }

  /// Proxies that stand one behind another.
  private static let mostEntries = 32
  private static let longestIdentifier = 64

  /// The entries, the last one first.
  ///
  /// - Parameter isForwarded: whether the header is the one of RFC 7239.
  static func nodes(_ lines: [String], isForwarded: Bool) -> [Node] {
    var nodes: [Node] = []
    for line in lines.reversed() {
      var rest = Array(line.utf8)[...]
      while nodes.count < mostEntries {
        let start = lastComma(rest)
        let element = rest[(start.map { $0 + 1 } ?? rest.startIndex)...].withoutWhitespace
        if !element.isEmpty { nodes.append(isForwarded ? forwarded(element) : node(element)) }
        guard let start else { break }
        rest = rest[..<start]
      }
    }
    return nodes
  }

  /// The last comma that is not within quotes, counted from the end.
  private static func lastComma(_ octets: ArraySlice<UInt8>) -> Int? {
    var isQuoted = false
    for index in octets.indices.reversed() {
      if octets[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if octets[index] == UInt8(ascii: ","), !isQuoted { return index }
    }
    return nil
  }

  /// `for=…` among the pairs of an element (RFC 7239 §4).
  private static func forwarded(_ element: ArraySlice<UInt8>) -> Node {
    let values = element.split(separator: UInt8(ascii: ";")).compactMap { pair -> ArraySlice<UInt8>? in
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<equals].withoutWhitespace.isName("for") else {
        return nil
      }
      return pair[(equals + 1)...].withoutWhitespace
    }
    return values.count == 1 ? node(values[0]) : .unknown
  }

  /// `IP`, `IPv4:port`, `[IPv6]`, `[IPv6]:port`, or what stands for an address (RFC 7239 §6), bare or quoted.
  private static func node(_ text: ArraySlice<UInt8>) -> Node {
    guard let text = unquoted(text) else { return .unknown }
    if text.first == UInt8(ascii: "_") {
      let isIdentifier = text.allSatisfy { OctetClass.isAlphanumeric($0) || "._-".utf8.contains($0) }
      return isIdentifier && (2...longestIdentifier).contains(text.count)
        ? .obfuscated(String(decoding: text, as: UTF8.self)) : .unknown
    }
    let address: ArraySlice<UInt8>
    if text.first == UInt8(ascii: "[") {
      guard let end = text.firstIndex(of: UInt8(ascii: "]")), isPort(text[(end + 1)...]) else { return .unknown }
      address = text[(text.startIndex + 1)..<end]
      guard address.contains(OctetClass.colon) else { return .unknown }
    } else if let colon = text.firstIndex(of: OctetClass.colon), !text[(colon + 1)...].contains(OctetClass.colon) {
      guard isPort(text[colon...]) else { return .unknown }
      address = text[..<colon]
    } else {
      address = text
    }
    let found = String(decoding: address, as: UTF8.self)
    return NetworkAddress.text(found) == nil ? .unknown : .address(found)
  }

  /// Nothing, or a colon and a port, which may be obfuscated (RFC 7239 §6).
  private static func isPort(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first else { return true }
    let port = rest.dropFirst()
    guard first == OctetClass.colon, !port.isEmpty else { return false }
    return port.first == UInt8(ascii: "_") ? true : port.count <= 5 && port.allSatisfy(OctetClass.isDigit)
  }

  /// Nil if quotes or backslashes stand where they cannot.
  private static func unquoted(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard text.first == UInt8(ascii: "\"") else { return text }
    guard text.count >= 2, text.last == UInt8(ascii: "\"") else { return nil }
    var octets: [UInt8] = []
    var isEscaped = false
    for octet in text.dropFirst().dropLast() {
      if !isEscaped, octet == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        octets.append(octet)
        isEscaped = false
      }
    }
    return isEscaped ? nil : octets[...]
  }
}
