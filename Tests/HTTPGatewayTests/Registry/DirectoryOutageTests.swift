import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import Registry
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// A directory that does not answer is a store that does not answer: 503 for those who need it, and nothing is spent.
@Suite("A directory of partners that is away", .timeLimit(.minutes(5)))
struct DirectoryOutageTests {
  private static let hashes =
    #""hashes":["\#(Base64.encode(digest("a")))"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#

  private func during<Output>(
    _ fixture: GatewayFixture, _ body: () async throws -> Output
  ) async throws -> Output {
    fixture.partners.set(isAway: true)
    defer { fixture.partners.set(isAway: false) }
    return try await body()
  }

  @Test("the pages from log-in to code, and the token endpoint")
  func authorizationServer() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let parameters = ["scope": "credential", "credentialID": "c", "numSignatures": "1"]
    let away = try await during(fixture) {
      try await PageVisitor(fixture).get("/oauth2/authorize?" + CredentialWay.query(parameters))
    }
    #expect(away.status == 503 && away.headers[.location] == nil && away.text.contains("<html"))
    let way = try await CredentialWay(fixture, parameters)
    #expect(try await during(fixture) { try await way.logIn().status } == 503)
    #expect(try await way.logIn().status == 200)
    // The PIN is wrong, and not counted.
    for _ in 0..<6 { #expect(try await during(fixture) { try await way.approve(pin: "0").status } == 503) }
    let approved = try await way.approve()
    let code = String(
      try #require(approved.headers[.location]?.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(approved.text)").1)
    func token() async throws -> PageVisitor.Page {
      try await way.visitor.post(
        "/oauth2/token",
        [
          "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthFixture.redirectURI,
          "code_verifier": CredentialWay.verifier, "client_id": "portal", "client_secret": OAuthFixture.secret,
        ], headers: [:])
    }
    let refused = try await during(fixture) { try await token() }
    #expect(refused.status == 503 && refused.headers[.retryAfter] != nil, "\(refused.text)")
    #expect(refused.text.contains(#""error":"temporarily_unavailable""#))
    let issued = try await token()
    #expect(issued.status == 200, "\(issued.text)")
    let sad = String(try #require(issued.text.firstMatch(of: /"access_token":"([^"]+)"/)).1)
    let info = try await during(fixture) {
      try await fixture.call("credentials/info", #"{"credentialID":"c"}"#, .v2, token: sad)
    }
    #expect(info.status == 503 && info["error"] == "temporarily_unavailable" && info.headers[.retryAfter] != nil)
    #expect(try await fixture.call("credentials/info", #"{"credentialID":"c"}"#, .v2, token: sad).status == 200)
  }

  @Test("wrong secrets of clients are not counted, right ones are not refused afterwards")
  func clientSecrets() async throws {
    let fixture = try await GatewayFixture()
    func token(_ secret: String) async throws -> Int {
      try await PageVisitor(fixture).post(
        "/oauth2/token", ["grant_type": "client_credentials", "client_id": "portal", "client_secret": secret],
        headers: [:]
      ).status
    }
    for _ in 0..<30 { #expect(try await during(fixture) { try await token("wrong") } == 503) }
    #expect(try await token(OAuthFixture.secret) == 200)
  }

  /// Lets the directory answer no question, then one, then two, and so on, until the request is served.
  private func servedAtLast(
    _ fixture: GatewayFixture, as status: Int, _ body: () async throws -> PageVisitor.Page
  ) async throws {
    defer { fixture.partners.set(isAway: false) }
    for questions in 0..<20 {
      fixture.partners.set(answersLeft: questions)
      let page = try await body()
      guard page.status == 503 else {
        #expect(page.status == status && questions > 0, "after \(questions) questions: \(page.text.prefix(300))")
        return
      }
    }
    Issue.record("never served")
  }

  @Test("it goes away between two questions: a one-time code and a client's statement are good again afterwards")
  func between() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", expression: "PIN AND OTP", mode: .oauth2code)
    let way = try await CredentialWay(fixture, ["scope": "credential", "credentialID": "c", "numSignatures": "1"])
    _ = try await way.logIn()
    let code = TOTP.code(SigningFixture.otpSecret, at: fixture.signing.clock.now)
    try await servedAtLast(fixture, as: 302) { try await way.approve(more: ["OTP": code]) }
    let query = try CredentialWay.accountQuery(fixture)
    // Each time from a browser that has no cookie of ours.
    try await servedAtLast(fixture, as: 200) { try await PageVisitor(fixture).get("/oauth2/authorize?" + query) }
  }

  @Test("a confirmation page: no answer is taken, and the authorization waits on")
  func confirmation() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    func begin() async throws -> GatewayFixture.Answer {
      try await fixture.call(
        "credentials/authorize",
        #"{"credentialID":"\#(credential.id)","numSignatures":1,\#(Self.hashes),"authData":[{"id":"PAGE"}]}"#, .v2,
        token: fixture.alice)
    }
    #expect(try await during(fixture) { try await begin().status } == 503)
    #expect(fixture.signing.messenger.delivered.isEmpty)
    let handle = try #require(try await begin()["handle"]?.string)
    let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
    let visitor = PageVisitor(fixture)
    #expect(try await during(fixture) { try await visitor.get(path).status } == 503)
    let form = try await visitor.get(path).hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 }
    for _ in 0..<5 {
      let wrong = form.merging(["PIN": "0"]) { $1 }
      #expect(try await during(fixture) { try await visitor.post(path, wrong).status } == 503)
    }
    let check = #"{"handle":"\#(handle)"}"#
    #expect(try await fixture.call("credentials/authorizeCheck", check, .v2, token: fixture.alice).status == 202)
    #expect(try await visitor.post(path, form).status == 200)
    #expect(try await fixture.call("credentials/authorizeCheck", check, .v2, token: fixture.alice)["SAD"] != nil)
  }

  @Test("one-time codes and statements: no message is counted, no factor used up")
  func factors() async throws {
    let fixture = try await GatewayFixture()
    let phone = try await fixture.signing.createCredential("phone", expression: "SMS")
    func send() async throws -> Int {
      try await fixture.call("credentials/sendOTP", #"{"credentialID":"\#(phone.id)"}"#, token: fixture.alice).status
    }
    for _ in 0..<10 { #expect(try await during(fixture) { try await send() } == 503) }
    #expect(try await send() == 204)
    let both = try await fixture.signing.createCredential("both", scal: .two, expression: "PARTNER AND PIN")
    let now = fixture.signing.clock.now
    fixture.signing.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: "1", issued: now, expires: now + 60,
          authenticationTime: now, acr: "two", level: .high, methods: ["pwd"],
          authorizedDigests: AuthorizedDigests(hashAlgorithm: .sha256, numSignatures: 1, digests: [digest("a")]),
          digest: [1])))
    func authorize(pin: String) async throws -> GatewayFixture.Answer {
      let objects = #"[{"id":"PARTNER","value":"jws"},{"id":"PIN","value":"\#(pin)"}]"#
      return try await fixture.call(
        "credentials/authorize",
        #"{"credentialID":"\#(both.id)","numSignatures":1,\#(Self.hashes),"authData":\#(objects)}"#, .v2,
        token: fixture.alice)
    }
    for _ in 0..<6 {
      let answer = try await during(fixture) { try await authorize(pin: "0") }
      #expect(answer.status == 503 && answer.headers[.retryAfter] != nil, "\(answer.row)")
    }
    #expect(try await authorize(pin: SigningFixture.pin).status == 200)
  }

  @Test("nothing is authorized or signed while it is not known whether the partner is suspended; nothing is spent")
  func standing() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "PIN")
    let hash = #""hash":["\#(Base64.encode(digest("a")))"]"#
    func authorize() async throws -> GatewayFixture.Answer {
      try await fixture.call(
        "credentials/authorize",
        #"{"credentialID":"\#(credential.id)","numSignatures":1,"PIN":"\#(SigningFixture.pin)",\#(hash)}"#,
        token: fixture.alice)
    }
    #expect(try await during(fixture) { try await authorize().status } == 503)
    let sad = try #require(try await authorize()["SAD"]?.string)
    func sign() async throws -> Int {
      try await fixture.call(
        "signatures/signHash",
        #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)",\#(hash),"signAlgo":"1.2.840.10045.4.3.2"}"#,
        token: fixture.alice
      ).status
    }
    #expect(try await during(fixture) { try await sign() } == 503)
    #expect(try await sign() == 200)
  }

  @Test("who needs nothing of a partner is served: lists by tokens of log-ins, health, documents")
  func others() async throws {
    let fixture = try await GatewayFixture()
    try await during(fixture) {
      let listed = try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)
      #expect(listed.status == 200, "\(listed.row)")
      for (path, status) in [
        ("/health/live", 200), ("/health/ready", 200), ("/logo.png", 200), (fixture.gateway.pages.style, 200),
        ("/brand/portal/logo-0.png", 503), ("/openapi.yaml", 200), ("/nowhere", 404),
      ] { #expect(try await PageVisitor(fixture).get(path).status == status, "\(path)") }
    }
  }

  @Test("a browser's script is refused before anything is done for it; software is not")
  func scripts() async throws {
    let fixture = try await GatewayFixture()
    fixture.partners.change(PartnerID("portal")) { $0.browserOrigins = ["https://portal.example"] }
    func call(_ path: String, _ origin: String?) async throws -> TestResponse {
      var headers: HTTPFields = [.contentType: "application/json"]
      headers[.origin] = origin
      let sent = headers
      return try await fixture.application.test(.router) { client in
        try await client.execute(uri: path, method: .post, headers: sent, body: ByteBuffer(string: "{}"))
      }
    }
    for path in ["/csc/v1/info", "/csc/v2/info", "/oauth2/token"] {
      let script = try await during(fixture) { try await call(path, "https://portal.example") }
      #expect(script.status == .serviceUnavailable && script.headers[.retryAfter] != nil, "\(path)")
      #expect(script.headers[.accessControlAllowOrigin] == nil && script.headers[values: .vary].contains("Origin"))
      let software = try await during(fixture) { try await call(path, nil) }
      #expect(software.status != .serviceUnavailable && software.headers[values: .vary].contains("Origin"), "\(path)")
      let after = try await call(path, "https://portal.example")
      #expect(after.headers[.accessControlAllowOrigin] == "https://portal.example")
    }
  }
}
