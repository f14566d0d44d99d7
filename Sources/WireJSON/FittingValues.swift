/// Makes values that no parser of 64-bit numbers can hold into ones that it can.
///
/// RFC 8259 §6 and §8.2 let a text hold numbers beyond any type, and U+0000. A member that nobody reads must be ignored
/// whatever its value (CSC API, conventions), so such a value may not cost the whole text.
struct FittingValues {
  private let text: [UInt8]
  private var position = 0
  private var result: [UInt8] = []

  /// The text with integers beyond 64 bits and reals beyond double precision replaced by the nearest ones that fit, and
  /// U+0000 in a name by U+FFFF, so that it is still no known name. What is no JSON stays no JSON.
  static func of(_ text: [UInt8]) -> [UInt8] {
    var values = FittingValues(text)
    return values.run()
  }

  private init(_ text: [UInt8]) {
    self.text = text
    result.reserveCapacity(text.count)
  }

  private mutating func run() -> [UInt8] {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""): string()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): number()
      default:
        result.append(text[position])
        position += 1
      }
    }
    return result
  }

  private mutating func string() {
    let start = position
    var nulls: [Int] = []
    position += 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      if text[position] == UInt8(ascii: "\\") {
        if text[position...].starts(with: "\\u0000".utf8) { nulls.append(position - start) }
        position += 1
      }
      position += 1
    }
    position = min(position + 1, text.count)
    var octets = Array(text[start..<position])
    let next = text[position...].first { !" \t\r\n".utf8.contains($0) }
    if next == UInt8(ascii: ":") {
      for null in nulls { octets.replaceSubrange(null..<null + 6, with: "\\uffff".utf8) }
    }
    result += octets
  }

  private mutating func number() {
    let start = position
    while position < text.count, "+-.eE0123456789".utf8.contains(text[position]) { position += 1 }
    let octets = text[start..<position]
    result += Self.fitting(octets) ?? Array(octets)
  }

  /// Nil if the number fits, or is none.
  private static func fitting(_ octets: ArraySlice<UInt8>) -> [UInt8]? {
    let isNegative = octets.first == UInt8(ascii: "-")
    let digits = isNegative ? octets.dropFirst() : octets
    let number = String(decoding: octets, as: UTF8.self)
    switch shape(digits) {
    case .integer:
      guard Int64(number) == nil else { return nil }
      return Array("\(isNegative ? Int64.min : Int64.max)".utf8)
    case .real:
      guard let value = Double(number), value.isInfinite else { return nil }
      return Array("\(isNegative ? "-" : "")\(Double.greatestFiniteMagnitude)".utf8)
    case nil: return nil
    }
  }

  private enum Shape { case integer, real }

  /// What RFC 8259 §6 calls a number, without its sign; nil for anything else.
  private static func shape(_ text: ArraySlice<UInt8>) -> Shape? {
    func afterDigits(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
      let rest = text.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      return rest.count < text.count ? rest : nil
    }
    guard var rest = afterDigits(text) else { return nil }
    guard text.first != UInt8(ascii: "0") || rest.startIndex == text.startIndex + 1 else { return nil }
    guard !rest.isEmpty else { return .integer }
    if rest.first == UInt8(ascii: ".") {
      guard let next = afterDigits(rest.dropFirst()) else { return nil }
      rest = next
    }
    guard let exponent = rest.first else { return .real }
    guard exponent | 0x20 == UInt8(ascii: "e") else { return nil }
    rest = rest.dropFirst()
    if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
    return afterDigits(rest)?.isEmpty == true ? .real : nil
  }
}
