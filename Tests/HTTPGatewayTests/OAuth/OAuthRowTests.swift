import CSCModel
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import SoleControl
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway
import Vocabulary

/// The error tables of the endpoints that clients call, over HTTP (CSC v1 §8.3.3, §8.3.4; v2 §8.2).
@Suite("Error tables of OAuth over HTTP", .timeLimit(.minutes(5)))
struct OAuthRowTests {
  private static let bases = ["/csc/v1/oauth2", "/oauth2"]
  private static let challenge = "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"
  private static let verifier = "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB"
  private static let client = [("client_id", "portal"), ("client_secret", OAuthFixture.secret)]
  private static let sha256 = "2.16.840.1.101.3.4.2.1"
  private static let request = "400 invalid_request"
  private static let digest = Base64.encode(TestSupport.digest("a"))
  private static let details =
    #"[{"type":"credential","credentialID":"c","documentDigests":[{"hash":"\#(digest)"}],"hashAlgorithmOID":"\#(sha256)"}]"#

  private typealias Form = [(String, String)]

  /// `status code text`.
  private func row(_ fixture: GatewayFixture, _ path: String, _ form: Form, header: String? = nil) async throws
    -> String
  {
    let answer = try await post(fixture, path, form, header: header)
    func text(_ name: String) -> String { answer.json[name]?.string ?? "-" }
    return "\(answer.status) \(text("error")) \(text("error_description"))"
  }

  private func post(
    _ fixture: GatewayFixture, _ path: String, _ form: Form, header: String? = nil
  ) async throws -> (status: Int, json: JSONObject) {
    var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    headers[.authorization] = header
    let fields = headers
    let body = form.map { "\($0.0)=\(PercentText.encode($0.1))" }.joined(separator: "&")
    return try await fixture.application.test(.router) { client in
      try await client.execute(uri: path, method: .post, headers: fields, body: ByteBuffer(string: body)) { answer in
        let octets = Array(answer.body.readableBytesView)
        return (
          answer.status.code, try octets.isEmpty ? JSONObject() : #require(JSONValue.parse(octets, limits: .own).object)
        )
      }
    }
  }

  @Test("the caller must be a registered client and prove it, once", arguments: bases)
  func clients(base: String) async throws {
    let fixture = try await GatewayFixture()
    let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    let rows: [(Form, String?, String)] = [
      ([], nil, "\(Self.request) Missing parameter client_id"),
      ([("client_id", "nobody")], nil, "\(Self.request) Invalid parameter client_id"),
      ([("client_id", "portal")], nil, "\(Self.request) Client authorization required"),
      (
        [("client_id", "portal"), ("client_secret", "wrong")], nil, "\(Self.request) Invalid parameter client_secret"
      ),
      (
        [("client_id", "portal"), ("client_assertion_type", assertion)], nil,
        "\(Self.request) Missing parameter client_assertion"
      ),
      (
        [("client_id", "portal"), ("client_assertion", "x"), ("client_assertion_type", "y")], nil,
        "\(Self.request) Invalid parameter client_assertion_type"
      ),
      (
        Self.client + [("client_assertion", "x"), ("client_assertion_type", assertion)], nil,
        "\(Self.request) More than one client authentication method"
      ),
      (
        [("client_id", "portal"), ("client_assertion", "x"), ("client_assertion_type", assertion)], nil,
        "401 invalid_client Invalid parameter client_assertion"
      ),
      ([("client_id", "portal")], "Basic ***", "401 invalid_client Invalid authorization header"),
      (
        [("client_id", "device")], nil, "401 invalid_client The connection has no registered certificate"
      ),
      (
        [("client_id", "app"), ("client_id", "app")], nil,
        "\(Self.request) The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
      ),
      (
        [("client_id", String(repeating: "x", count: 600_000))], nil, "\(Self.request) The request body is too large"
      ),
    ]
    let paths = [base + "/token", base + "/revoke"] + (base == "/oauth2" ? [base + "/pushed_authorize"] : [])
    for path in paths {
      for (form, header, expected) in rows {
        #expect(try await row(fixture, path, form, header: header) == expected, "\(path) \(form.map(\.0))")
      }
    }
  }

  @Test("revocation", arguments: bases)
  func revocation(base: String) async throws {
    let fixture = try await GatewayFixture()
    for (form, text) in [
      ([], "Missing parameter token"), ([("token", "x")], "Invalid string parameter token"),
      ([("token", "x"), ("token_type_hint", "id_token")], "Invalid parameter token_type_hint"),
    ] as [(Form, String)] {
      #expect(try await row(fixture, base + "/revoke", Self.client + form) == "\(Self.request) \(text)")
    }
  }

  @Test("what is pushed is checked as if a browser had brought it")
  func pushed() async throws {
    let fixture = try await GatewayFixture()
    let two = try await fixture.signing.createCredential("two", scal: .two, multisign: 3, mode: .oauth2code)
    var disabled = try await fixture.signing.createCredential("disabled", mode: .oauth2code)
    disabled.isEnabled = false
    try await fixture.signing.service.credentials.put(disabled, events: [])
    _ = try await fixture.signing.createCredential("explicit")
    let standard = [
      ("response_type", "code"), ("redirect_uri", OAuthFixture.redirectURI), ("code_challenge", Self.challenge),
      ("code_challenge_method", "S256"),
    ]
    func rich(_ member: String, _ value: String) -> [String: String] {
      ["authorization_details": Self.details.replacing(member, with: value)]
    }
    let credential = ["scope": "credential", "credentialID": two.id.rawValue]
    let rows: [([String: String?], String)] = [
      (["response_type": nil], "\(Self.request) Missing parameter response_type"),
      (
        ["response_type": "token"],
        "400 unsupported_response_type The authorization server does not support obtaining an authorization code using this method."
      ),
      (["request_uri": "x"], "\(Self.request) Invalid parameter request_uri"),
      (["redirect_uri": nil, "client_id": "batch"], "\(Self.request) Missing parameter redirect_uri"),
      (["redirect_uri": "https://evil.example/"], "\(Self.request) Invalid parameter redirect_uri"),
      (["request": "x"], "400 request_not_supported Parameter request is not supported"),
      (["code_challenge": nil], "\(Self.request) Missing parameter code_challenge"),
      (["code_challenge": "short"], "\(Self.request) Invalid parameter code_challenge"),
      (["code_challenge_method": "plain"], "\(Self.request) code_challenge_method must be S256"),
      (["state": String(repeating: "x", count: 1025)], "\(Self.request) Invalid parameter state"),
      (["account_token": "x"], "\(Self.request) Invalid parameter account_token"),
      (["scope": "all"], "400 invalid_scope The requested scope is invalid, unknown, or malformed."),
      (["scope": "credential"], "\(Self.request) Missing (or invalid type) string parameter credentialID"),
      (
        ["scope": "credential", "credentialID": "unknown"], "\(Self.request) Invalid parameter credentialID"
      ),
      // Authorized by credentials/authorize, and not here.
      (
        ["scope": "credential", "credentialID": "explicit"], "\(Self.request) Invalid parameter credentialID"
      ),
      (
        ["scope": "credential", "credentialID": disabled.id.rawValue],
        "\(Self.request) The credential identified by credentialID is disabled"
      ),
      (
        credential.merging(["numSignatures": "x"]) { $1 },
        "\(Self.request) Missing (or invalid type) integer parameter numSignatures"
      ),
      (
        credential.merging(["numSignatures": "0"]) { $1 }, "\(Self.request) Invalid value for parameter numSignatures"
      ),
      (
        credential.merging(["numSignatures": "4", "hashes": Self.digest]) { $1 },
        "\(Self.request) Numbers of signatures is too high"
      ),
      (credential, "\(Self.request) Missing (or invalid type) array parameter hashes"),
      (
        credential.merging(["numSignatures": "1", "hashes": "\(Self.digest),\(Self.digest)"]) { $1 },
        "\(Self.request) Invalid parameter hashes"
      ),
      (credential.merging(["hashes": "*"]) { $1 }, "\(Self.request) Invalid Base64 hash string parameter"),
      (credential.merging(["hashes": "AAAA"]) { $1 }, "\(Self.request) Invalid digest value length"),
      (
        credential.merging(["hashes": Self.digest, "hashAlgorithmOID": "1.3.14.3.2.26"]) { $1 },
        "\(Self.request) Invalid parameter hashAlgorithmOID"
      ),
      (
        credential.merging(["hashes": Self.digest, "description": String(repeating: "x", count: 501)]) { $1 },
        "\(Self.request) Invalid parameter description"
      ),
      (
        ["authorization_details": "x"], "400 invalid_authorization_details Invalid parameter authorization_details"
      ),
      (
        rich(#","hashAlgorithmOID":"\#(Self.sha256)""#, ""),
        "\(Self.request) Missing (or invalid type) string parameter hashAlgorithmOID"
      ),
    ]
    for (change, expected) in rows {
      let form = Dictionary(uniqueKeysWithValues: standard).merging(change.compactMapValues(\.self)) { $1 }
        .filter { change[$0.key] != .some(nil) }
      let client = [("client_id", "portal"), ("client_secret", OAuthFixture.secret)].filter { form[$0.0] == nil }
      #expect(
        try await row(fixture, "/oauth2/pushed_authorize", client + form.map { ($0.key, $0.value) }) == expected,
        "\(change)")
    }
    #expect(
      try await row(
        fixture, "/oauth2/pushed_authorize",
        [("client_id", "batch"), ("client_secret", OAuthFixture.secret)] + standard)
        == "400 unauthorized_client The client is not authorized to use this method.")
  }

  @Test("token: what the request alone decides", arguments: bases)
  func token(base: String) async throws {
    let fixture = try await GatewayFixture()
    func details(_ old: String, _ new: String) -> Form {
      [
        ("grant_type", "authorization_code"), ("code", "x"),
        ("authorization_details", Self.details.replacing(old, with: new)),
      ]
    }
    let rows: [(Form, String)] = [
      ([], "\(Self.request) Missing parameter grant_type"),
      ([("grant_type", "password")], "\(Self.request) Invalid parameter grant_type"),
      ([("grant_type", "authorization_code")], "\(Self.request) Missing parameter code"),
      ([("grant_type", "authorization_code"), ("code", "x")], "400 invalid_grant Invalid parameter code"),
      ([("grant_type", "refresh_token")], "\(Self.request) Missing parameter refresh_token"),
      (
        [("grant_type", "refresh_token"), ("refresh_token", "x")], "400 invalid_grant Invalid parameter refresh_token"
      ),
      (
        [("grant_type", "client_credentials"), ("scope", "credential")],
        "400 invalid_scope The requested scope is invalid, unknown, or malformed."
      ),
      (
        details(Self.details, "x"), "400 invalid_authorization_details Invalid parameter authorization_details"
      ),
      (
        details(#""credentialID":"c","#, ""), "\(Self.request) Missing (or invalid type) string parameter credentialID"
      ),
      (
        details(#","hashAlgorithmOID":"\#(Self.sha256)""#, ""),
        "\(Self.request) Missing (or invalid type) string parameter hashAlgorithmOID"
      ),
      (details(Self.sha256, "1.3.14.3.2.26"), "\(Self.request) Invalid parameter hashAlgorithmOID"),
      (details(Self.digest, "*"), "\(Self.request) Invalid Base64 hash string parameter"),
      (details(Self.digest, "AAAA"), "\(Self.request) Invalid digest value length"),
      (
        details(#""credentialID""#, #""numSignatures":0,"credentialID""#),
        "\(Self.request) Invalid value for parameter numSignatures"
      ),
      (
        details(#""credentialID""#, #""description":"\#(String(repeating: "x", count: 501))","credentialID""#),
        "\(Self.request) Invalid parameter description"
      ),
    ]
    for (form, expected) in rows {
      #expect(try await row(fixture, base + "/token", Self.client + form) == expected, "\(form)")
    }
    let app = [("client_id", "app"), ("grant_type", "client_credentials")]
    #expect(
      try await row(fixture, base + "/token", app)
        == "400 unauthorized_client The client is not authorized to use this method.")
  }

  @Test(
    "token: a code for its client, its redirect URI, its verifier and its details, once and in time", arguments: bases)
  func code(base: String) async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", scal: .two, mode: .oauth2code)
    func exchange(_ code: String, _ changes: [String: String?] = [:]) async throws -> String {
      let form = [
        "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthFixture.redirectURI,
        "code_verifier": Self.verifier,
      ].merging(changes.compactMapValues(\.self)) { $1 }.filter { changes[$0.key] != .some(nil) }
      return try await row(fixture, base + "/token", Self.client + form.map { ($0.key, $0.value) })
    }
    let spent = try await code(fixture, base, ["scope": "service"])
    #expect(
      try await exchange(spent, ["redirect_uri": nil])
        == "400 invalid_grant redirect_uri parameter does not match redirect_uri parameter of authorization request")
    #expect(try await exchange(spent, ["code_verifier": nil]) == "400 invalid_grant Invalid parameter code_verifier")
    #expect(
      try await exchange(spent, ["authorization_details": Self.details])
        == "\(Self.request) Invalid parameter authorization_details")
    let creation = #"[{"type":"https://cloudsignatureconsortium.org/2025/credential-creation""#
    let missing = "Missing (or invalid type)"
    for (members, text) in [
      ("", "\(missing) string parameter certificatePolicy"),
      (#","certificatePolicy":"x""#, "Invalid parameter certificatePolicy"),
      (#","certificatePolicy":"1.2.3","subjectData":"x""#, "Invalid parameter subjectData"),
      (#","certificatePolicy":"1.2.3","subjectData":{"x":"y"}"#, "Invalid parameter subjectData"),
    ] {
      #expect(
        try await exchange(spent, ["authorization_details": creation + members + "}]"]) == "\(Self.request) \(text)")
    }
    #expect(try await exchange(spent) == "200 - -")
    #expect(try await exchange(spent) == "400 invalid_grant Authorization code is invalid or expired")

    let rich = try await code(fixture, base, ["authorization_details": Self.details])
    #expect(try await exchange(rich) == "\(Self.request) Missing parameter authorization_details")
    #expect(try await exchange(rich, ["authorization_details": Self.details]) == "200 - -")

    let late = try await code(fixture, base, ["scope": "service"])
    fixture.signing.clock.advance(61)
    #expect(try await exchange(late) == "400 invalid_grant Authorization code is invalid or expired")
  }

  @Test("what the consent page showed cannot be exchanged for other digests", arguments: CSCVersion.allCases)
  func extended(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", scal: .two, mode: .oauth2code)
    let base = version == .v1 ? "/csc/v1/oauth2" : "/oauth2"
    let code = try await code(fixture, base, ["authorization_details": Self.details])
    let issued = try await post(
      fixture, base + "/token",
      Self.client + [
        ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", OAuthFixture.redirectURI),
        ("code_verifier", Self.verifier), ("authorization_details", Self.details),
      ])
    let sad = try #require(issued.json["access_token"]?.string, "\(issued)")
    let service = try await post(fixture, base + "/token", Self.client + [("grant_type", "client_credentials")])
    let other = Base64.encode(TestSupport.digest("other"))
    let answer = try await fixture.call(
      "credentials/extendTransaction",
      #"{"credentialID":"c","SAD":"\#(sad)","\#(version == .v1 ? "hash" : "hashes")":["\#(other)"],"hashAlgorithmOID":"\#(Self.sha256)"}"#,
      version, token: service.json["access_token"]?.string)
    #expect(
      answer.row
        == "\(Self.request) Hash is not authorized by "
        + (version == .v1 ? "the SAD." : "neither SAD nor an access token with scope “credential”."))
  }

  @Test("token: a refresh token in time", arguments: bases)
  func refresh(base: String) async throws {
    let fixture = try await GatewayFixture()
    let code = try await code(fixture, base, ["scope": "service"])
    let issued = try await post(
      fixture, base + "/token",
      Self.client + [
        ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", OAuthFixture.redirectURI),
        ("code_verifier", Self.verifier),
      ])
    let token = try #require(issued.json["refresh_token"]?.string)
    fixture.signing.clock.advance(31 * 86400)
    #expect(
      try await row(
        fixture, base + "/token", Self.client + [("grant_type", "refresh_token"), ("refresh_token", token)])
        == "400 invalid_grant Refresh token expired")
  }

  /// The code that a person's way through the pages gives.
  private func code(_ fixture: GatewayFixture, _ base: String, _ parameters: [String: String]) async throws -> String {
    let asked = parameters.merging([
      "response_type": "code", "client_id": "portal", "redirect_uri": OAuthFixture.redirectURI,
      "code_challenge": Self.challenge, "code_challenge_method": "S256",
    ]) { $1 }
    let visitor = PageVisitor(fixture)
    let query = asked.map { "\($0.key)=\(PercentText.encode($0.value))" }.joined(separator: "&")
    let logIn = try await visitor.get("\(base)/authorize?\(query)")
    let consent = try await visitor.post(
      "/oauth2/login", logIn.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 })
    let end = try await visitor.post(
      "/oauth2/consent", consent.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 })
    let location = try #require(end.headers[.location], "\(end.text)")
    return String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/)).1)
  }
}
