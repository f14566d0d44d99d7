import CSCModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import SoleControl
import TestSupport
import Testing
import WireJSON
import Texts

@testable import HTTPGateway
import Vocabulary

/// `credentials/create` and `credentials/delete` with the authorization that each needs, over HTTP.
@Suite("Creating and deleting credentials over HTTP", .timeLimit(.minutes(5)))
struct LifecycleHTTPTests {
  private static let challenge = "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"
  private static let verifier = "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB"
  private static let pin = "271828"
  private static let policy = TestIssuance.policies.explicit
  private static let request = "400 invalid_request"

  // MARK: The way through the pages

  private static func query(_ parameters: [String: String]) -> String {
    parameters.merging([
      "response_type": "code", "client_id": "portal", "redirect_uri": OAuthFixture.redirectURI,
      "code_challenge": challenge, "code_challenge_method": "S256",
    ]) { mine, _ in mine }.map { "\($0.key)=\(PercentText.encode($0.value))" }.joined(separator: "&")
  }

  /// The consent page, or where the browser is sent instead.
  private func consent(
    _ fixture: GatewayFixture, _ parameters: [String: String], user: String = "alice", language: String? = nil
  ) async throws -> (visitor: PageVisitor, page: PageVisitor.Page) {
    let visitor = PageVisitor(fixture)
    try await addProof(fixture)
    let logIn = try await visitor.get("/oauth2/authorize?\(Self.query(parameters))")
    guard logIn.status == 200 else { return (visitor, logIn) }
    let form = logIn.hidden.merging(["username": user, "password": GatewayFixture.password]) { $1 }
    return (visitor, try await visitor.post("/oauth2/login", form))
  }

  /// The credential of alice's whose PIN is asked for when she orders another one.
  private func addProof(_ fixture: GatewayFixture) async throws {
    let id = CredentialID("proof")
    guard try await fixture.signing.store.read({ try $0.mac(of: id) }) == nil else { return }
    _ = try await fixture.signing.createCredential("proof", age: 100)
  }

  private func location(_ page: PageVisitor.Page) -> String { page.headers[.location] ?? "no redirect: \(page.text)" }

  private func token(
    _ fixture: GatewayFixture, _ end: PageVisitor.Page, _ extra: [String: String] = [:], client: String = "portal"
  ) async throws -> GatewayFixture.Answer {
    let code = String(try #require(location(end).firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location(end))").1)
    return try await exchange(fixture, code, extra, client: client)
  }

  private func exchange(
    _ fixture: GatewayFixture, _ code: String, _ extra: [String: String] = [:], client: String = "portal"
  ) async throws -> GatewayFixture.Answer {
    let form = [
      "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthFixture.redirectURI,
      "code_verifier": Self.verifier, "client_id": client, "client_secret": OAuthFixture.secret,
    ].merging(extra) { $1 }
    return try await post(fixture, "/oauth2/token", form)
  }

  private func post(
    _ fixture: GatewayFixture, _ path: String, _ form: [String: String]
  ) async throws -> GatewayFixture.Answer {
    let body = form.map { "\($0.key)=\(PercentText.encode($0.value))" }.joined(separator: "&")
    return try await fixture.application.test(.router) { client in
      try await client.execute(
        uri: path, method: .post, headers: [.contentType: "application/x-www-form-urlencoded"],
        body: ByteBuffer(string: body)
      ) { answer in
        let octets = Array(answer.body.readableBytesView)
        return GatewayFixture.Answer(
          status: answer.status.code,
          json: try octets.isEmpty ? JSONObject() : #require(JSONValue.parse(octets, limits: .own).object),
          headers: answer.headers)
      }
    }
  }

  private static let creation = ["scope": "credential-creation", "certificatePolicy": policy]

  /// The access token of the honest way.
  private func creationToken(
    _ fixture: GatewayFixture, _ parameters: [String: String] = creation
  ) async throws -> String {
    let (visitor, page) = try await consent(fixture, parameters)
    let end = try await visitor.post(
      "/oauth2/consent",
      page.hidden.merging([
        "decision": "approve", "PIN": SigningFixture.pin, "newPIN": Self.pin, "repeatedPIN": Self.pin,
      ]) { $1 })
    return try #require(try await token(fixture, end)["access_token"]?.string)
  }

  private func body(_ policy: String = policy, subject: String? = nil, more: String = "") -> String {
    let subject = subject.map { #","subjectData":\#($0)"# } ?? ""
    return #"{"credentialCreationRequest":{"certificatePolicy":"\#(policy)"\#(subject)}\#(more)}"#
  }

  // MARK: Creation

  @Test(
    "a person sees what will be made and chooses a PIN; the client makes it, once, and it signs",
    arguments: [
      ("en", "Create a signing certificate", "Plain certificate"), ("de", "Signaturzertifikat ausstellen", "Plain"),
    ])
  func creation(language: String, title: String, policyName: String) async throws {
    let fixture = try await GatewayFixture()
    let (visitor, page) = try await consent(fixture, Self.creation.merging(["lang": language]) { $1 })
    #expect(page.status == 200 && page.text.contains(title) && page.text.contains(policyName))
    #expect(page.text.contains(Self.policy) && page.text.contains("<bdi>Alice Example</bdi>"))
    func answer(_ pin: String?, _ again: String?) async throws -> PageVisitor.Page {
      var form = page.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 }
      form["newPIN"] = pin
      form["repeatedPIN"] = again
      return try await visitor.post("/oauth2/consent", form)
    }
    let texts = Texts.of(Language(rawValue: language) ?? .english).pages
    for (pin, again, text) in [
      (nil, nil, texts.missingNewPIN), (Self.pin, nil, texts.missingRepeatedPIN),
      (Self.pin, "271829", texts.pinsDiffer), ("123456", "123456", texts.unsuitablePIN),
      ("12a456", "12a456", texts.unsuitablePIN),
    ] {
      let again = try await answer(pin, again)
      #expect(again.status == 400 && again.text.contains(text), "\(text)")
      #expect(!again.text.contains(Self.pin))
    }
    let issued = try await token(fixture, try await answer(Self.pin, Self.pin))
    #expect(issued.status == 200 && issued["scope"] == "credential-creation" && issued["token_type"] == "Bearer")
    #expect(issued["expires_in"] == 300 && issued["credentialID"] == nil && issued["refresh_token"] == nil)
    let access = try #require(issued["access_token"]?.string)

    let made = try await fixture.call(
      "credentials/create",
      body(
        subject:
          #"{"given_name":"Alice","family_name":"Example","birthdate":"1980-12-01","gender":"female","address":{"country":"AT","locality":"Wien"},"name":null}"#,
        more:
          #","credentialInfo":true,"certificates":"chain","certInfo":true,"authInfo":true,"clientData":"x","unknown":1"#
      ),
      .v2, token: access)
    let id = try #require(made["credentialID"]?.string, "\(made)")
    #expect(made.status == 201 && made["cert"]?.object?["certificates"]?.array?.count == 3)
    #expect(
      made["cert"]?.object?["subjectDN"] == "CN=Alice Example,2.5.4.42=#0C05416C696365,2.5.4.4=#0C074578616D706C65,C=AT"
    )
    #expect(made["auth"]?.object?["expression"] == "PIN" && made["key"]?.object?["status"] == "enabled")
    let again = try await fixture.call("credentials/create", body(), .v2, token: access)
    #expect(again.row.hasPrefix("401 invalid_token"))

    let listed = try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)
    #expect(listed["credentialIDs"]?.array?.contains(.string(id)) == true)
    let sad = try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"\#(id)","numSignatures":1,"authData":[{"id":"PIN","value":"\#(Self.pin)"}]}"#, .v2,
      token: fixture.alice)
    let signed = try await fixture.call(
      "signatures/signHash",
      #"{"credentialID":"\#(id)","SAD":"\#(sad["SAD"]?.string ?? "")","hashes":["\#(Base64.encode(digest("a")))"],"#
        + #""hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","signAlgo":"1.2.840.10045.4.3.2"}"#, .v2, token: fixture.alice)
    #expect(signed.status == 200, "\(signed.row)")
  }

  @Test("a log-in password alone gives no credential: the PIN of one that the person has is asked for, and counted")
  func passwordAlone() async throws {
    let fixture = try await GatewayFixture()
    let (visitor, page) = try await consent(fixture, Self.creation)
    #expect(page.text.contains(Texts.of(.english).pages.creationProof) && page.text.contains("<bdi>proof</bdi>"))
    let form = page.hidden.merging(["decision": "approve", "newPIN": Self.pin, "repeatedPIN": Self.pin]) { $1 }
    let without = try await visitor.post("/oauth2/consent", form)
    #expect(without.status == 400 && without.text.contains(FieldTexts.pin(.english).missing))
    for _ in 0..<5 {
      let wrong = try await visitor.post("/oauth2/consent", form.merging(["PIN": "87654321"]) { $1 })
      #expect(wrong.status == 400 && wrong.headers[.location] == nil)
    }
    let locked = try await visitor.post("/oauth2/consent", form.merging(["PIN": SigningFixture.pin]) { $1 })
    #expect(locked.status == 400 && locked.headers[.location] == nil)
    #expect(try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)["credentialIDs"] == ["proof"])
  }

  @Test("a person without a credential gets none over the API; a client may ask only for what it is registered for")
  func notForEverybody() async throws {
    let fixture = try await GatewayFixture()
    let visitor = PageVisitor(fixture)
    let logIn = try await visitor.get("/oauth2/authorize?\(Self.query(Self.creation))")
    let end = try await visitor.post(
      "/oauth2/login", logIn.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 })
    #expect(location(end).contains("error=access_denied"))
    let type = LifecycleRequest.creationType
    for (parameters, error) in [
      (Self.creation, "invalid_scope"), (["scope": "credential-deletion", "credentialID": "proof"], "invalid_scope"),
      (
        ["authorization_details": #"[{"type":"\#(type)","certificatePolicy":"\#(Self.policy)"}]"#],
        "invalid_authorization_details"
      ),
    ] {
      let query = Self.query(parameters).replacing("client_id=portal", with: "client_id=plain")
      #expect(location(try await visitor.get("/oauth2/authorize?\(query)")).contains("error=\(error)"))
    }
  }

  @Test("by a rich request, pushed, nested or not; the token request repeats it")
  func rich() async throws {
    let fixture = try await GatewayFixture()
    let type = LifecycleRequest.creationType
    let flat = #"[{"type":"\#(type)","certificatePolicy":"\#(Self.policy)","subjectData":{"surname":"Example"}}]"#
    let nested =
      #"[{"type":"\#(type)","credentialCreationRequest":{"certificatePolicy":"\#(Self.policy)","subjectData":{"SN":"Example","birthdate":"1980-12-01"}}}]"#
    let pushed = try await post(
      fixture, "/oauth2/pushed_authorize",
      [
        "response_type": "code", "client_id": "portal", "client_secret": OAuthFixture.secret,
        "redirect_uri": OAuthFixture.redirectURI, "code_challenge": Self.challenge, "code_challenge_method": "S256",
        "authorization_details": flat, "scope": "credential-creation",
      ])
    let uri = try #require(pushed["request_uri"]?.string, "\(pushed.row)")
    try await addProof(fixture)
    let visitor = PageVisitor(fixture)
    let logIn = try await visitor.get("/oauth2/authorize?client_id=portal&request_uri=\(PercentText.encode(uri))")
    let page = try await visitor.post(
      "/oauth2/login", logIn.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 })
    let end = try await visitor.post(
      "/oauth2/consent",
      page.hidden.merging([
        "decision": "approve", "PIN": SigningFixture.pin, "newPIN": Self.pin, "repeatedPIN": Self.pin,
      ]) { $1 })
    let code = String(try #require(location(end).firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/)).1)
    #expect(try await exchange(fixture, code).row == "\(Self.request) Missing parameter authorization_details")
    #expect(
      try await exchange(
        fixture, code,
        ["authorization_details": #"[{"type":"\#(type)","certificatePolicy":"\#(Self.policy)"}]"#]
      ).row == "\(Self.request) Invalid parameter authorization_details")
    let issued = try await exchange(fixture, code, ["authorization_details": nested])
    #expect(issued.status == 200 && issued["scope"] == "credential-creation", "\(issued.row)")
    let echo = try #require(issued["authorization_details"]?.array?.first?.object)
    #expect(
      echo["type"] == .string(type)
        && echo["credentialCreationRequest"] == [
          "certificatePolicy": .string(Self.policy), "subjectData": ["family_name": "Example"],
        ])
    // Required members only: without credentialInfo the rest does not count.
    let made = try await fixture.call(
      "credentials/create", body(more: #","certificates":"all","certInfo":5,"authData":[]"#), .v2,
      token: try #require(issued["access_token"]?.string))
    #expect(made.status == 201 && made["credentialID"] != nil && made["key"]?.object?["len"] == 256)
    #expect(made["cert"] == ["status": "valid"] && made["auth"]?.object?["mode"] == "explicit")
  }

  @Test("what could never be granted is told to the client, before anybody logs in")
  func neverGranted() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("page", expression: "PAGE")
    func error(_ parameters: [String: String], base: String = "/oauth2") async throws -> String {
      let page = try await PageVisitor(fixture).get("\(base)/authorize?\(Self.query(parameters))")
      let parts = location(page).split(separator: "?").last?.split(separator: "&") ?? []
      return parts.prefix(2).joined(separator: " ").replacing("%20", with: " ")
    }
    let type = LifecycleRequest.creationType
    let rows: [([String: String], String)] = [
      (
        ["scope": "credential-creation", "certificatePolicy": "1.2.3"],
        "error=invalid_request error_description=Invalid parameter certificatePolicy"
      ),
      (
        ["scope": "credential-creation", "certificatePolicy": "x"],
        "error=invalid_request error_description=Invalid parameter certificatePolicy"
      ),
      (
        ["scope": "credential-deletion", "credentialID": "none"],
        "error=invalid_request error_description=Invalid parameter credentialID"
      ),
      (
        ["scope": "credential-deletion", "credentialID": "page"],
        "error=invalid_request error_description=Invalid parameter credentialID"
      ),
      (
        ["authorization_details": #"[{"type":"\#(type)","certificatePolicy":7}]"#],
        "error=invalid_request error_description=Missing %28or invalid type%29 string parameter certificatePolicy"
      ),
      (
        ["authorization_details": #"[{"type":"\#(type)"}]"#],
        "error=invalid_request error_description=Missing %28or invalid type%29 string parameter certificatePolicy"
      ),
      (
        ["authorization_details": #"[{"type":"credential-deletion"}]"#],
        "error=invalid_request error_description=Missing %28or invalid type%29 string parameter credentialID"
      ),
      (
        [
          "authorization_details": #"[{"type":"\#(type)","certificatePolicy":"\#(Self.policy)"},{"type":"credential"}]"#
        ],
        "error=invalid_authorization_details error_description=Invalid parameter authorization_details"
      ),
      (
        [
          "authorization_details": #"[{"type":"\#(type)","certificatePolicy":"\#(Self.policy)"}]"#,
          "scope": "credential",
        ],
        "error=invalid_scope error_description=The requested scope is invalid%2C unknown%2C or malformed."
      ),
    ]
    for (parameters, expected) in rows { #expect(try await error(parameters) == expected) }
    // v1 knows no such scopes, nor does a service without an issuer.
    let scope = "error=invalid_scope error_description=The requested scope is invalid%2C unknown%2C or malformed."
    #expect(try await error(Self.creation, base: "/csc/v1/oauth2") == scope)
    let bare = try await GatewayFixture(withIssuer: false)
    let page = try await PageVisitor(bare).get("/oauth2/authorize?\(Self.query(Self.creation))")
    #expect(location(page).contains("error=invalid_scope"))
    let metadata = try await bare.application.test(.router) {
      try await $0.execute(uri: "/.well-known/oauth-authorization-server", method: .get) { String(buffer: $0.body) }
    }
    #expect(!metadata.contains("credential-creation") && !metadata.contains("credential-deletion"))
    let full = try await fixture.application.test(.router) {
      try await $0.execute(uri: "/.well-known/oauth-authorization-server", method: .get) { String(buffer: $0.body) }
    }
    #expect(full.contains(#""credential-creation""#) && full.contains("2025/credential-deletion"))
    // The short types are offered too, and asked for as the long ones.
    let short = #"[{"type":"credential-creation","credentialCreationRequest":{"certificatePolicy":"1.2.3"}}]"#
    #expect(
      try await error(["authorization_details": short])
        == "error=invalid_request error_description=Invalid parameter certificatePolicy")
    #expect(
      try await error(["authorization_details": #"[{"type":"credential-deletion","credentialID":"none"}]"#])
        == "error=invalid_request error_description=Invalid parameter credentialID")
    let info = try await bare.call("info", "{}", .v2)
    #expect(info["methods"]?.array?.contains("credentials/create") == false)
    let more = try await fixture.call("info", "{}", .v2)
    #expect(more["methods"]?.array?.contains("credentials/create") == true)
    #expect(try await fixture.call("info", "{}", .v1)["methods"]?.array?.contains("credentials/create") == false)
  }

  @Test("a person whose name is another's, or whom nobody identified, gets no certificate, and the client no code")
  func notThisPerson() async throws {
    let fixture = try await GatewayFixture()
    let denied = "\(OAuthFixture.redirectURI)?error=access_denied"
    let type = LifecycleRequest.creationType
    let details = #"[{"type":"\#(type)","certificatePolicy":"\#(Self.policy)","subjectData":{"CN":"Bob Example"}}]"#
    #expect(location(try await consent(fixture, ["authorization_details": details]).page).hasPrefix(denied))
    #expect(location(try await consent(fixture, Self.creation, user: "bob").page).hasPrefix(denied))
    _ = try await fixture.signing.createCredential("alices")
    let deletion = ["scope": "credential-deletion", "credentialID": "alices"]
    #expect(location(try await consent(fixture, deletion, user: "bob").page).hasPrefix(denied))
    // Declined.
    let (visitor, page) = try await consent(fixture, Self.creation)
    let end = try await visitor.post("/oauth2/consent", page.hidden.merging(["decision": "deny"]) { $1 })
    #expect(location(end).hasPrefix(denied))
  }

  @Test("credentials/create: the rows, which use nothing up")
  func creationRows() async throws {
    let fixture = try await GatewayFixture()
    let access = try await creationToken(fixture)
    let missing = "\(Self.request) Missing (or invalid type)"
    let rows: [(String, String)] = [
      ("{}", "\(missing) parameter “credentialCreationRequest”"),
      (#"{"credentialCreationRequest":"x"}"#, "\(missing) parameter “credentialCreationRequest”"),
      (#"{"credentialCreationRequest":{}}"#, "\(missing) string parameter certificatePolicy"),
      (#"{"credentialCreationRequest":{"certificatePolicy":1}}"#, "\(missing) string parameter certificatePolicy"),
      (body("x"), "\(Self.request) Invalid parameter certificatePolicy"),
      (body("1.02.3"), "\(Self.request) Invalid parameter certificatePolicy"),
      (body(TestIssuance.policies.oauth2code), "\(Self.request) Invalid parameter certificatePolicy"),
      (body(subject: #""Alice""#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"givenName":"Bob"}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"givenName":1}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"givenName":"Alice","GN":"Bob"}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"organization":"Example"}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"address":"AT"}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"address":{"country":7}}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"address":{"country":"DE"}}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"country":"AT","address":{"country":"DE"}}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(subject: #"{"name":"Bob Example"}"#), "\(Self.request) Invalid parameter subjectData"),
      (body(more: #","clientData":7"#), "\(Self.request) Invalid parameter clientData"),
      (body(more: #","credentialInfo":"x""#), "\(Self.request) Invalid parameter credentialInfo"),
      (
        body(more: #","credentialInfo":true,"certificates":"all""#), "\(Self.request) Invalid parameter “certificates”"
      ),
      (body(more: #","credentialInfo":true,"certInfo":"x""#), "\(Self.request) Invalid parameter “certInfo”"),
      (body(more: #","credentialInfo":true,"authInfo":"x""#), "\(Self.request) Invalid parameter authInfo"),
      (body(more: #","authData":"x""#), "\(Self.request) Invalid parameter “authData”"),
      (body(more: #","authData":[{"id":"PIN","value":"271828"}]"#), "\(Self.request) Invalid parameter “authData”"),
      // Two spellings with two values.
      (
        body(more: #","credential_creation_request":{"certificatePolicy":"1.2.3"}"#),
        "\(missing) parameter “credentialCreationRequest”"
      ),
    ]
    for (body, expected) in rows {
      #expect(try await fixture.call("credentials/create", body, .v2, token: access).row == expected, "\(body)")
    }
    let scope = "403 insufficient_scope The request requires higher privileges than provided by the access token."
    for token in [fixture.alice, fixture.partner] {
      #expect(try await fixture.call("credentials/create", body(), .v2, token: token).row == scope)
    }
    #expect(try await fixture.call("credentials/delete", #"{"credentialID":"x"}"#, .v2, token: access).row == scope)
    #expect(
      try await fixture.call("credentials/create", body(), .v2).row
        == "400 invalid_request Malformed authorization header.")
    #expect(try await fixture.call("credentials/create", body(), .v1, token: access).status == 501)
    // The token opens nothing else.
    for method in ["credentials/list", "credentials/info", "signatures/signHash", "auth/revoke"] {
      #expect(try await fixture.call(method, "{}", .v2, token: access).row.hasPrefix("401 invalid_token"), "\(method)")
    }
    #expect(try await fixture.call("credentials/create", body(), .v2, token: access).status == 201)
    let late = try await creationToken(fixture)
    fixture.signing.clock.advance(300)
    #expect(try await fixture.call("credentials/create", body(), .v2, token: late).row.hasPrefix("401 expired_token"))
  }

  @Test("a code that comes twice, and a token that is revoked, end the order")
  func revoked() async throws {
    let fixture = try await GatewayFixture()
    let (visitor, page) = try await consent(fixture, Self.creation)
    let end = try await visitor.post(
      "/oauth2/consent",
      page.hidden.merging([
        "decision": "approve", "PIN": SigningFixture.pin, "newPIN": Self.pin, "repeatedPIN": Self.pin,
      ]) { $1 })
    let code = String(try #require(location(end).firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/)).1)
    let first = try #require(try await exchange(fixture, code)["access_token"]?.string)
    #expect(try await exchange(fixture, code).row == "400 invalid_grant Authorization code is invalid or expired")
    #expect(try await fixture.call("credentials/create", body(), .v2, token: first).row.hasPrefix("401 invalid_token"))

    let second = try await creationToken(fixture)
    func revoke(_ client: String) async throws -> Int {
      try await post(
        fixture, "/oauth2/revoke", ["token": second, "client_id": client, "client_secret": OAuthFixture.secret]
      ).status
    }
    #expect(try await revoke("rival") == 400)
    #expect(try await revoke("legacy") == 400)
    #expect(try await revoke("portal") == 204)
    #expect(try await fixture.call("credentials/create", body(), .v2, token: second).row.hasPrefix("401 invalid_token"))
  }
}
