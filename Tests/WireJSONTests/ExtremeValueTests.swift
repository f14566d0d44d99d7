import Testing
import WireJSON

/// Values that RFC 8259 allows and that nothing can hold.
@Suite("Extreme values", .timeLimit(.minutes(2)))
struct ExtremeValueTests {
  private func parse(_ text: String) throws -> JSONObject {
    try #require(try JSONValue.parse(Array(text.utf8), limits: .call).object)
  }

  @Test(
    "a member that nobody reads costs nothing",
    arguments: [
      #""x":9223372036854775808"#, #""x":-9223372036854775809"#, #""x":1e999"#, #""x":-1E+999"#, #""x":0.5e400"#,
      #""x":[{"y":12345678901234567890.5e400}]"#, #""x":123456789012345678901234567890"#,
      #""x":"a\u0000b""#, #""\u0000":1"#, #""a\\\u0000":"9e999""#, #""a" : 9e999"#, #""x\u0000" : 9e999"#,
    ])
  func ignored(member: String) throws {
    for text in ["{\(member),\"n\":7,\"s\":\"1e999\"}", "{\"s\":\"1e999\",\"n\":7,\(member)}"] {
      let object = try parse(text)
      #expect(object["n"] == 7 && object["s"] == "1e999" && object.members.count == 3, "\(text)")
      #expect(throws: JSONParseError.malformed) {
        try JSONValue.parse(Array(text.utf8), limits: .call, extremeValues: .refused)
      }
    }
  }

  @Test("a number becomes the nearest one, with its sign and kind; what fits stays")
  func nearest() throws {
    let largest = Double.greatestFiniteMagnitude
    for (text, value) in [
      ("9223372036854775808", JSONValue.integer(.max)), ("-9223372036854775809", .integer(.min)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("1e999", .real(largest)),
      ("-1e999", .real(-largest)), ("1e-999", .real(0)), ("0.1e999", .real(largest)), ("1.5", .real(1.5)), ("12", 12),
    ] {
      #expect(try parse(#"{"a":\#(text),"b":9e999}"#)["a"] == value, "\(text)")
    }
  }

  @Test("a text with U+0000 is no text, no null, and every reader's error")
  func null() throws {
    let fields = Fields(try parse(#"{"a":"x\u0000","b":["\u0000"],"c":"x"}"#))
    #expect(throws: FieldError.missingOrInvalidType(type: "string", name: "a")) { try fields.string("a") }
    #expect(throws: FieldError.invalid(name: "a")) { try fields.optionalString("a") }
    #expect(throws: FieldError.missingOrInvalidType(type: "integer", name: "a")) { try fields.integer("a") }
    #expect(try fields.array("b").first?.string == nil && fields.string("c") == "x")
  }

  @Test(
    "what is no JSON stays no JSON",
    arguments: [
      "01", "-", "1.", ".5", "1e", "+1", "0123456789012345678901234567890", "--1", "1e999e1", "1.e999",
      "12345678901234567890a",
      #""\u00""#, "9e999 9e999", "00e999",
    ])
  func malformed(value: String) {
    for text in [#"{"a":\#(value)}"#, #"{"a":\#(value),"b":9e999}"#, #"{"b":9e999,"a":\#(value)}"#] {
      #expect(throws: JSONParseError.malformed, "\(text)") { try parse(text) }
    }
  }

  @Test("what is refused for another reason stays refused: doubled names, depth, invalid UTF-8")
  func refused() {
    #expect(throws: JSONParseError.duplicateMember) { try parse(#"{"a":9e999,"a":1}"#) }
    #expect(throws: JSONParseError.tooDeep) {
      try parse(#"{"a":9e999,"b":"# + String(repeating: "[", count: 17) + String(repeating: "]", count: 17) + "}")
    }
    #expect(throws: JSONParseError.invalidUTF8) {
      try JSONValue.parse(Array(#"{"a":9e999,"b":""#.utf8) + [0xff] + Array(#""}"#.utf8), limits: .call)
    }
  }

  @Test("any changed octet: both ways of reading agree wherever the strict one succeeds")
  func mutations() {
    let text = Array(#"{"a\u0000":1e999,"b":["x",-1.5e3,12345678901234567890],"c":"\"\\","d":{"e":0}}"#.utf8)
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<5000 {
      var changed = text
      for _ in 0..<3 {
        changed[Int.random(in: text.indices, using: &generator)] =
          Array("\"\\:,{}[]0e1-. u".utf8).randomElement(using: &generator) ?? 0
      }
      guard let strict = try? JSONValue.parse(changed, limits: .call, extremeValues: .refused) else {
        _ = try? JSONValue.parse(changed, limits: .call)
        continue
      }
      #expect((try? JSONValue.parse(changed, limits: .call)) == strict)
    }
  }
}
