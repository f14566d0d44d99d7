import Throttling
import TestSupport
import Testing

@testable import OAuth

@Suite("Passwords and names as they are compared", .timeLimit(.minutes(2)))
struct PreparedTextTests {
  private func prepared(_ text: String) -> String? {
    PreparedPassword(text).map { String(decoding: $0.octets, as: UTF8.self) }
  }

  @Test(
    "RFC 8265 section 4.2: composed or not, any space, nothing else changed",
    arguments: [
      ("Stra\u{df}e-\u{e9}9", "Stra\u{df}e-\u{e9}9"), ("e\u{301}\u{327}", "\u{229}\u{301}"),
      // Angstrom sign, Ohm sign: canonical singletons.
      ("\u{212b}\u{2126}", "\u{c5}\u{3a9}"), ("a\u{a0}b\u{3000}c\u{2003}", "a b c "),
      // Neither width nor case is mapped, nor compatibility characters.
      ("\u{ff21}a\u{fb01}\u{2460}", "\u{ff21}a\u{fb01}\u{2460}"), (" x ", " x "),
      ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}"),
      (String(repeating: "x", count: 1024), String(repeating: "x", count: 1024)),
    ])
  func passwords(_ text: String, _ expected: String) {
    #expect(prepared(text).map { Array($0.utf8) } == Array(expected.utf8))
  }

  @Test(
    "what can be no password",
    arguments: [
      "", "a\u{0}", "a\tb", "a\r\n", "\u{7f}", "a\u{85}", "\u{2028}", "\u{e000}", "\u{fffe}", "\u{378}",
      String(repeating: "x", count: 1025),
    ])
  func refused(_ text: String) { #expect(PreparedPassword(text) == nil) }

  @Test(
    "RFC 8265 section 3.4: names without width and composition, with their case",
    arguments: [
      ("J\u{fc}rgen", "J\u{fc}rgen"), ("Ju\u{308}rgen", "J\u{fc}rgen"), ("\u{ff41}lice\u{ff20}x", "alice@x"),
      ("\u{ff76}\u{ff9e}", "\u{30ac}"), ("Alice", "Alice"), ("\u{fb01}", "\u{fb01}"),
    ])
  func names(_ text: String, _ expected: String) {
    #expect(Array(AccountName.prepared(text).utf8) == Array(expected.utf8))
    #expect(AccountName.prepared(AccountName.prepared(text)).utf8.elementsEqual(AccountName.prepared(text).utf8))
  }

  @Test("a text beyond any name is no work")
  func long() {
    let long = String(repeating: "e\u{301}", count: 100_000)
    #expect(AccountName.prepared(long).utf8.count == long.utf8.count)
  }

  private static let password = "K\u{e4}se \u{e9}9"

  private func fixture() async throws -> ServerFixture {
    let fixture = try await ServerFixture()
    let account = try await fixture.tokens.newAccount(
      username: "Ju\u{308}rgen", password: Self.password, partner: "portal", signer: "signer-j")
    try await fixture.store.writeOAuth { try $0.put(account) }
    return fixture
  }

  @Test("one account however its name and its password are spelt; another case is another name")
  func logIn() async throws {
    let fixture = try await fixture()
    let spellings = [Self.password, "Ka\u{308}se e\u{301}9", "K\u{e4}se\u{a0}\u{e9}9"]
    for name in ["J\u{fc}rgen", "Ju\u{308}rgen", "\u{ff2a}\u{fc}rgen"] {
      for password in spellings {
        #expect(try await fixture.tokens.verify(username: name, password: password).signer == "signer-j")
      }
      #expect(try await fixture.tokens.signer(named: name, of: "portal") == "signer-j")
    }
    for (name, password) in [
      ("j\u{fc}rgen", Self.password), ("J\u{fc}rgen", "kase 9"), ("J\u{fc}rgen", ""),
      ("J\u{fc}rgen", Self.password + "\n"),
    ] {
      await #expect(throws: TokenService.Refusal.loginFailed) {
        try await fixture.tokens.verify(username: name, password: password)
      }
    }
  }

  @Test("the spellings of a name share one count of tries, which the operator forgets under any of them")
  func counts() async throws {
    let fixture = try await fixture()
    let origin = Origin(address: "192.0.2.7", kind: .endUser)
    let names = ["J\u{fc}rgen", "Ju\u{308}rgen", "\u{ff2a}\u{fc}rgen"]
    func attempt(_ number: Int) async throws {
      _ = try await fixture.tokens.verify(username: names[number % 3], password: "wrong", from: origin)
    }
    var waits = 0
    for number in 0..<9 {
      do { try await attempt(number) } catch TokenService.Refusal.tooManyFailures { waits += 1 } catch TokenService
        .Refusal.loginFailed
      {}
    }
    #expect(waits > 0)
    #expect(try await fixture.tokens.unlock(username: "Ju\u{308}rgen") > 0)
    #expect(
      try await fixture.tokens.verify(username: "J\u{fc}rgen", password: Self.password, from: origin).signer
        == "signer-j"
    )
  }

  @Test("no account is made with what can be no password")
  func unsuitable() async throws {
    await #expect(throws: UnsuitablePassword.self) {
      try await self.fixture().tokens.newAccount(username: "x", password: "\t", partner: "p", signer: "s")
    }
  }
}
