import TestSupport
import Testing

@testable import SoleControl

@Suite("What providers are told", .timeLimit(.minutes(2)))
struct BindingMessageTests {
  private func text(
    _ partner: String = "Portal", _ description: String? = nil, count: Int = 1, digests: [[UInt8]] = [],
    language: String = "en", longest: Int = 100
  ) -> String {
    BindingMessage.text(
      partner: partner, description: description, count: count, digests: digests, language: language, longest: longest)
  }

  @Test("who, what, how many, and a code of the digests that depends on their order")
  func parts() {
    let digests = [digest("a"), digest("b")]
    // printf a | openssl dgst -sha256 -binary; the same of b; SHA-256 over both.
    #expect(BindingMessage.code(of: digests) == "E5A0-1FEE")
    #expect(BindingMessage.code(of: digests.reversed()) != BindingMessage.code(of: digests))
    #expect(text("Portal", "Order 7", count: 2, digests: digests) == "Portal: Order 7, 2 signatures, E5A0-1FEE")
    #expect(text() == "Portal, 1 signature")
    #expect(text(count: 3, language: "de-AT") == "Portal, 3 Unterschriften")
    #expect(text(language: "de") == "Portal, 1 Unterschrift")
  }

  @Test("plain ASCII of a bounded length, whatever partner and description are; number and code are never cut")
  func safe() {
    #expect(
      text("Bürgerportal Ägir", "Straße\n\u{202E}<b>№ 7</b>") == "Buergerportal Aegir: Strasse b 7 /b, 1 signature")
    #expect(text("日本", "…") == "1 signature")
    #expect(text("Dvořák Łódź", "Café à la Ærø, Ñandú") == "Dvorak Lodz: Cafe a la Aero, Nandu, 1 signature")
    // Decomposed, as some systems send it.
    #expect(text("Mu\u{308}nchner Bank, Zu\u{308}rich e\u{301}") == "Muenchner Bank, Zuerich e, 1 signature")
    let digests = [digest("a")]
    for length in [40, 60, 100] {
      let long = text(String(repeating: "Portal ", count: 20), "x", count: 100, digests: digests, longest: length)
      #expect(long.utf8.count <= length && long.hasSuffix(", 100 signatures, " + BindingMessage.code(of: digests)))
      #expect(long.hasPrefix("Portal") && !long.contains(" ,"))
      #expect(long.utf8.allSatisfy { 0x20...0x7e ~= $0 })
    }
  }

  @Test("login_hint: a name, or JSON in which a name stays a name")
  func loginHint() throws {
    let json = try #require(LoginHint(#"{"username":"{username}","id":"{subject}"}"#))
    #expect(json.filled(subject: "s", username: #"a","admin":"x\"#) == #"{"username":"a\",\"admin\":\"x\\","id":"s"}"#)
    #expect(json.filled(subject: "{username}", username: "b") == #"{"username":"b","id":"{username}"}"#)
    #expect(LoginHint.standard.filled(subject: #"a"b"#, username: "b") == #"a"b"#)
    #expect(LoginHint("sub:{subject}")?.filled(subject: "1", username: "2") == "sub:1")
    #expect(LoginHint("") == nil && LoginHint("alice") == nil && LoginHint(#"{"username":{username}"#) == nil)
  }
}
