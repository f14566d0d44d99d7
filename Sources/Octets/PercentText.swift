/// Percent-encoded text (RFC 3986 §2.1).
public enum PercentText {
  /// Octets that stand for themselves.
  public enum Plain: Sendable {
    /// RFC 3986 §2.3: letters, digits, `-`, `.`, `_` and `~`.
    case unreserved
    /// Letters and digits of ASCII.
    case alphanumeric

    fileprivate func has(_ octet: UInt8) -> Bool {
      switch octet {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): self == .unreserved
      default: false
      }
    }
  }

  /// The text of one value of a query, a form or a path, in which nothing can end it early. Digits are upper case.
  public static func encode(_ text: String, plain: Plain = .unreserved) -> String {
    var encoded: [UInt8] = []
    for octet in text.utf8 {
      if plain.has(octet) {
        encoded.append(octet)
      } else {
        encoded += "%\(Hex.encode(CollectionOfOne(octet), .upper))".utf8
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// A `%` that two hexadecimal digits do not follow.
  public enum Stray: Sendable {
    /// The whole text is refused.
    case refused
    /// It stands for itself (WHATWG URL §1.3).
    case kept
  }

  /// The octets that a text stands for, which need be no UTF-8. Nil if it is refused.
  ///
  /// - Parameter plus: the octet that `+` stands for: a space in forms.
  public static func decode(
    _ text: some Sequence<UInt8>, plus: UInt8 = UInt8(ascii: "+"), stray: Stray = .refused
  ) -> [UInt8]? {
    let text = Array(text)
    var octets: [UInt8] = []
    octets.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      switch text[place] {
      case UInt8(ascii: "+"): octets.append(plus)
      case UInt8(ascii: "%"):
        if place + 2 < text.count, let high = Hex.digit(text[place + 1]), let low = Hex.digit(text[place + 2]) {
          octets.append(high << 4 | low)
          place += 2
        } else if stray == .refused {
          return nil
        } else {
          octets.append(text[place])
        }
      default: octets.append(text[place])
      }
      place += 1
    }
    return octets
  }
}
