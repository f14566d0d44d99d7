import Testing
import WireJSON

@Suite("Strict parsing", .timeLimit(.minutes(2)))
struct ParserTests {
  private func parse(_ text: String, limits: JSONLimits = .call) throws -> JSONValue {
    try JSONValue.parse(Array(text.utf8), limits: limits, extremeValues: .refused)
  }

  @Test("values keep their types, numbers the difference between integer and real")
  func values() throws {
    let value = try parse(#"{"a":[1,1.0,-0,"x",true,false,null],"ä":{"b":9223372036854775807}}"#)
    #expect(
      value == [
        "a": [1, .real(1), 0, "x", true, false, .null], "ä": ["b": .integer(.max)],
      ])
  }

  @Test(
    "hostile texts are refused with the right reason",
    arguments: [
      (#"{"a":1,"a":2}"#, JSONParseError.duplicateMember),
      (#"{"a":1,"\u0061":2}"#, .duplicateMember),
      (#"{"x":{"a":1,"a":1}}"#, .duplicateMember),
      (#"{"a":1} x"#, .malformed), (#"{"a":1}{}"#, .malformed), (#"{"a":1,}"#, .malformed), (#"{'a':1}"#, .malformed),
      (#"{"a":01}"#, .malformed), (#"{"a":NaN}"#, .malformed), (#"{"a":9223372036854775808}"#, .malformed),
      (#"{"a":1e999}"#, .malformed), (#"{"a":"\u0000"}"#, .malformed), (#"{"a":"\ud800"}"#, .malformed),
      (#"{"a":"\x"}"#, .malformed), ("", .malformed), ("   ", .malformed), ("1", .malformed), (#""a""#, .malformed),
      ("null", .malformed), ("{\"a\":\"\n\"}", .malformed), ("\u{feff}{}", .malformed), ("[1", .malformed),
      ("{\"a\":1}\0", .malformed), ("/**/{}", .malformed),
    ])
  func hostile(text: String, error: JSONParseError) {
    #expect(throws: error) { try parse(text) }
  }

  @Test(
    "invalid UTF-8 is refused",
    arguments: [[0xff], [0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80]] as [[UInt8]])
  func invalidUTF8(octets: [UInt8]) {
    let text = Array("{\"a\":\"".utf8) + octets + Array("\"}".utf8)
    #expect(throws: JSONParseError.invalidUTF8) { try JSONValue.parse(text, limits: .call) }
  }

  @Test("depth and size have limits, and the limit itself is allowed")
  func limits() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try parse(nested(16))
    #expect(throws: JSONParseError.tooDeep) { try parse(nested(17)) }
    #expect(throws: JSONParseError.tooDeep) { try parse(nested(100_000)) }
    let text = #"{"a":"bc"}"#
    _ = try parse(text, limits: JSONLimits(size: text.utf8.count, values: 3))
    #expect(throws: JSONParseError.tooLarge) {
      try parse(text, limits: JSONLimits(size: text.utf8.count - 1, values: 3))
    }
  }

  @Test("no truncation of a valid text is accepted, and no changed octet crashes")
  func mutations() throws {
    let text = Array(#"{"credentialID":"c-1","hash":["AA==","BB=="],"n":{"x":[1,2.5,true,null]}}"#.utf8)
    for length in 0..<text.count {
      #expect(throws: JSONParseError.self) { try JSONValue.parse(Array(text.prefix(length)), limits: .call) }
    }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<5000 {
      var changed = text
      changed[Int.random(in: text.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      if let value = try? JSONValue.parse(changed, limits: .call) {
        #expect(try JSONValue.parse(value.compact(), limits: .own) == value)
      }
    }
  }
}

@Suite("Writing", .timeLimit(.minutes(2)))
struct WriterTests {
  @Test("whatever is written is read back as the same value, 2,000 random values")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 42)
    for _ in 0..<2000 {
      let value: JSONValue = ["v": JSONValue.random(depth: 4, using: &generator)]
      #expect(try JSONValue.parse(value.compact(), limits: .call) == value)
      #expect(try JSONValue.parse(value.canonical(), limits: .call) == value)
      #expect(try JSONValue.parse(value.indented(), limits: .call) == value)
    }
  }

  @Test("equal values have the same canonical text, whatever the order of their members")
  func canonicalOrder() throws {
    let one: JSONValue = ["b": 1, "a": ["d": 2, "c": 3], "é": 4, "Z": 5]
    let other: JSONValue = ["é": 4, "Z": 5, "a": ["c": 3, "d": 2], "b": 1]
    #expect(one == other)
    #expect(one.canonical() == other.canonical())
    #expect(String(decoding: one.canonical(), as: UTF8.self) == #"{"Z":5,"a":{"c":3,"d":2},"b":1,"é":4}"#)
  }

  @Test("compact text has no white space and keeps the order; long texts are whole")
  func compact() throws {
    #expect(
      String(decoding: (["b": [1, "x y"], "a": true] as JSONValue).compact(), as: UTF8.self)
        == #"{"b":[1,"x y"],"a":true}"#)
    let long: JSONValue = ["a": .string(String(repeating: "ü\"", count: 5000))]
    #expect(try JSONValue.parse(long.compact(), limits: .call) == long)
  }
}

/// The same sequence for the same seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension JSONValue {
  fileprivate static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
    case 3: return .real(Double(Int32.random(in: .min ... .max, using: &generator)) / 8)
    case 4: return .string(randomText(&generator))
    case 5:
      return .array(
        (0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
    default:
      return .object(
        JSONObject(
          (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
            (randomText(&generator), random(depth: depth - 1, using: &generator))
          }))
    }
  }

  private static func randomText(_ generator: inout SeededGenerator) -> String {
    let letters = Array("a\"\\/\u{1}\u{7f}\n\tzäß€𝄞 {}[]:,")
    return String(
      (0..<Int.random(in: 0..<9, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? "a" })
  }
}
