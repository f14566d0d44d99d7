import CSCModel
import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import WireJSON
import Texts

@testable import HTTPGateway
import Vocabulary

@Suite("One-time codes over HTTP", .timeLimit(.minutes(5)))
struct OneTimeCodeTests {
  /// Ways to ask for a code.
  enum Way: CaseIterable {
    case sendOTP1, sendOTP2, getChallenge

    var version: CSCVersion { self == .sendOTP1 ? .v1 : .v2 }
    var method: String { self == .getChallenge ? "credentials/getChallenge" : "credentials/sendOTP" }
  }

  private func send(
    _ fixture: GatewayFixture, _ id: CredentialID, _ way: Way, _ rest: String = "", token: String? = nil
  ) async throws -> GatewayFixture.Answer {
    let object = way == .getChallenge ? #","authObjectID":"SMS""# : ""
    return try await fixture.call(
      way.method, #"{"credentialID":"\#(id)"\#(object)\#(rest)}"#, way.version, token: token ?? fixture.alice)
  }

  private func authorize(
    _ fixture: GatewayFixture, _ id: CredentialID, _ version: CSCVersion, code: String
  ) async throws -> GatewayFixture.Answer {
    let factors =
      version == .v1
      ? #""PIN":"12345678","OTP":"\#(code)""#
      : #""authData":[{"id":"PIN","value":"12345678"},{"id":"SMS","value":"\#(code)"}]"#
    return try await fixture.call(
      "credentials/authorize", #"{"credentialID":"\#(id)","numSignatures":1,\#(factors)}"#, version,
      token: fixture.alice)
  }

  @Test("204 without a body, a code at the customer, and a SAD for it", arguments: Way.allCases)
  func flow(way: Way) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "PIN AND SMS")
    let sent = try await send(fixture, credential.id, way, #","description":"Order 7","clientData":"x""#)
    #expect(sent.status == 204 && sent.json == JSONObject())
    let message = try #require(fixture.signing.messenger.delivered.first)
    #expect(message.text.contains("Order 7") && message.text.contains("portal"))
    let code = try #require(fixture.signing.messenger.code)
    let answer = try await authorize(fixture, credential.id, way.version, code: code)
    #expect(answer.status == 200 && answer["SAD"]?.string != nil)
  }

  @Test("the rows of sendOTP and getChallenge", arguments: Way.allCases)
  func rows(way: Way) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential("c1", expression: "PIN AND SMS")
    let offline = try await fixture.signing.createCredential("c2", expression: "PIN AND OTP")
    let request = "400 invalid_request"
    for body in ["{}", #"{"credentialID":5,"authObjectID":"SMS"}"#] {
      #expect(
        try await fixture.call(way.method, body, way.version, token: fixture.alice).row
          == "\(request) Missing (or invalid type) string parameter credentialID")
    }
    #expect(try await send(fixture, CredentialID("x"), way).row == "\(request) Invalid parameter credentialID")
    for stranger in [fixture.bob, fixture.otherPartner] {
      #expect(
        try await send(fixture, credential.id, way, token: stranger).row
          == "\(request) Invalid parameter credentialID")
    }
    #expect(
      try await send(fixture, offline.id, way).row
        == (way == .getChallenge
          ? "\(request) Invalid parameter authObjectID"
          : "\(request) The credential identified by credentialID has no online OTP"))
    for description in ["5", "\"\(String(repeating: "x", count: 501))\""] {
      #expect(
        try await send(fixture, credential.id, way, #","description":\#(description)"#).row
          == "\(request) Invalid parameter description")
    }
    #expect(fixture.signing.messenger.delivered.isEmpty)
  }

  @Test("a wrong code, and a locked one, in the words of each version and method", arguments: Way.allCases)
  func wrong(way: Way) async throws {
    let fixture = try await GatewayFixture()
    let version = way.version
    let credential = try await fixture.signing.createCredential(expression: "PIN AND SMS")
    #expect(try await send(fixture, credential.id, way).status == 204)
    let right = try #require(fixture.signing.messenger.code)
    let wrong = right == "000000" ? "000001" : "000000"
    for _ in 0..<3 {
      #expect(
        try await authorize(fixture, credential.id, version, code: wrong).row
          == (version == .v1
            ? "400 invalid_otp The OTP is invalid"
            : "400 invalid_authentication_data The authentication data is invalid"))
    }
    let locked = "400 invalid_request " + (version == .v1 ? "OTP locked" : "Credential locked")
    #expect(try await authorize(fixture, credential.id, version, code: right).row == locked)
    fixture.signing.clock.advance(30)
    let asked = try await send(fixture, credential.id, way)
    #expect(asked.row == "400 invalid_request " + (way == .getChallenge ? "Credential locked" : "OTP locked"))
  }

  @Test("a code that is missing", arguments: CSCVersion.allCases)
  func missing(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "PIN AND SMS")
    let answer = try await fixture.call(
      "credentials/authorize", #"{"credentialID":"\#(credential.id)","numSignatures":1,"PIN":"12345678"}"#, version,
      token: fixture.alice)
    #expect(
      answer.row
        == (version == .v1
          ? "400 invalid_request Missing (or invalid type) string parameter OTP"
          : "400 invalid_authentication_data The authentication data is invalid; still needed: SMS"))
  }

  @Test("too often: 429 with the seconds to wait", arguments: Way.allCases)
  func tooOften(way: Way) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "SMS")
    #expect(try await send(fixture, credential.id, way).status == 204)
    fixture.signing.clock.advance(10)
    let answer = try await send(fixture, credential.id, way)
    #expect(answer.status == 429 && answer.headers[.retryAfter] == "20")
    #expect(answer["error"] == "temporarily_unavailable")
    fixture.signing.clock.advance(20)
    #expect(try await send(fixture, credential.id, way).status == 204)
  }

  @Test("a messenger that is down: 503 with Retry-After; none at all: 500")
  func messengerDown() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "SMS")
    fixture.signing.messenger.fail(.unavailable)
    let answer = try await send(fixture, credential.id, .sendOTP1)
    #expect(answer.status == 503 && answer.headers[.retryAfter] != nil && answer["error"] == "temporarily_unavailable")
    fixture.signing.messenger.fail(.notConfigured)
    #expect(try await send(fixture, credential.id, .sendOTP1).status == 500)
  }

  @Test("the consent page sends a code, and takes it with the PIN")
  func consent() async throws {
    let fixture = try await GatewayFixture()
    var credential = try await fixture.signing.createCredential(expression: "PIN AND SMS")
    credential.mode = .oauth2code
    try await fixture.signing.service.credentials.put(credential, events: [])
    let visitor = PageVisitor(fixture)
    let query = [
      "response_type": "code", "client_id": "legacy", "redirect_uri": OAuthFixture.redirectURI, "scope": "credential",
      "credentialID": credential.id.rawValue, "numSignatures": "1", "hash": Base64.encodeURL(digest("a")),
    ].map { "\($0.key)=\(PercentText.encode($0.value))" }.joined(separator: "&")
    let logIn = try await visitor.get("/csc/v1/oauth2/authorize?" + query)
    let consent = try await visitor.post(
      "/oauth2/login", logIn.hidden.merging(["username": "alice", "password": GatewayFixture.password]) { $1 })
    #expect(consent.status == 200 && consent.text.contains("send-code"))
    let sent = try await visitor.post("/oauth2/consent", consent.hidden.merging(["decision": "send-code"]) { $1 })
    #expect(sent.status == 200 && sent.text.contains(Texts.of(.english).pages.sendNewCode))
    let code = try #require(fixture.signing.messenger.code)
    // Pressed twice: the code that went stays good. A little later nothing goes, and the page says so.
    for status in [200, 503] {
      let again = try await visitor.post("/oauth2/consent", sent.hidden.merging(["decision": "send-code"]) { $1 })
      #expect(again.status == status && fixture.signing.messenger.delivered.count == 1)
      fixture.signing.clock.advance(5)
    }
    let form = sent.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 }
    #expect(try await visitor.post("/oauth2/consent", form.merging(["SMS": "x"]) { $1 }).status == 400)
    let end = try await visitor.post("/oauth2/consent", form.merging(["SMS": code]) { $1 })
    #expect(end.headers[.location]?.contains("code=") == true, "\(end.status) \(end.text)")
  }

  @Test("credentials/info: online in v1, ChallengeResponse in v2")
  func info() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential("c1", expression: "PIN AND SMS")
    _ = try await fixture.signing.createCredential("c2", expression: "PIN AND (OTP OR SMS)")
    func info(_ id: String, _ version: CSCVersion) async throws -> JSONObject {
      try await fixture.call(
        "credentials/info", #"{"credentialID":"\#(id)","authInfo":true}"#, version, token: fixture.alice
      ).json
    }
    #expect(
      try await info(credential.id.rawValue, .v1)["OTP"] == [
        "presence": "true", "type": "online", "ID": "SMS", "format": "N", "label": "One-time password",
      ])
    let either = try await info("c2", .v1)["OTP"]?.object
    #expect(either?["presence"] == "optional" && either?["type"] == "online")
    let objects = try #require(try await info(credential.id.rawValue, .v2)["auth"]?.object?["objects"]?.array)
    #expect(
      objects.contains(["type": "ChallengeResponse", "id": "SMS", "format": "N", "label": "Code by message"]))
  }
}
