import CSCModel
import HTTPTypes
import OAuth
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// A form is good for what its page showed, and the same form again gets the same answer.
@Suite("Forms of the authorization server's pages", .timeLimit(.minutes(5)))
struct RepeatedFormTests {
  private static let requests: [[String: String]] = [
    ["scope": "service"], ["scope": "credential", "credentialID": "c", "numSignatures": "1"],
    ["scope": "credential-deletion", "credentialID": "c"],
  ]

  @Test("approve pressed five times at once, then once more: one redirect, one authorization", arguments: requests)
  func approve(request: [String: String]) async throws {
    let fixture = try await GatewayFixture()
    // A one-time code that comes twice is wrong the second time.
    _ = try await fixture.signing.createCredential("c", expression: "PIN AND OTP", mode: .oauth2code)
    let (visitor, form) = try await consent(fixture, request)
    let otp = TOTP.code(SigningFixture.otpSecret, at: fixture.signing.clock.now)
    let approval = form.merging(["decision": "approve", "PIN": SigningFixture.pin, "OTP": otp]) { $1 }
    let ends = try await withThrowingTaskGroup(of: PageVisitor.Page.self) { group in
      let cookies = visitor.cookies
      for _ in 0..<5 {
        group.addTask { try await PageVisitor(fixture, cookies: cookies).post("/oauth2/consent", approval) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let last = try await visitor.post("/oauth2/consent", approval)
    let places = Set((ends + [last]).map { $0.headers[.location] ?? "\($0.status) \($0.text)" })
    #expect(places.count == 1 && places.first?.contains("code=") == true, "\(places)")
    // The other button, and the log-in form, come too late.
    let denial = try await visitor.post("/oauth2/consent", form.merging(["decision": "deny"]) { $1 })
    #expect(denial.headers[.location] == last.headers[.location])
    // A stranger with the form, and a changed form in this browser, get nothing.
    let stranger = try await consent(fixture, request).visitor
    #expect(try await stranger.post("/oauth2/consent", approval).status == 400)
    let changed = approval.merging(["csrf": String((form["csrf"] ?? "").reversed())]) { $1 }
    #expect(try await visitor.post("/oauth2/consent", changed).status == 400)
    // After the exchange no browser is sent to the client with a used code.
    let code = try #require(last.headers[.location]?.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/)).1
    let token = try await visitor.post(
      "/oauth2/token",
      [
        "grant_type": "authorization_code", "code": String(code), "redirect_uri": OAuthFixture.redirectURI,
        "code_verifier": Self.verifier, "client_id": "portal", "client_secret": OAuthFixture.secret,
      ], headers: [:])
    #expect(token.status == 200, "\(token.text)")
    let late = try await visitor.post("/oauth2/consent", approval)
    #expect(late.status == 400 && late.headers[.location] == nil)
  }

  @Test("refuse pressed twice, and log-in sent twice or after the end", arguments: requests)
  func refuseAndLogIn(request: [String: String]) async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let visitor = PageVisitor(fixture)
    let logIn = try await visitor.get("/oauth2/authorize?\(Self.query(request))")
    let person = logIn.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 }
    let first = try await visitor.post("/oauth2/login", person)
    let second = try await visitor.post("/oauth2/login", person)
    #expect(first.status == 200 && second.status == 200 && first.hidden == second.hidden)
    let refusal = first.hidden.merging(["decision": "deny"]) { $1 }
    let ends = [
      try await visitor.post("/oauth2/consent", refusal), try await visitor.post("/oauth2/consent", refusal),
      try await visitor.post("/oauth2/login", person),
    ].map { $0.headers[.location] ?? "\($0.status)" }
    #expect(Set(ends).count == 1 && ends[0].contains("error=access_denied"), "\(ends)")
  }

  @Test("what is changed in the store between page and form is not approved", arguments: requests)
  func exchanged(request: [String: String]) async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let (visitor, form) = try await consent(fixture, request.merging(["state": "before", "lang": "de"]) { $1 })
    let approval = form.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 }
    let store = try #require(fixture.signing.store as? any OAuthStore)
    let digest = TokenService.digest("transaction " + (form["transaction"] ?? ""))
    let entry = try #require(try await store.readOAuth { try $0.entry(.transaction, digest) })
    let text = String(decoding: entry.body, as: UTF8.self)
    for (old, new) in [
      ("\"before\"", "\"after\""), (OAuthFixture.redirectURI, "https://mallory.example/callback"),
      (Self.challenge, String(Self.challenge.reversed())), ("\"alice\"", "\"bob\""), ("\"de\"", "\"en\""),
      ("\"client\":\"portal\"", "\"client\":\"legacy\""), ("\"v2\"", "\"v1\""),
      ("\"numSignatures\":1", "\"numSignatures\":2"),
    ] where text.contains(old) {
      let edited = OAuthEntry(
        kind: .transaction, digest: digest, expires: entry.expires, body: Array(text.replacing(old, with: new).utf8))
      try await store.writeOAuth { try $0.put(edited) }
      let end = try await visitor.post("/oauth2/consent", approval)
      #expect(end.headers[.location]?.contains("code=") != true, "\(old)")
      // No browser is sent to an address that is not registered.
      #expect(end.headers[.location]?.contains("mallory") != true, "\(old)")
      try await store.writeOAuth { try $0.put(entry) }
    }
    if request["credentialID"] != nil {
      let before = try await fixture.signing.service.credentials.credential(
        CredentialID("c"), as: fixture.signing.principal())
      var other = before
      other.description = "another one"
      try await fixture.signing.service.credentials.put(other, events: [])
      #expect(try await visitor.post("/oauth2/consent", approval).status == 400)
      try await fixture.signing.service.credentials.put(before, events: [])
    }
    let end = try await visitor.post("/oauth2/consent", approval)
    #expect(end.headers[.location]?.contains("code=") == true, "\(end.text)")
  }

  @Test("the authorize page of a pushed request loads again in its browser, and in no other")
  func reload() async throws {
    let fixture = try await GatewayFixture()
    let visitor = PageVisitor(fixture)
    let pushed = try await visitor.post(
      "/oauth2/pushed_authorize",
      Self.parameters(["scope": "service"]).merging(["client_secret": OAuthFixture.secret]) { $1 }, headers: [:])
    let uri = try #require(pushed.text.firstMatch(of: /"request_uri":"([^"]+)"/)).1
    let path = "/oauth2/authorize?client_id=portal&request_uri=\(PercentText.encode(String(uri)))"
    let first = try await visitor.get(path)
    #expect(try await PageVisitor(fixture).get(path).status == 400)
    fixture.signing.clock.advance(61)
    let second = try await visitor.get(path)
    #expect(first.status == 200 && second.status == 200)
    for (page, isAnswered) in [(second, true), (first, false)] {
      let consent = try await visitor.post(
        "/oauth2/login", page.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 })
      let end = try await visitor.post("/oauth2/consent", consent.hidden.merging(["decision": "approve"]) { $1 })
      #expect((end.headers[.location]?.contains("code=") == true) == isAnswered)
    }
    #expect(try await visitor.get(path).status == 400)
  }

  @Test("a native application's real port stands in form-action and gets the code")
  func loopback() async throws {
    let fixture = try await GatewayFixture()
    let visitor = PageVisitor(fixture)
    let uri = "http://127.0.0.1:51234/cb"
    let page = try await visitor.get(
      "/oauth2/authorize?\(Self.query(["client_id": "native", "redirect_uri": uri, "scope": "openid service"]))")
    #expect(page.headers[.contentSecurityPolicy]?.contains("form-action 'self' http://127.0.0.1:51234;") == true)
    let consent = try await visitor.post(
      "/oauth2/login", page.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 })
    let end = try await visitor.post("/oauth2/consent", consent.hidden.merging(["decision": "approve"]) { $1 })
    #expect(end.headers[.location]?.hasPrefix(uri + "?code=") == true)
  }

  // MARK: The way

  private static let challenge = "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"
  private static let verifier = "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB"

  private static func parameters(_ changes: [String: String]) -> [String: String] {
    [
      "response_type": "code", "client_id": "portal", "redirect_uri": OAuthFixture.redirectURI,
      "code_challenge": challenge, "code_challenge_method": "S256",
    ].merging(changes) { $1 }
  }

  private static func query(_ changes: [String: String]) -> String {
    parameters(changes).map { "\($0.key)=\(PercentText.encode($0.value))" }.joined(separator: "&")
  }

  private func consent(
    _ fixture: GatewayFixture, _ request: [String: String]
  ) async throws -> (visitor: PageVisitor, form: [String: String]) {
    let visitor = PageVisitor(fixture)
    let logIn = try await visitor.get("/oauth2/authorize?\(Self.query(request))")
    let page = try await visitor.post(
      "/oauth2/login", logIn.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 })
    #expect(page.status == 200, "\(page.text)")
    return (visitor, page.hidden)
  }
}
