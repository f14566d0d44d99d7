import Foundation
import SoleControl
import Testing
import Texts

@testable import HTTPGateway

@Suite("Pages", .timeLimit(.minutes(5)))
struct PagesTests {
  /// Texts with which others want to leave their place.
  static let hostile = [
    "<script>alert(1)</script>", "\" autofocus onfocus=\"alert(1)", "' onmouseover='x",
    "</bdi></p><form action=//evil>",
    "{{csrf}} {{{csrf}}} {client}", "&lt;b&gt;", "<!-- ", "]]>", "\"\u{301} onfocus=x a=\"", "<\u{338}img src=x>",
    "'\u{20dd}x", "&\u{301}lt;",
  ]

  @Test("values cannot add, change or end a tag", arguments: hostile)
  func hostileValues(text: String) async throws {
    let fixture = try await PagesFixture()
    func pages(_ text: String) async throws -> [HTML] {
      var signing = PagesFixture.signing(labels: [text], description: text)
      signing.credential = text
      signing.hashName = text
      signing.certificate.subject = text
      signing.certificate.issuer = text
      var logIn = PagesFixture.logIn(client: text)
      logIn.username = text
      logIn.transaction = text
      var consent = PagesFixture.consent(signing, client: text)
      consent.signer = text
      consent.csrf = text
      return [
        try await HTML(fixture.pages.logIn(logIn, of: nil, in: .english, redirectingTo: [])),
        try await fixture.consent(consent),
        try await HTML(
          fixture.pages.error(
            ErrorView(kind: .invalidRequest, detail: text, requestID: text), of: nil, in: .english)),
        try await HTML(
          fixture.pages.done(DoneView(kind: .confirmed, client: text, continueURL: text), of: nil, in: .english)),
        try await HTML(fixture.pages.forward(ForwardView(url: text), of: nil, in: .english)),
      ]
    }
    for (harmless, hostile) in zip(try await pages("x"), try await pages(text)) {
      #expect(hostile.skeleton == harmless.skeleton)
      #expect(!hostile.content.contains("<") && !hostile.content.contains(">"))
    }
  }

  @Test("a label cannot turn the reading direction, hide, or be endless; one of nothing visible is none")
  func labels() async throws {
    let fixture = try await PagesFixture()
    let turned = "a\u{202e}fdp.exe \u{2066}x\u{2069} \u{200f}\u{61c}"
    let page = try await fixture.consent(
      PagesFixture.consent(
        PagesFixture.signing(labels: [
          turned, String(repeating: "x", count: 5000), "a" + String(repeating: "\u{301}", count: 900), "line\n\tbreak",
          nil, " \u{200b}\u{3164} ", "\u{301}\u{200d}", "",
        ])))
    let forbidden = page.text.unicodeScalars.filter {
      $0.properties.generalCategory == .format || ($0.properties.generalCategory == .control && $0 != "\n")
    }
    #expect(forbidden.isEmpty)
    #expect(page.text.contains("<bdi>a\u{fffd}fdp.exe \u{fffd}x\u{fffd} \u{fffd}\u{fffd}</bdi>"))
    #expect(page.text.contains("<bdi>" + String(repeating: "x", count: PageContext.longestLabel) + "…</bdi>"))
    #expect(page.text.unicodeScalars.filter { $0 == "\u{301}" }.count == 4)
    #expect(page.text.contains("<bdi>line break</bdi>"))
    #expect(page.text.contains("<bdi>\u{fffd}\u{fffd}</bdi>"))
    #expect(page.text.components(separatedBy: Texts.of(.english).pages.noLabel + "<").count - 1 == 3)
    #expect(page.text.contains(Texts.of(.english).pages.namesHelp))
    // Where there are no names, nothing is said about them.
    let bare = try await fixture.consent(PagesFixture.consent(PagesFixture.signing(labels: [nil, nil])))
    #expect(
      bare.text.contains(Texts.of(.english).pages.digestHelp) && !bare.text.contains(Texts.of(.english).pages.namesHelp)
    )
    #expect(DisplayText.neutral("👩‍👩‍👧 می‌خواهم", longest: 100) == "👩‍👩‍👧 می‌خواهم")
  }

  @Test("every page in every language: one h1, lang, no script, no style, no event, labelled inputs, own ids")
  func structure() async throws {
    for language in Language.allCases {
      for page in try await PagesFixture().all(language) {
        #expect(page.tags("html").map { $0["lang"] } == [language.rawValue])
        #expect(page.tags("h1").count == 1 && page.tags("main").count == 1 && page.tags("title").count == 1)
        #expect(page.tags("script").isEmpty && page.tags("style").isEmpty && page.tags("iframe").isEmpty)
        for tag in page.tags {
          #expect(tag.attributes.keys.allSatisfy { !$0.hasPrefix("on") && $0 != "style" })
          #expect(tag.attributes.values.allSatisfy { !$0.hasPrefix("doubled") && !$0.hasPrefix("javascript") })
        }
        let ids = page.tags.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count)
        for name in ["aria-describedby", "aria-labelledby", "for"] {
          let named = page.tags.compactMap { $0[name] }.flatMap { $0.split(separator: " ").map(String.init) }
          #expect(named.allSatisfy(ids.contains), "\(name) \(named)")
        }
        for input in page.tags("input") where input["type"] != "hidden" {
          #expect(page.tags("label").filter { $0["for"] == input["id"] }.count == 1)
          #expect(input["type"] == "radio" || input["value"] == nil, "what was typed does not come back")
        }
        for form in page.tags("form") { #expect(form["method"] == "post" && form["action"]?.first == "/") }
        let hidden = page.tags("input").filter { $0["type"] == "hidden" }.compactMap { $0["name"] }
        #expect(hidden == page.tags("form").flatMap { _ in ["transaction", "csrf"] })
        #expect(!page.content.contains("{") && !page.content.contains("}"), "a place without a value")
        for picture in page.tags("img") { #expect(picture["alt"] != nil) }
      }
    }
  }

  @Test("the forms are those of the contract")
  func forms() async throws {
    let fixture = try await PagesFixture()
    let logIn = try await HTML(fixture.pages.logIn(PagesFixture.logIn(), of: nil, in: .english, redirectingTo: []))
    #expect(logIn.status == 200 && logIn.tags("form").map { $0["action"] } == ["/oauth2/login"])
    #expect(logIn.tag(id: "username")?["autocomplete"] == "username")
    #expect(logIn.tag(id: "password")?["type"] == "password")
    #expect(logIn.tag(id: "password")?["autocomplete"] == "current-password")

    let consent = try await fixture.consent(PagesFixture.consent())
    #expect(consent.tags("form").map { $0["action"] } == ["/oauth2/consent"])
    let pin = try #require(consent.tag(id: "PIN"))
    #expect(pin["name"] == "PIN" && pin["type"] == "password" && pin["inputmode"] == "numeric")
    let code = try #require(consent.tag(id: "OTP"))
    #expect(code["name"] == "OTP" && code["autocomplete"] == "one-time-code" && code["required"] != nil)
    let decisions = consent.tags("button").filter { $0["name"] == "decision" }
    // The first is what the Enter key presses; refusing needs no PIN.
    #expect(decisions.map { $0["value"] } == ["approve", "deny"] && decisions[1]["formnovalidate"] != nil)

    let service = try await fixture.consent(PagesFixture.consent(nil))
    #expect(service.tags("input").allSatisfy { $0["type"] == "hidden" } && service.tags("button").count == 2)

    let eid = try await fixture.consent(
      PagesFixture.consent(PagesFixture.signing(factors: [.init(kind: .eid(isDone: false))])))
    #expect(eid.tags("form").map { $0["action"] } == ["/oauth2/eid", "/oauth2/consent"])
    #expect(eid.tags("button").compactMap { $0["value"] } == ["deny"])

    let message = try await fixture.consent(
      PagesFixture.consent(
        PagesFixture.signing(factors: [.init(kind: .typed(.pin)), .init(kind: .sent(.sms, wasSent: true))])))
    #expect(message.tags("button").compactMap { $0["value"] } == ["send-code", "approve", "deny"])
    #expect(message.text.contains(Texts.of(.english).pages.sendNewCode) && message.tag(id: "SMS")?["required"] != nil)

    let confirm = try await HTML(
      fixture.pages.confirm(
        ConfirmView(
          action: "/confirm/x", transaction: "t", csrf: "c", client: "Portal", signing: PagesFixture.signing()),
        of: fixture.look, in: .german))
    #expect(confirm.tags("form").map { $0["action"] } == ["/confirm/x"])
  }

  @Test("orders: what will be made, for whom, and a PIN twice; what will be deleted, and its factors")
  func orders() async throws {
    let fixture = try await PagesFixture()
    let made = try await fixture.consent(PagesFixture.consent(scope: .creation(PagesFixture.creation)), .german)
    for text in [
      "Signaturzertifikat ausstellen", "<bdi>Advanced &lt;certificate&gt;</bdi>", "<code>1.3.6.1.4.1.32473.9</code>",
      "<bdi>Alice Example</bdi>", "<bdi>Example CA</bdi>", "365 Tage",
    ] { #expect(made.text.contains(text), "\(text)") }
    #expect(made.tags("form").map { $0["action"] } == ["/oauth2/consent"])
    for name in ["newPIN", "repeatedPIN"] {
      let input = try #require(made.tag(id: name))
      #expect(input["type"] == "password" && input["inputmode"] == "numeric" && input["autocomplete"] == "new-password")
      #expect(input["name"] == name && input["required"] != nil)
    }
    let wrong = try await fixture.consent(
      PagesFixture.consent(scope: .creation(PagesFixture.creation), message: .pinsDiffer))
    #expect(wrong.status == 400 && wrong.tags("a").contains { $0["href"] == "#repeatedPIN" })
    #expect(wrong.tag(id: "repeatedPIN")?["aria-invalid"] == "true" && wrong.tag(id: "newPIN")?["aria-invalid"] == nil)

    let deleted = try await fixture.consent(PagesFixture.consent(scope: .deletion(PagesFixture.deletion())))
    for text in [
      Texts.of(.english).pages.deletionWarning, "Alice Example, p256", "31 December 2028",
      Texts.of(.english).pages.delete,
    ] {
      #expect(deleted.text.contains(text), "\(text)")
    }
    #expect(deleted.tag(id: "PIN") != nil && deleted.tag(id: "OTP") != nil && deleted.tag(id: "newPIN") == nil)
    #expect(deleted.tags("button").compactMap { $0["value"] } == ["approve", "deny"])
    let others = try await fixture.consent(
      PagesFixture.consent(scope: .deletion(PagesFixture.deletion(isRevoked: false))))
    #expect(others.text.contains(Texts.of(.english).pages.deletionWarningElsewhere))
    #expect(!others.text.contains("will be revoked"))
  }

  @Test("a wrong PIN: status, title, alert, link to the field, focus, and the field says what is wrong")
  func wiring() async throws {
    let fixture = try await PagesFixture()
    let first = try await fixture.consent(PagesFixture.consent())
    #expect(first.status == 200 && !first.text.contains("role=\"alert\"") && !first.text.contains("aria-invalid"))
    #expect(!first.text.contains("autofocus"), "the documents come before the PIN")

    let page = try await fixture.consent(PagesFixture.consent(message: .wrong(.factor(.pin))))
    #expect(page.status == 400 && page.text.contains("<title>Error: "))
    #expect(page.tag(id: "message")?["role"] == "alert")
    #expect(page.tags("a").contains { $0["href"] == "#PIN" })
    let pin = try #require(page.tag(id: "PIN"))
    #expect(pin["aria-invalid"] == "true" && pin["autofocus"] != nil && pin["aria-describedby"] == "PIN-problem")
    let code = try #require(page.tag(id: "OTP"))
    #expect(code["aria-invalid"] == nil && code["autofocus"] == nil && code["aria-describedby"] == "OTP-hint")
    #expect(page.text.contains(FieldTexts.pin(.english).wrong))

    let wrongCode = try await fixture.consent(PagesFixture.consent(message: .wrong(.factor(.otp))), .german)
    #expect(wrongCode.tag(id: "OTP")?["aria-describedby"] == "OTP-problem OTP-hint")
    #expect(wrongCode.text.contains("<title>Fehler: ") && wrongCode.text.contains(FieldTexts.otp(.german).wrong))

    let logIn = try await HTML(
      fixture.pages.logIn(PagesFixture.logIn(message: .logInFailed), of: nil, in: .english, redirectingTo: []))
    #expect(logIn.status == 401 && logIn.tag(id: "password")?["aria-invalid"] == "true")
    // Nothing to point at: the message stands alone.
    let elsewhere = try await fixture.consent(PagesFixture.consent(message: .locked(.factor(.eid))))
    #expect(elsewhere.tag(id: "message") != nil && !elsewhere.text.contains("href=\"#"))
    let sent = try await fixture.consent(PagesFixture.consent(message: .codeSent))
    #expect(sent.status == 200 && sent.tag(id: "message")?["role"] == "status" && !sent.text.contains("<title>Error"))
    #expect(sent.tag(id: "PIN")?["autofocus"] != nil && sent.tag(id: "PIN")?["aria-invalid"] == nil)
  }

  @Test("an account that the client named is shown and cannot be changed; the password has the focus")
  func fixedUsername() async throws {
    var view = PagesFixture.logIn()
    view.username = "alice"
    view.usernameIsFixed = true
    let page = try await HTML(await PagesFixture().pages.logIn(view, of: nil, in: .english, redirectingTo: []))
    let username = try #require(page.tag(id: "username"))
    #expect(username["value"] == "alice" && username["readonly"] != nil && username["autofocus"] == nil)
    #expect(username["aria-describedby"] == "username-hint" && page.tag(id: "password")?["autofocus"] != nil)
  }

  @Test("what is signed: labels, whole digests, number, certificate; a thousand documents, the first ones open")
  func documents() async throws {
    let fixture = try await PagesFixture()
    let page = try await fixture.consent(
      PagesFixture.consent(PagesFixture.signing(description: "Rent from May")), .german)
    for text in [
      "2 Unterschriften bestätigen", "<bdi>Contract</bdi>", "<bdi>Annex</bdi>", "SHA-256-Prüfsumme",
      "<bdi>Alice Example</bdi>",
      "<bdi>Example CA</bdi>", "CN=Alice Example, GN=Alice, C=AT", "datetime=\"2028-12-31\">31. Dezember 2028<",
      "<bdi>Rent from May</bdi>", "<bdi>alice</bdi>", "Alice Example, p256",
    ] { #expect(page.text.contains(text), "\(text)") }
    let digest = page.text.replacing("</span><wbr><span>", with: "")
    #expect(digest.contains("<code><span>00" + String(repeating: "ab", count: 31) + "</span>"))
    #expect(digest.contains("<code><span>01" + String(repeating: "ab", count: 31) + "</span>"))
    #expect(page.tags("details").count == 1, "only the certificate's names")

    let many = try await fixture.consent(
      PagesFixture.consent(PagesFixture.signing(labels: (1...1000).map { "Document \($0)" })))
    #expect(many.text.contains("Show 990 more documents") && many.tags("ol").map { $0["start"] } == [nil, "11"])
    let place = try #require(many.text.range(of: "<details>"))
    #expect(many.text[..<place.lowerBound].components(separatedBy: "<bdi>Document ").count - 1 == 10)
    #expect(many.text.contains("<bdi>Document 1000</bdi>"))
    let eleven = try await fixture.consent(
      PagesFixture.consent(PagesFixture.signing(labels: .init(repeating: "A", count: 11))))
    #expect(eleven.tags("details").count == 1)

    let unnamed = try await fixture.consent(PagesFixture.consent(PagesFixture.signing(labels: [], count: 7)))
    #expect(unnamed.text.contains("</bdi> can have any 7 documents signed in your name.") && unnamed.tags("ol").isEmpty)
    let rest = try await fixture.consent(PagesFixture.consent(PagesFixture.signing(labels: ["A"], count: 2)))
    #expect(rest.text.contains(/For 1 more signature, <bdi>[^<]+<\/bdi> did not say what will be signed/))
  }

  @Test("the names in a distinguished name, with escapes")
  func commonName() {
    #expect(DisplayText.commonName("CN=Doe\\, Jane,O=X") == "Doe, Jane")
    #expect(DisplayText.commonName("O=A\\,CN=B,C=AT") == nil)
    #expect(DisplayText.commonName("C=AT+cn=J\\C3\\BCrgen") == "Jürgen")
    #expect(DisplayText.commonName("2.5.4.42=#0c05416c696365,C=AT") == nil)
    #expect(
      DisplayText.readable("CN=A\\,B,2.5.4.42=#0C074AC3BC7267656E+2.5.4.4=#130158,1.2.3=#0C0161,C=AT")
        == "CN=A\\,B, GN=Jürgen, SN=X, 1.2.3=#0C0161, C=AT")
    // Text of another length stays as it is.
    for text in ["2.5.4.4=#0C0261", "2.5.4.4=#030200A5", "2.5.4.4=#0C81", "2.5.4.4=#0C01FF", "2.5.4.4=#", "2.5.4.4=X"] {
      #expect(DisplayText.readable(text) == text)
    }
    // A combining mark at the beginning of a value is part of no comma.
    #expect(DisplayText.commonName("O=A,CN=\u{301}B") == "\u{301}B")
    #expect(DisplayText.commonName("CN=A\\,\u{301}B,O=X") == "A,\u{301}B")
  }
}
