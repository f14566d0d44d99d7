import Octets
import Testing

@Suite("Texts by their octets", .timeLimit(.minutes(2)))
struct OctetTextTests {
  /// Each pair is one text to Swift's `==`.
  static let equivalent = [
    ("K", "\u{212a}"), (";", "\u{37e}"), ("é", "e\u{301}"), ("q\u{307}\u{323}", "q\u{323}\u{307}"),
  ]

  @Test("canonically equivalent texts are two", arguments: equivalent)
  func different(left: String, right: String) {
    #expect(left == right)
    #expect(!left.isSame(as: right) && left.isSame(as: left))
    #expect(OctetText(left) != OctetText(right))
    #expect(Set(texts: [left, right]).count == 2)
    #expect([OctetText(left): 1][right] == nil && [OctetText(left): 1][left] == 1)
    #expect(![left].containsSame(as: right) && [left].containsSame(as: left))
    #expect(!Optional(left).isSame(as: right) && !String?.none.isSame(as: right))
  }

  @Test("texts are divided at octets, whatever a Character is")
  func division() {
    #expect("a\r\nb\n\r\nc".parts(separatedBy: 0x0a).map(String.init) == ["a\r", "b", "\r", "c"])
    #expect("a=\u{301}b=c".halves(at: 0x3d).map { [$0, $1] } == ["a", "\u{301}b=c"])
    #expect("ab".halves(at: 0x3d) == nil)
    #expect("a,,b".parts(separatedBy: 0x2c).map(String.init) == ["a", "", "b"])
    #expect("a.b.c".parts(separatedBy: 0x2e, most: 2).map(String.init) == ["a", "b.c"])
    #expect("".parts(separatedBy: 0x2e).map(String.init) == [""])
    #expect("\t a\r\n ".trimmed() == "a\r\n" && "a\r\n".trimmed(of: "\r\n") == "a" && "  ".trimmed().isEmpty)
    #expect("=\u{301}".startsWithOctets(of: "=") && !"=\u{301}".hasPrefix("="))
    #expect("Ba\u{212a}\u{130}sic Ä".loweringASCII().isSame(as: "ba\u{212a}\u{130}sic Ä"))
  }
}
