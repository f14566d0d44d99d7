/// The string form of names of RFC 4514.
enum DistinguishedName {
  /// Whether the text can be read back: types that are keywords or OIDs, values in which special characters are
  /// escaped.
  static func isValid(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    guard !rest.isEmpty else { return false }
    repeat {
      guard takeType(&rest), rest.popFirst() == UInt8(ascii: "="), takeValue(&rest) else { return false }
      guard let separator = rest.popFirst() else { return true }
      guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "+") else { return false }
    } while true
  }

  private static func takeType(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let type = rest.prefix { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    rest = rest.dropFirst(type.count)
    guard let first = type.first else { return false }
    return isLetter(first)
      ? !type.contains(UInt8(ascii: "."))
      : isDigit(first) && type.contains(UInt8(ascii: ".")) && !type.contains(where: isLetter)
  }

  private static func takeValue(_ rest: inout ArraySlice<UInt8>) -> Bool {
    if rest.first == UInt8(ascii: "#") { return takeHex(&rest) }
    // RFC 4514 §3: these must be escaped inside a value.
    let special = Array("\"+,;<>".utf8)
    if rest.first == UInt8(ascii: " ") { return false }
    var isOpenSpace = false
    while let octet = rest.first, octet != UInt8(ascii: ","), octet != UInt8(ascii: "+") {
      if octet == 0 || special.contains(octet) { return false }
      isOpenSpace = octet == UInt8(ascii: " ")
      rest = rest.dropFirst()
      guard octet == UInt8(ascii: "\\") else { continue }
      guard let escaped = rest.popFirst() else { return false }
      if isHex(escaped) {
        guard let second = rest.popFirst(), isHex(second) else { return false }
      } else if !(special + Array(" #=\\".utf8)).contains(escaped) {
        return false
      }
    }
    return !isOpenSpace
  }

  /// `#` and the value's BER in hexadecimal: of an attribute of one octet or more with its tag and length.
  private static func takeHex(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let digits = rest.dropFirst().prefix { isHex($0) }
    rest = rest.dropFirst(1 + digits.count)
    let isEnd = rest.first.map { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "+") } ?? true
    return isEnd && digits.count >= 4 && digits.count.isMultiple(of: 2)
  }

  private static func isLetter(_ octet: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= octet | 0x20
  }
  private static func isDigit(_ octet: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= octet }
  private static func isHex(_ octet: UInt8) -> Bool {
    isDigit(octet) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= octet | 0x20
  }
}
