import Octets
import Testing

@Suite("Files with one secret", .timeLimit(.minutes(2)))
struct TextFileTests {
  @Test(
    "the first line is the secret, with any editor's line ends",
    arguments: [
      "secret", "secret\n", "secret\r\n", "secret\nmore", "secret\r\nmore\r\n", "\u{feff}secret\r\n", "\n\nsecret\n",
      "\r\n\r\nsecret\r\n",
    ])
  func firstLine(text: String) { #expect(TextFile.firstLine(Array(text.utf8)).isSame(as: "secret")) }

  @Test("everything else of the line is the secret")
  func exact() {
    #expect(TextFile.firstLine(Array(" a\rb\t \n".utf8)).isSame(as: " a\rb\t "))
    #expect(TextFile.firstLine(Array("e\u{301}\r\n".utf8)).isSame(as: "e\u{301}"))
    for none in ["", "\n", "\r\n\r\n", "\u{feff}"] { #expect(TextFile.firstLine(Array(none.utf8)) == nil) }
    #expect(TextFile.firstLine([0xff, 0x0a]) == nil)
  }
}
