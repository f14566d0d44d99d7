internal import Octets

/// Tags and texts of an HTML page. Comments, scripts and styles are left out.
enum HTMLToken: Equatable {
  /// Names of elements and attributes in small letters.
  case open(String, [String: String])
  case close(String)
  case text(String)

  static func all(in html: String) -> [HTMLToken] {
    var reader = HTMLReader(html)
    return reader.tokens()
  }
}

/// Reads a page once from its beginning to its end, whatever the page is.
private struct HTMLReader {
  private let page: [UInt8]
  private var position = 0

  /// Octets of a page that are looked at: more no log-in has.
  private static let largest = 4 << 20

  init(_ html: String) { page = Array(html.utf8.prefix(Self.largest)) }

  mutating func tokens() -> [HTMLToken] {
    var tokens: [HTMLToken] = []
    while let start = page[position...].firstIndex(of: UInt8(ascii: "<")) {
      let text = Self.decoded(page[position..<start])
      if !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { tokens.append(.text(text)) }
      position = start
      if stands("<!--") {
        skip(behind: "-->")
        continue
      }
      guard let token = tag() else {
        position += 1
        continue
      }
      tokens.append(token)
      if case .open(let name, _) = token, ["script", "style"].contains(name) { skip(to: "</\(name)") }
    }
    return tokens
  }

  private var current: UInt8? { position < page.count ? page[position] : nil }

  // MARK: Finding

  /// Whether a text in small letters stands here, in letters of either case.
  private func stands(_ text: String) -> Bool {
    page.count - position >= text.utf8.count
      && zip(page[position...], text.utf8).allSatisfy { Self.small($0) == $1 }
  }

  /// Goes to the next place where the text stands, or to the end.
  private mutating func skip(to text: String) {
    while position < page.count, !stands(text) { position += 1 }
  }

  private mutating func skip(behind text: String) {
    skip(to: text)
    position = min(position + text.utf8.count, page.count)
  }

  private mutating func take(while isPart: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let part = page[position...].prefix(while: isPart)
    position = part.endIndex
    return part
  }

  // MARK: Tags

  /// Takes one tag, from its `<`; nil, and nothing taken, if there is none.
  private mutating func tag() -> HTMLToken? {
    let start = position
    position += 1
    let isClosing = current == UInt8(ascii: "/")
    if isClosing { position += 1 }
    let name = take(while: Self.isName)
    guard !name.isEmpty else {
      position = start
      return nil
    }
    var attributes: [String: String] = [:]
    while let octet = current, octet != UInt8(ascii: ">") {
      let attribute = take { !Self.isBlank($0) && !"=>/".utf8.contains($0) }
      guard !attribute.isEmpty else {
        position += 1
        continue
      }
      let value = value()
      let key = Self.text(attribute).loweringASCII()
      if attributes[key] == nil { attributes[key] = Self.decoded(value) }
    }
    position = min(position + 1, page.count)
    let element = Self.text(name).loweringASCII()
    return isClosing ? .close(element) : .open(element, attributes)
  }

  /// Reads the value after the name of an attribute.
  private mutating func value() -> ArraySlice<UInt8> {
    let behindName = position
    _ = take(while: Self.isBlank)
    guard current == UInt8(ascii: "=") else {
      position = behindName
      return []
    }
    position += 1
    _ = take(while: Self.isBlank)
    guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      return take { !Self.isBlank($0) && $0 != UInt8(ascii: ">") }
    }
    position += 1
    let value = take { $0 != quote }
    position = min(position + 1, page.count)
    return value
  }

  private static func isName(_ octet: UInt8) -> Bool {
    switch small(octet) {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"),
      UInt8(ascii: "-"), 0x80...0xff:
      true
    default: false
    }
  }

  private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0d).contains(octet) }

  private static func small(_ octet: UInt8) -> UInt8 { (0x41...0x5a).contains(octet) ? octet | 0x20 : octet }

  private static func text(_ octets: ArraySlice<UInt8>) -> String { String(decoding: octets, as: UTF8.self) }

  // MARK: Character references

  private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " "]
  private static let longestEntity = 10

  private static func decoded(_ octets: ArraySlice<UInt8>) -> String {
    guard octets.contains(UInt8(ascii: "&")) else { return text(octets) }
    var decoded: [UInt8] = []
    var rest = octets
    while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
      decoded += rest[..<start]
      rest = rest[(start + 1)...]
      let name = rest.prefix(longestEntity).prefix { $0 != UInt8(ascii: ";") }
      guard rest.dropFirst(name.count).first == UInt8(ascii: ";"), let character = character(text(name)) else {
        decoded.append(UInt8(ascii: "&"))
        continue
      }
      decoded += Array(character.utf8)
      rest = rest.dropFirst(name.count + 1)
    }
    return String(decoding: decoded + rest, as: UTF8.self)
  }

  private static func character(_ name: String) -> String? {
    guard name.startsWithOctets(of: "#") else { return entities[name] }
    let digits = name.dropFirst()
    let number = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
  }
}
