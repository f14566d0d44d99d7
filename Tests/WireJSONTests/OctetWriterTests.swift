import Testing

@testable import WireJSON

/// Stored texts were written by Jansson once, and every MAC over them counts on the same octets.
@Suite("Octets of written values", .timeLimit(.minutes(2)))
struct OctetWriterTests {
  /// Jansson's flags JSON_COMPACT and JSON_SORT_KEYS.
  private static let (compact, sorted) = (0x20, 0x80)

  @Test("a value is written as Jansson writes it, whatever is in it")
  func asJansson() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let value = JSONValue.random(depth: 4, &random)
      #expect(value.compact() == value.dump(flags: Self.compact))
      #expect(value.canonical() == value.dump(flags: Self.compact | Self.sorted))
    }
  }

  @Test("every octet below 128 and text beyond is escaped as Jansson escapes it")
  func everyOctet() {
    let texts = (UInt8(0)..<128).map { String(UnicodeScalar($0)) } + ["ä", "\u{FFFF}", "𝔖", "\u{2028}", "a\u{301}", ""]
    for text in texts + [texts.joined()] {
      let value = JSONValue.string(text)
      #expect(value.compact() == value.dump(flags: Self.compact), "\(Array(text.utf8))")
    }
  }

  @Test("what is written is read as the same value")
  func readsBack() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let value = JSONValue.array([.random(depth: 4, withNull: false, &random)])
      #expect(try JSONValue.parse(value.compact(), limits: .own) == value)
    }
  }

  @Test(
    "members are sorted by the octets of their names",
    arguments: [
      (["b", "a", "B", "aa"], #"{"B":0,"a":0,"aa":0,"b":0}"#),
      // By UTF-16 the second would come first.
      (["\u{FFFD}", "\u{10000}"], "{\"\u{FFFD}\":0,\"\u{10000}\":0}"),
    ])
  func order(names: [String], text: String) {
    let value = JSONValue.object(JSONObject(names.map { ($0, 0) }))
    #expect(value.canonical() == Array(text.utf8))
  }
}

extension JSONValue {
  /// - Parameter withNull: whether texts may hold U+0000, which the parser refuses.
  fileprivate static func random(
    depth: Int, withNull: Bool = true, _ random: inout SystemRandomNumberGenerator
  ) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .integer([Int64.min, -1, 0, 1, .max, .random(in: .min ... .max, using: &random)].randomElement()!)
    case 3: return .real([0.5, -1e300, 1.0 / 3, 1e-300, 100].randomElement()!)
    case 4, 5: return .string(text(withNull, &random))
    case 6:
      return .array(
        (0..<Int.random(in: 0..<5, using: &random)).map { _ in
          Self.random(depth: depth - 1, withNull: withNull, &random)
        })
    default:
      // A name with U+0000 ends there in Jansson.
      let names = (0..<Int.random(in: 0..<25, using: &random)).map { _ in text(false, &random) }
      return .object(JSONObject(names.map { ($0, Self.random(depth: depth - 1, withNull: withNull, &random)) }))
    }
  }

  private static func text(_ withNull: Bool, _ random: inout SystemRandomNumberGenerator) -> String {
    let scalars: [UnicodeScalar] = [
      "a", "Z", "0", "\"", "\\", "/", "\n", "\r", "\t", "\u{8}", "\u{C}", "\u{1}", "\u{1F}", "\u{7F}", "ä", "€", "😀",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0..<12, using: &random) {
      text.unicodeScalars.append(
        withNull && Int.random(in: 0..<20, using: &random) == 0 ? "\0" : scalars.randomElement(using: &random)!)
    }
    return text
  }
}
