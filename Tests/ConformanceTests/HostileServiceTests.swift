import Growth
import Testing
import WireJSON

@testable import Conformance
import Vocabulary

/// The service under test may say anything: the report survives it.
@Suite("Hostile services", .timeLimit(.minutes(2)))
struct HostileServiceTests {
  struct Page: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let html: @Sendable (Int) -> String
    init(_ name: String, _ html: @escaping @Sendable (Int) -> String) {
      testDescription = name
      self.html = html
    }
  }

  static let pages = [
    Page("styles") { String(repeating: "<style>", count: $0) },
    Page("styles that end") { String(repeating: "<STYLE>a</Style>", count: $0) },
    Page("scripts that nearly end") { "<script>" + String(repeating: "</scrip", count: $0) },
    Page("comments") { String(repeating: "<!--", count: $0) }, Page("brackets") { String(repeating: "<", count: $0) },
    Page("quotes") { String(repeating: "<a b=\"", count: $0) },
    Page("blanks") { "<a b" + String(repeating: " ", count: $0) },
    Page("attributes") { n in "<a " + (0..<n).map { "a\($0) " }.joined() + ">" },
    Page("equals") { "<a " + String(repeating: "b= ", count: $0) },
    Page("references") { String(repeating: "&", count: $0) + "<" },
    Page("marks") { "<p>" + String(repeating: "\u{301}", count: $0) + "</p>" },
    Page("inputs") { "<form>" + String(repeating: "<input name=a value=b>", count: $0) + "</form>" },
  ]

  @Test("reading a page takes as long as the page", arguments: pages)
  func growth(page: Page) {
    let ratio = Growth.ratio(2000, of: page.html) { _ = HTMLForm.all(in: $0) }
    #expect(ratio < Growth.most)
  }

  @Test("tags, attributes, texts and references are read as before")
  func tokens() {
    let html =
      "<!-- <b> --><P Class='x\u{301}' checked data-a=1/>a &amp; &#x41;&#66; &nosuch; <script>if (a<b) {}</SCRIPT>é</p><br/"
    #expect(
      HTMLToken.all(in: html) == [
        .open("p", ["class": "x\u{301}", "checked": "", "data-a": "1/"]), .text("a & AB &nosuch; "),
        .open("script", [:]), .close("script"), .text("é"),
        .close("p"), .open("br", [:]),
      ])
  }

  @Test("numbers of seconds are read whatever they are, and can be reckoned with")
  func seconds() {
    for (value, seconds) in [
      (.real(1e300), 1e9), (.real(-1e300), 0), (.real(1.5), 1.5), (.integer(.max), 1e9), (.integer(-1), 0),
      (.integer(60), 60),
    ] as [(JSONValue, Double)] {
      #expect(value.seconds == seconds)
    }
    #expect(JSONValue.real(.nan).seconds == nil && JSONValue.string("1").seconds == nil)
    #expect(Seconds.finite(.infinity) == 1e9 && Seconds.finite(.nan) == nil)
    #expect(["nan", "inf", "1e999", "x", "-1"].map { Seconds.finite(Double($0)) } == [nil, 1e9, 1e9, nil, 0])
    #expect(Seconds.text(.nan) == "0" && Seconds.text(1e300) == "\(Int64.max)" && Seconds.text(1.2) == "2")
  }

  @Test("what a credential says of itself cannot end the run")
  func facts() throws {
    for number in [JSONValue.integer(.max), .integer(.min), .real(1e300), -1, 0] {
      var facts = CredentialFacts(id: "c")
      facts.read(JSONObject([("multisign", number), ("key", ["len": number])]), .v1)
      #expect(facts.multisign >= 0 && facts.multisign <= Int(Int32.max))
    }
  }

  @Test("an expression that is endless is none")
  func expressions() {
    for text in [
      String(repeating: "(", count: 100_000), "(" + String(repeating: "PIN AND ", count: 100_000) + "PIN)",
      String(repeating: "(", count: 33) + "PIN" + String(repeating: ")", count: 33),
    ] {
      #expect(AuthExpression(text, ids: ["PIN"]) == nil)
    }
    #expect(AuthExpression("((PIN))", ids: ["PIN"]) != nil)
    #expect(AuthExpression("", ids: (0..<33).map { "\($0)" }) == nil)
  }
}
