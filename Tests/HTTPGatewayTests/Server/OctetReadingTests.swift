import Growth
import HTTPTypes
import Hummingbird
import NIOCore
import Testing
import Texts

@testable import HTTPGateway

/// Swift makes one Character of CR LF, and of a separator and the mark behind it; the protocols know octets.
@Suite("Requests are read as octets", .timeLimit(.minutes(5)))
struct OctetReadingTests {
  private func pairs(_ text: String) -> [[String]]? { FormText.pairs(text.utf8)?.map { [$0.name, $0.value] } }

  @Test("forms: separators before marks, CR LF, escapes, and what is no text")
  func forms() {
    #expect(pairs("a=\u{301}b&\u{301}c=d") == [["a", "\u{301}b"], ["\u{301}c", "d"]])
    #expect(pairs("a=1\r\n&b=%0D%0A+\u{301}") == [["a", "1\r\n"], ["b", "\r\n \u{301}"]])
    #expect(
      pairs("a=%CC%81&b%3D=%26&&c&=d&e=f=g") == [
        ["a", "\u{301}"], ["b=", "&"], ["c", ""], ["", "d"], ["e", "f=g"],
      ])
    #expect(pairs("") == [])
    for wrong in ["a=%", "a=%4", "a=%zz", "a=%00", "%00=a", "a=%FF", "a=%C3&b=%A4", "a=%+1"] {
      #expect(pairs(wrong) == nil, "\(wrong)")
    }
    #expect(FormText.pairs([0x61, 0x3d, 0xff]) == nil)
    // One pass joins what was in two pieces of an escape.
    #expect(pairs("a=%C3%A4")?[0][1].unicodeScalars.count == 1)
  }

  @Test("forms have an end, and take as long as they are")
  func formGrowth() {
    #expect(pairs(String(repeating: "a=b&", count: 256))?.count == 256)
    #expect(pairs(String(repeating: "a=b&", count: 257)) == nil)
    for text in ["a=b&", "\u{301}", "%41", "&", "="] {
      let ratio = Growth.ratio(4000, of: { Array(String(repeating: text, count: $0).utf8) }) { _ = FormText.pairs($0) }
      #expect(ratio < Growth.most, "\(text)")
    }
  }

  @Test("Authorization headers: the scheme, spaces, and nothing but the token")
  func bearer() {
    #expect(BearerToken.text("bEARER a.b") == "a.b")
    #expect(BearerToken.text("Bearer  a") == "a")
    for wrong in [
      "Bearer\ta", "Bearer a b", "Bearer \u{301}a", "Bearer a\r\n", "Bearer", "\u{212a}earer a", "Bearer a ",
    ] {
      #expect(BearerToken.text(wrong) == nil, "\(wrong)")
    }
  }

  @Test("cookies: ours among others, also behind one that ends in a mark; two of ours are none")
  func cookies() throws {
    let session = BrowserSession(issuer: "https://gateway.example")
    let secret = String(repeating: "s", count: 43)
    func found(_ headers: String...) -> String? {
      var fields = HTTPFields()
      for header in headers { fields.append(HTTPField(name: .cookie, value: header)) }
      let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/", headerFields: fields)
      return session.secret(Request(head: head, body: RequestBody(buffer: ByteBuffer())))
    }
    #expect(found("a=b; __Host-countersign=\(secret)") == secret)
    #expect(found("a=b;\t__Host-countersign=\(secret)\t;c") == secret)
    #expect(found("a=b", "__Host-countersign=\(secret)") == secret)
    #expect(found("a=b;\u{301}; __Host-countersign=\(secret)") == secret)
    #expect(found("__Host-countersign=\(secret); __Host-countersign=\(secret)") == nil)
    #expect(found("__Host-countersign=\(secret.dropLast())") == nil)
    #expect(found("x__Host-countersign=\(secret)") == nil)
    #expect(found() == nil)
    let ratio = Growth.ratio(2000, of: { String(repeating: "__Host-countersign=a;", count: $0) }) { _ = found($0) }
    #expect(ratio < Growth.most)
  }

  @Test("languages: ranges before marks, odd weights, endless lists")
  func languages() {
    func chosen(_ header: String) -> Language { .chosen(lang: nil, acceptLanguage: header, standard: .english) }
    #expect(chosen("fr,\u{301}, de;q=0.5") == .german && chosen("de ; q=0.9 , en;q=1.0") == .english)
    #expect(chosen("de;q=nan, en;q=0.1") == .english && chosen("de;q=1e300") == .english && chosen("de;Q=1") == .german)
    let ratio = Growth.ratio(4000, of: { String(repeating: "de;q=0.1,", count: $0) }) { _ = chosen($0) }
    #expect(ratio < Growth.most)
  }
}
