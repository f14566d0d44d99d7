/// `application/x-www-form-urlencoded` (WHATWG URL §5.1, RFC 6749 appendix B).
enum FormText {
  /// Pairs of a form; none of ours has as many.
  private static let most = 256

  /// The names and values of a text, in their order. Nil if something in it is no UTF-8, or U+0000, or if there are more
  /// than any form has.
  static func pairs(_ text: some Sequence<UInt8>) -> [(name: String, value: String)]? {
    let parts = Array(text).split(separator: UInt8(ascii: "&"), maxSplits: most)
    guard parts.count <= most else { return nil }
    var pairs: [(name: String, value: String)] = []
    for part in parts {
      let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(halves[0]), let value = halves.count == 2 ? decode(halves[1]) : "" else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  /// Nil if it is no UTF-8, holds U+0000, which nothing means and databases end a text at, or a `%` without its digits.
  static func decode(_ text: some Sequence<UInt8>) -> String? {
    var octets: [UInt8] = []
    var iterator = text.makeIterator()
    while let octet = iterator.next() {
      switch octet {
      case UInt8(ascii: "+"): octets.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
        octets.append(high << 4 | low)
      default: octets.append(octet)
      }
    }
    return octets.contains(0) ? nil : String(validating: octets, as: UTF8.self)
  }

  private static func digit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The text of one value, in which nothing can end it early.
  static func encode(_ text: String) -> String {
    var encoded = ""
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(octet))
      default: encoded += "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
      }
    }
    return encoded
  }
}
