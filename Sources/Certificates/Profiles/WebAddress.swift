/// Addresses as they stand in certificates: IA5String takes octets that no address has.
enum WebAddress {
  /// Whether a text is an address with one of these beginnings and more, of visible ASCII alone (RFC 3986 §2).
  static func isWhole(_ text: String, _ beginnings: String...) -> Bool {
    (1...200).contains(text.utf8.count) && text.utf8.allSatisfy((UInt8(0x21)...0x7E).contains)
      && beginnings.contains { text.utf8.starts(with: $0.utf8) && text.utf8.count > $0.utf8.count }
  }

  /// Whether a text is a host's name in small letters (RFC 1123 §2.1).
  static func isHost(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isLetterDigitHyphen) && label.first != "-"
          && label.last != "-"
      }
  }

  /// Whether a text can be an authority's short name. One that ends with a hyphen and digits would name a part of
  /// another one's list.
  static func isShortName(_ text: String) -> Bool {
    let last = text.split(separator: "-", omittingEmptySubsequences: false).last ?? ""
    let isPart = text.contains("-") && last.allSatisfy(\.isNumber)
    return (1...32).contains(text.utf8.count) && text.utf8.allSatisfy(isLetterDigitHyphen) && !isPart
  }

  private static func isLetterDigitHyphen(_ octet: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
      || octet == UInt8(ascii: "-")
  }
}
