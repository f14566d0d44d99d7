/// One pass over a text before a tree is made of it: counts what a tree would hold, and finds what a tree cannot hold.
///
/// It does not check the grammar; that is the parser's. Of a text that is no JSON it only has to count no less than the
/// parser would have made by the time that it finds out.
struct TextScan {
  private let text: UnsafeBufferPointer<UInt8>
  private let limits: JSONLimits
  private let extremeValues: ExtremeValues
  private var position = 0
  private var depth = 0
  private var values = 0
  private var replacements: [(range: Range<Int>, octets: [UInt8])] = []

  /// - Returns: the text to parse instead, if something in this one cannot be held and may be ignored: RFC 8259 §6 and
  ///   §8.2 let a text hold numbers beyond any type, and U+0000, and an unused member must be ignored whatever
  ///   its value (CSC API, conventions). Integers beyond 64 bits and reals beyond double precision become the nearest
  ///   ones that fit, and U+0000 in a name U+FFFF, so that it is still no known name.
  static func scan(
    _ text: [UInt8], limits: JSONLimits, extremeValues: ExtremeValues
  ) throws(JSONParseError) -> [UInt8]? {
    guard text.count <= limits.size else { throw .tooLarge }
    return try text.withUnsafeBufferPointer { (octets) throws(JSONParseError) -> [UInt8]? in
      var scan = TextScan(octets, limits, extremeValues)
      try scan.run()
      return scan.replaced()
    }
  }

  private init(_ text: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits, _ extremeValues: ExtremeValues) {
    self.text = text
    self.limits = limits
    self.extremeValues = extremeValues
  }

  private mutating func run() throws(JSONParseError) {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""): try string()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        try count()
        depth += 1
        guard depth <= limits.depth else { throw .tooDeep }
        position += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        position += 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"):
        try count()
        while position < text.count, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(text[position]) { position += 1 }
      default: position += 1
      }
    }
  }

  private mutating func count() throws(JSONParseError) {
    values += 1
    guard values <= limits.values else { throw .tooMany }
  }

  private func replaced() -> [UInt8]? {
    guard !replacements.isEmpty else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var copied = 0
    for (range, octets) in replacements {
      result += text[copied..<range.lowerBound]
      result += octets
      copied = range.upperBound
    }
    return result + text[copied...]
  }

  // MARK: Texts

  private mutating func string() throws(JSONParseError) {
    try count()
    var nulls: [Int] = []
    position += 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      if text[position] == UInt8(ascii: "\\") {
        if extremeValues == .ignorable, isNull(position) { nulls.append(position) }
        position += 1
      }
      position += 1
    }
    position = min(position + 1, text.count)
    guard !nulls.isEmpty, isName() else { return }
    for null in nulls { replacements.append((null..<null + 6, Array("\\uffff".utf8))) }
  }

  private func isNull(_ start: Int) -> Bool { text[start...].starts(with: "\\u0000".utf8) }

  /// Whether the text that ends here is the name of a member.
  private func isName() -> Bool {
    text[position...].first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d && $0 != 0x0a } == UInt8(ascii: ":")
  }

  // MARK: Numbers

  private mutating func number() throws(JSONParseError) {
    try count()
    let start = position
    var hasExponent = false
    loop: while position < text.count {
      switch text[position] {
      case UInt8(ascii: "e"), UInt8(ascii: "E"): hasExponent = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): break
      default: break loop
      }
      position += 1
    }
    // Eighteen digits fit whatever they are.
    guard extremeValues == .ignorable, hasExponent || position - start > 18 else { return }
    if let fitting = ExtremeNumber.fitting(Array(text[start..<position])) {
      replacements.append((start..<position, fitting))
    }
  }
}

enum ExtremeNumber {
  /// The nearest number that can be held. Nil if the text can be held itself, or is no number.
  static func fitting(_ octets: [UInt8]) -> [UInt8]? {
    let isNegative = octets.first == UInt8(ascii: "-")
    let number = String(decoding: octets, as: UTF8.self)
    switch shape(isNegative ? octets.dropFirst() : octets[...]) {
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

  /// The form of a number by RFC 8259 §6, without its sign; nil for anything else.
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
