import Octets
import Testing

@Suite("Base64", .timeLimit(.minutes(1)))
struct Base64Tests {
  /// RFC 4648 §10, and octets whose letters the alphabets differ in.
  static let vectors: [(octets: [UInt8], text: String)] = [
    ([], ""), (Array("f".utf8), "Zg=="), (Array("fo".utf8), "Zm8="), (Array("foo".utf8), "Zm9v"),
    (Array("foob".utf8), "Zm9vYg=="), (Array("fooba".utf8), "Zm9vYmE="), (Array("foobar".utf8), "Zm9vYmFy"),
    ([0xfb, 0xff, 0xbf, 0x00], "+/+/AA=="),
  ]

  @Test("as RFC 4648 §10 has it", arguments: vectors)
  func vector(octets: [UInt8], text: String) {
    let web = text.replacing("+", with: "-").replacing("/", with: "_")
    let bare = web.replacing("=", with: "")
    #expect(Base64.encode(octets) == text && Base64.encodeURLPadded(octets) == web && Base64.encodeURL(octets) == bare)
    #expect(Base64.decodeExact(text) == octets && Base64.decodeURL(bare) == octets)
    for spelling in [text, web, bare, text.replacing("=", with: ""), text.replacing("=", with: "%3D")] {
      #expect(Base64.decode(spelling) == octets, "\(spelling)")
    }
  }

  @Test(
    "the forgiving reader forgives alphabet, padding, percent and unused bits, and no more",
    arguments: [
      ("-/_-", true), ("%2B%2f%2BAAA", true), ("AB==", true), ("AB", true), ("A", false), ("AA=", false),
      ("AAAA=", false),
      ("AAAA====", false), ("====", false), ("=", false), ("A=AA", false), ("AA==AA==", false), ("AA ==", false),
      ("AAAA\n", false), (" AAAA", false), ("AA%", false), ("AA%3", false), ("AA%zz", false), ("%FFAA", false),
      ("*", false),
      ("ÄA==", false),
    ])
  func forgiving(text: String, isRead: Bool) { #expect((Base64.decode(text) != nil) == isRead) }

  @Test(
    "the exact reader takes one text for each value",
    arguments: ["AB==", "AA", "AA=", "AAAA====", "====", "AA==\n", "-_-_", "AA%3D%3D", "A", "AA==AA=="])
  func exact(text: String) { #expect(Base64.decodeExact(text) == nil) }

  @Test(
    "the reader of base64url takes neither padding nor the other alphabet nor white space",
    arguments: ["AA==", "AA=", "+AAA", "/AAA", "A", "AAAAA", "AAA ", "AAA\n", "AA%3D", "ÄA", "A.A"])
  func url(text: String) {
    #expect(Base64.decodeURL(text) == nil && Base64.decodeURL(text, unusedBits: .any) == nil)
  }

  @Test("unused bits of base64url are zero, or are not looked at", arguments: ["AB", "AAB", "AAAAAB"])
  func unusedBits(text: String) {
    #expect(Base64.decodeURL(text) == nil)
    #expect(Base64.decodeURL(text, unusedBits: .any) == [UInt8](repeating: 0, count: text.count * 6 / 8))
  }
}

@Suite("Hexadecimal text", .timeLimit(.minutes(1)))
struct HexTests {
  @Test("each octet has two digits, of the case that was asked for")
  func encoding() {
    #expect(Hex.encode([0x00, 0x0a, 0xff]) == "000aff" && Hex.encode([0x00, 0x0a, 0xff], .upper) == "000AFF")
    #expect(Hex.encode([]) == "")
    let all = Array(UInt8.min...UInt8.max)
    #expect(Hex.decode(Hex.encode(all)) == all && Hex.decodeAnyCase(Hex.encode(all, .upper)) == all)
  }

  @Test("the strict reader takes no capitals", arguments: ["0A", "aF", "FF"])
  func capitals(text: String) { #expect(Hex.decode(text) == nil && Hex.decodeAnyCase(text)?.count == 1) }

  @Test("no reader takes anything else", arguments: ["0", "000", "0g", " 0", "+f", "0x", "0\u{661}", "ä0"])
  func others(text: String) { #expect(Hex.decode(text) == nil && Hex.decodeAnyCase(text) == nil) }
}

@Suite("Percent-encoded text", .timeLimit(.minutes(1)))
struct PercentTextTests {
  @Test("what is not unreserved is written in octets")
  func encoding() {
    #expect(PercentText.encode("aZ09-._~") == "aZ09-._~")
    #expect(PercentText.encode("a b+&=%/é\n") == "a%20b%2B%26%3D%25%2F%C3%A9%0A")
    #expect(PercentText.encode("aZ09-._~é", plain: .alphanumeric) == "aZ09%2D%2E%5F%7E%C3%A9")
  }

  @Test("a plus is a plus, or what a form means by it")
  func plus() {
    #expect(PercentText.decode("a+%2b%2B".utf8) == Array("a+++".utf8))
    #expect(PercentText.decode("a+%2b".utf8, plus: UInt8(ascii: " ")) == Array("a +".utf8))
    #expect(PercentText.decode("%ff%00".utf8) == [0xff, 0])
  }

  @Test("a percent sign without its digits", arguments: ["%", "a%", "%2", "a%2g", "%g2", "%+f", "% f"])
  func stray(text: String) {
    #expect(PercentText.decode(text.utf8) == nil)
    #expect(PercentText.decode(text.utf8, stray: .kept) == Array(text.utf8))
  }
}
