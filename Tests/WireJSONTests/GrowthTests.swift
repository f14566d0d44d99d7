import Growth
import Testing
import WireJSON

/// The sender of a text decides how large it is, so twice of it may not cost four times as much.
@Suite("Work grows with the text", .timeLimit(.minutes(2)))
struct GrowthTests {
  /// Not in normal form C, which Swift's own `==` compares slowly.
  private static func name(_ number: Int) -> String { "e\u{301}\(number)" }

  private static func object(_ count: Int) -> JSONObject {
    JSONObject((0..<count).map { (name($0), .integer(Int64($0))) })
  }

  struct Shape: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: @Sendable (Int) -> String
    init(_ name: String, _ text: @escaping @Sendable (Int) -> String) {
      testDescription = name
      self.text = text
    }
  }

  private static func list(_ element: String, _ count: Int) -> String {
    "[" + repeatElement(element, count: count).joined(separator: ",") + "]"
  }

  static let shapes = [
    Shape("members") { n in "{" + (0..<n).map { "\"\(name($0))\":1" }.joined(separator: ",") + "}" },
    Shape("empty objects") { list("{}", $0) },
    Shape("numbers beyond 64 bits") { list("99999999999999999999", $0) },
    Shape("U+0000 in names") { n in "{" + (0..<n).map { "\"\\u0000\($0)\" :\($0)" }.joined(separator: ",") + "}" },
    Shape("U+0000 in one name") { "{\"" + String(repeating: "\\u0000", count: $0) + "\":1}" },
    Shape("digits of one number") { "[" + String(repeating: "9", count: $0) + "]" },
    Shape("digits of one fraction") { "[0." + String(repeating: "9", count: $0) + "e1]" },
    Shape("escapes") { "[\"" + String(repeating: "\\\"", count: $0) + "\"]" },
    Shape("white space after texts") { list("\"a\"      ", $0) },
    Shape("a text that never ends") { "[\"" + String(repeating: "a", count: $0) },
    Shape("doubled names") { n in "{" + repeatElement("\"a\":1", count: n).joined(separator: ",") + "}" },
  ]

  @Test("parsing", arguments: shapes)
  func parsing(shape: Shape) {
    let ratio = Growth.ratio(4000, of: { Array(shape.text($0).utf8) }) { _ = try? JSONValue.parse($0, limits: .own) }
    #expect(ratio < Growth.most)
  }

  @Test("building, comparing and looking up members, and writing them")
  func objects() {
    let built = Growth.ratio(2000, of: { (0..<$0).map { (Self.name($0), JSONValue.null) } }) { _ = JSONObject($0) }
    #expect(built < Growth.most)
    let compared = Growth.ratio(2000, of: { (Self.object($0), JSONObject(Self.object($0).members.reversed())) }) {
      #expect($0.0 == $0.1)
    }
    #expect(compared < Growth.most)
    let nested = Growth.ratio(
      500, of: { n in JSONValue.array((0..<n).map { ["a": .object(JSONObject([("\($0)", 1)])), "b": 1] }) }
    ) { #expect($0 == $0) }
    #expect(nested < Growth.most)
    let found = Growth.ratio(2000, of: Self.object) { object in
      for member in object.members { #expect(object[member.name] == member.value) }
    }
    #expect(found < Growth.most)
    #expect(Growth.ratio(2000, of: Self.object) { _ = JSONValue.object($0).canonical() } < Growth.most)
  }

  @Test("one parameter under two names")
  func spellings() {
    let ratio = Growth.ratio(
      2000, of: { Fields(JSONObject([("a", .object(Self.object($0))), ("b", .object(Self.object($0)))])) }
    ) {
      _ = try? $0.value(["a", "b"])
    }
    #expect(ratio < Growth.most)
  }
}

/// A value can take a hundred times the octets that it is written with.
@Suite("Values are counted before they are made", .timeLimit(.minutes(2)))
struct ValueCountTests {
  private func parse(_ text: String, values: Int, depth: Int = 16) throws -> JSONValue {
    try JSONValue.parse(Array(text.utf8), limits: JSONLimits(size: 1 << 20, depth: depth, values: values))
  }

  @Test(
    "values and names count, whatever they are; as many as the limit are allowed",
    arguments: [
      ("[]", 1), ("{}", 1), ("[[],{}]", 3), (#"{"a":1}"#, 3), (#"{"a":[true,false,null]}"#, 6),
      (#"["a","b\"c",-1.5e3]"#, 4),
      (#"["[[[[",{"]":"}"}]"#, 5), ("[1 ,\n2]", 3), (#"{"a\u0000" : 9e999}"#, 3), (#"["\\","\\\""]"#, 3),
    ])
  func counted(text: String, count: Int) throws {
    _ = try parse(text, values: count)
    #expect(throws: JSONParseError.tooMany) { try parse(text, values: count - 1) }
  }

  @Test("a text is refused for its number of values also where it is no JSON")
  func malformed() {
    let many = repeatElement("{}", count: 50).joined(separator: ",")
    #expect(throws: JSONParseError.tooMany) { try parse("[" + many, values: 50) }
    #expect(throws: JSONParseError.malformed) { try parse("[" + many, values: 51) }
    #expect(throws: JSONParseError.malformed) { try parse("}}}}[" + many + "]", values: 51) }
  }

  @Test("every preset has a bound, except that for what we wrote ourselves")
  func presets() {
    for limits in [JSONLimits.beforeToken, .call, .richRequest, .documents, .token, .answer, .configuration] {
      #expect(limits.values <= 1_000_000 && limits.size <= 64 << 20 && limits.depth <= 32)
    }
    #expect(JSONLimits.beforeToken.values <= 2000)
    #expect(JSONLimits.documents.values * 400 < JSONLimits.documents.size)
  }

  @Test("names are told apart by their octets, and found among few and many members")
  func names() throws {
    for count in [0, 7, 13, 14, 15, 16, 17, 100] {
      var object = JSONObject([("K", 1), ("\u{212a}", 2)] + (0..<count).map { ("n\($0)", .integer(Int64($0))) })
      #expect(object["K"] == 1 && object["\u{212a}"] == 2 && object["n6"] == (count > 6 ? 6 : nil))
      object["K"] = nil
      #expect(object["K"] == nil && object["\u{212a}"] == 2 && object.members.count == count + 1)
      object["K"] = 3
      #expect(object["K"] == 3 && object.members.last?.name == "K")
      let text = JSONValue.object(object).compact()
      #expect(try JSONValue.parse(text, limits: .call) == .object(object))
    }
    #expect(JSONValue.string("K") != .string("\u{212a}"))
  }
}
