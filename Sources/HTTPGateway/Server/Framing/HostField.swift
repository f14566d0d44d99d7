internal import Foundation
internal import Octets

/// The value of `Host` or `:authority`: `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2). There is no user
/// information in it.
enum HostField {
  /// Whether it names a host; an empty one names none, and `http` needs one (RFC 9110 §4.2.1).
  static func isValid(_ value: some Collection<UInt8>) -> Bool {
    let octets = Array(value)
    if octets.first == UInt8(ascii: "[") {
      guard let end = octets.firstIndex(of: UInt8(ascii: "]")), isAddress(octets[1..<end]) else { return false }
      return isPort(octets[(end + 1)...])
    }
    let host = octets.prefix { $0 != OctetClass.colon }
    return !host.isEmpty && isRegisteredName(host) && isPort(octets[host.endIndex...])
  }

  /// Whether two valid ones name the same (RFC 3986 §6.2.2.1, §6.2.3).
  static func isSame(_ one: String, _ other: String, scheme: String) -> Bool {
    normalized(one, scheme) == normalized(other, scheme)
  }

  private static func normalized(_ value: String, _ scheme: String) -> String {
    let text = value.lowercased()
    for suffix in [":", scheme == "https" ? ":443" : ":80"] where text.hasSuffix(suffix) {
      return String(text.dropLast(suffix.utf8.count))
    }
    return text
  }

  private static func isPort(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first else { return true }
    let digits = rest.dropFirst()
    guard first == OctetClass.colon, digits.allSatisfy(OctetClass.isDigit) else { return false }
    return digits.isEmpty || UInt16(String(decoding: digits, as: UTF8.self)) != nil
  }

  private static func isRegisteredName(_ host: ArraySlice<UInt8>) -> Bool {
    var rest = host
    while let octet = rest.popFirst() {
      if octet == UInt8(ascii: "%") {
        guard rest.count >= 2, rest.prefix(2).allSatisfy({ Hex.digit($0) != nil }) else { return false }
        rest = rest.dropFirst(2)
      } else if !isOfName(octet) {
        return false
      }
    }
    return true
  }

  /// `unreserved` and `sub-delims` of RFC 3986 §2.
  private static func isOfName(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: "."), UInt8(ascii: ";"),
      UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: OctetClass.isAlphanumeric(octet)
    }
  }

  private static func isAddress(_ octets: ArraySlice<UInt8>) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, String(decoding: octets, as: UTF8.self), &address) == 1
  }
}
