import Throttling
import CSCModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway
import Vocabulary

/// Answers to guesses over HTTP.
@Suite("Brute force over HTTP", .timeLimit(.minutes(5)))
struct BruteForceTests {
  private struct Reply: Equatable {
    let status: Int
    let text: String
    let retryAfter: String?
  }

  /// - Parameter address: what the trusted proxy says.
  private func post(
    _ fixture: GatewayFixture, _ path: String, _ body: String, _ headers: HTTPFields = [:], address: String? = nil
  ) async throws -> Reply {
    var gateway = fixture.gateway
    gateway.trustedProxy = TrustedProxy(
      header: "X-Forwarded-For", addresses: [try #require(AddressBlock(Origin.local.address))])
    var fields = headers
    if let address { fields[HTTPField.Name("X-Forwarded-For")!] = address }
    let sent = fields
    let application = Application(responder: RecordingResponder(gateway.responder()))
    return try await application.test(.router) { client in
      try await client.execute(uri: path, method: .post, headers: sent, body: ByteBuffer(string: body)) {
        Reply(status: $0.status.code, text: String(buffer: $0.body), retryAfter: $0.headers[.retryAfter])
      }
    }
  }

  private func logIn(
    _ fixture: GatewayFixture, _ name: String, _ password: String = "wrong", address: String? = nil
  ) async throws -> Reply {
    let pair = Data("\(name):\(password)".utf8).base64EncodedString()
    return try await post(fixture, "/csc/v1/auth/login", "{}", [.authorization: "Basic \(pair)"], address: address)
  }

  @Test("auth/login: unknown and known names get the same, byte by byte, before and while they have to wait")
  func names() async throws {
    var seen: [[Reply]] = []
    for name in ["alice", "nobody"] {
      let fixture = try await GatewayFixture()
      var replies: [Reply] = []
      for _ in 0..<8 { replies.append(try await logIn(fixture, name)) }
      replies.append(try await logIn(fixture, name, GatewayFixture.password))
      seen.append(replies)
    }
    #expect(seen[0] == seen[1])
    #expect(seen[0].map(\.status) == [400, 400, 400, 400, 400, 400, 429, 429, 429])
    #expect(seen[0][8].retryAfter == "30" && seen[0][8].text.contains("temporarily_unavailable"))
  }

  @Test(
    "the log-in page: the same text for both, a wait with 429 and Retry-After; another browser of the owner gets in")
  func page() async throws {
    var seen: [[String]] = []
    for name in ["alice", "nobody"] {
      let fixture = try await GatewayFixture()
      var texts: [String] = []
      for _ in 0..<8 {
        let visitor = PageVisitor(fixture)
        let page = try await visitor.get(
          "/oauth2/authorize?response_type=code&client_id=app&redirect_uri=\(PercentText.encode(OAuthFixture.redirectURI))"
            + "&code_challenge=x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs&code_challenge_method=S256")
        let answer = try await visitor.post(
          "/oauth2/login", page.hidden.merging(["username": name, "password": "wrong"]) { $1 })
        if answer.status == 429 { #expect(answer.headers[.retryAfter] == "30") }
        let words = answer.text.replacing(name, with: "NAME").replacing(/value="[^"]*"|Reference.*/, with: "")
        texts.append("\(answer.status) \(words)".replacing(/<code>[0-9a-z]+<\/code>/, with: ""))
      }
      seen.append(texts)
    }
    #expect(seen[0] == seen[1])
    #expect(seen[0].map { String($0.prefix(3)) } == ["401", "401", "401", "401", "401", "401", "429", "429"])
  }

  @Test("the address is the connection's, unless a configured proxy says otherwise; only its own entry counts")
  func addresses() async throws {
    let fixture = try await GatewayFixture()
    for _ in 0..<7 { _ = try await logIn(fixture, "alice", address: "192.0.2.1") }
    #expect(try await logIn(fixture, "alice", GatewayFixture.password, address: "192.0.2.1").status == 429)
    // Entries that the caller itself wrote before it do not help.
    #expect(
      try await logIn(fixture, "alice", GatewayFixture.password, address: "198.51.100.7, 192.0.2.1").status == 429)
    #expect(
      try await logIn(fixture, "alice", GatewayFixture.password, address: "192.0.2.1, 198.51.100.7").status == 200)
    for _ in 0..<7 { _ = try await logIn(fixture, "bob", address: "2001:db8:0:1::1") }
    #expect(try await logIn(fixture, "bob", GatewayFixture.password, address: "2001:db8:0:1:ffff::2").status == 429)
    #expect(try await logIn(fixture, "bob", GatewayFixture.password, address: "2001:db8:0:2::1").status == 200)
    // Without a configured proxy, or from elsewhere, the header is the caller's word.
    let direct = try await GatewayFixture()
    for number in 0..<7 {
      let pair = Data("alice:wrong".utf8).base64EncodedString()
      _ = try await direct.application.test(.router) { client in
        try await client.execute(
          uri: "/csc/v1/auth/login", method: .post,
          headers: [.authorization: "Basic \(pair)", HTTPField.Name("X-Forwarded-For")!: "192.0.2.\(number)"],
          body: ByteBuffer(string: "{}")
        ) { $0.status.code }
      }
    }
    let right = Data("alice:\(GatewayFixture.password)".utf8).base64EncodedString()
    #expect(try await direct.call("auth/login", header: "Basic \(right)").status == 429)
  }

  @Test(
    "addresses are compared in one spelling",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8:0:0::/64"),
      ("2001:db8:0:0:1:2:3:4", "2001:db8:0:0::/64"), ("fe80::1%eth0", "fe80:0:0:0::/64"), ("x", nil), ("", nil),
      ("192.0.2", nil), ("192.0.2.1:80", nil),
    ])
  func spelling(_ text: String, _ expected: String?) { #expect(NetworkAddress.text(text) == expected) }

  @Test("token endpoint: guessed secrets get the table's row, then 429 with Retry-After; the right one too")
  func clients() async throws {
    let fixture = try await GatewayFixture()
    func token(_ secret: String, address: String = "192.0.2.9") async throws -> Reply {
      try await post(
        fixture, "/oauth2/token",
        "grant_type=client_credentials&client_id=portal&client_secret=\(PercentText.encode(secret))",
        [.contentType: "application/x-www-form-urlencoded"], address: address)
    }
    for _ in 0..<21 {
      let reply = try await token("guess")
      #expect(reply.status == 400 && reply.text.contains("Invalid parameter client_secret"))
    }
    for secret in ["guess", OAuthFixture.secret] {
      let reply = try await token(secret)
      #expect(reply.status == 429 && reply.retryAfter == "30" && reply.text.contains("temporarily_unavailable"))
    }
    #expect(try await token(OAuthFixture.secret, address: "192.0.2.10").status == 200)
    fixture.signing.clock.advance(30)
    #expect(try await token(OAuthFixture.secret).status == 200)
  }

  @Test("credentials/authorize: a signer's wrong PINs over many credentials end in 429; sendOTP likewise")
  func factors() async throws {
    let fixture = try await GatewayFixture()
    for number in 0..<8 { _ = try await fixture.signing.createCredential("c\(number)") }
    func authorize(_ number: Int, _ pin: String) async throws -> GatewayFixture.Answer {
      try await fixture.call(
        "credentials/authorize", #"{"credentialID":"c\#(number)","numSignatures":1,"PIN":"\#(pin)"}"#,
        token: fixture.alice)
    }
    for number in 0..<31 { #expect(try await authorize(number / 5, "0").row == "400 invalid_pin The PIN is invalid") }
    let held = try await authorize(7, SigningFixture.pin)
    #expect(held.row == "429 temporarily_unavailable Too many requests" && held.headers[.retryAfter] == "30")
    let second = try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"c7","numSignatures":1,"authData":[{"id":"PIN","value":"\#(SigningFixture.pin)"}]}"#, .v2,
      token: fixture.alice)
    #expect(second.row == held.row)
    fixture.signing.clock.advance(30)
    #expect(try await authorize(7, SigningFixture.pin).status == 200)
  }
}
