import CSCModel
import Testing
import Vocabulary

@Suite("Basic credentials and names", .timeLimit(.minutes(2)))
struct BasicCredentialsTests {
  private func read(_ text: String) -> [String]? {
    BasicCredentials.halves(Array(text.utf8)).map { [$0.name, $0.password] }
  }

  @Test("the first colon divides, whatever mark follows it; the rest is the password as it came")
  func division() {
    #expect(read("a:b:c") == ["a", "b:c"] && read(":") == ["", ""])
    let marked = read("a:\u{301}b")
    #expect(marked?[0] == "a" && marked?[1].unicodeScalars.first == "\u{301}")
    #expect(read("a:b\r\n")?[1].utf8.count == 3)
    #expect(read("ab") == nil && read("a:\0") == nil && BasicCredentials.halves([0x61, 0x3a, 0xff]) == nil)
  }

  @Test("the header: either case, any number of spaces, base64")
  func header() {
    for good in ["Basic YTpi", "bASIC YTpi", "Basic   YTpi ", " Basic YTpi"] {
      #expect(BasicCredentials.octets(good) == Array("a:b".utf8), "\(good)")
    }
    for wrong in [
      "Basic", "BasicYTpi", "Bearer YTpi", "Basic !", "Basic YTpi YTpi", "Ba\u{17f}ic YTpi", "Basic\tYTpi",
      "Basic \tYTpi",
    ] {
      #expect(BasicCredentials.octets(wrong) == nil, "\(wrong)")
    }
  }

  @Test("names of users have letters with their marks, digits and ._@+-, and nothing that cannot be seen")
  func names() {
    for good in ["alice", "müller", "mu\u{308}ller", "o.k_@x+-1", "名前", ""] { #expect(UserID.isWellFormed(good)) }
    for wrong in ["a b", "a\r\n", "a\u{200d}", "a\u{200b}b", "a/b", "a\u{202e}", String(repeating: "a", count: 256)] {
      #expect(!UserID.isWellFormed(wrong), "\(wrong)")
    }
  }
}
