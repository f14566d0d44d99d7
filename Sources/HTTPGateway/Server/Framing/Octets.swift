/// Classes of octets in messages of HTTP (RFC 9110 §5.6.2, RFC 3986 §2).
enum OctetClass {
  static let cr = UInt8(ascii: "\r")
  static let lf = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  static let colon = UInt8(ascii: ":")

  /// `tchar`: what names of methods and fields consist of.
  static func isToken(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: isAlphanumeric(octet)
    }
  }

  static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }

  static func isAlphanumeric(_ octet: UInt8) -> Bool {
    isDigit(octet) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
  }

  /// Whether a request target may have the octet. Braces, bars and the like may not by the letter of RFC 3986, but are
  /// sent.
  static func isTarget(_ octet: UInt8) -> Bool { octet > space && octet < 0x7f && octet != UInt8(ascii: "#") }

  /// Whether the octet is allowed neither in a line of a head nor at its end: controls but HTAB, CR and LF.
  static func isForbidden(_ octet: UInt8) -> Bool {
    octet < space ? octet != tab && octet != cr && octet != lf : octet == 0x7f
  }
}

extension Collection<UInt8> where SubSequence: BidirectionalCollection {
  /// Without the spaces and tabs around it (RFC 9110 §5.6.3).
  var withoutWhitespace: SubSequence.SubSequence {
    let isWhitespace: (UInt8) -> Bool = { $0 == OctetClass.space || $0 == OctetClass.tab }
    let begun = drop(while: isWhitespace)
    guard let last = begun.lastIndex(where: { !isWhitespace($0) }) else { return begun.prefix(0) }
    return begun[...last]
  }

  /// Whether it is this name, which is in lower case, in any case.
  func isName(_ name: StaticString) -> Bool {
    count == name.utf8CodeUnitCount
      && name.withUTF8Buffer { expected in
        zip(self, expected).allSatisfy { octet, wanted in
          (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) ? octet | 0x20 == wanted : octet == wanted
        }
      }
  }
}
