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
  /// Asks for a code in the way of each version.
  private func send(
    _ fixture: GatewayFixture, _ id: CredentialID, _ version: CSCVersion, _ rest: String = "", token: String? = nil
  ) async throws -> GatewayFixture.Answer {
    let token = token ?? fixture.alice
    return switch version {
    case .v1:
      try await fixture.call("credentials/sendOTP", #"{"credentialID":"\#(id)"\#(rest)}"#, .v1, token: token)
    case .v2:
      try await fixture.call(
        "credentials/getChallenge", #"{"credentialID":"\#(id)","authObjectID":"SMS"\#(rest)}"#, .v2, token: token)
    }
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

  @Test("204 without a body, a code at the customer, and a SAD for it", arguments: CSCVersion.allCases)
  func flow(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "PIN AND SMS")
    let sent = try await send(fixture, credential.id, version, #","description":"Order 7","clientData":"x""#)
    #expect(sent.status == 204 && sent.json == JSONObject())
    let message = try #require(fixture.signing.messenger.delivered.first)
    #expect(message.text.contains("Order 7") && message.text.contains("portal"))
    let code = try #require(fixture.signing.messenger.code)
    let answer = try await authorize(fixture, credential.id, version, code: code)
    #expect(answer.status == 200 && answer["SAD"]?.string != nil)
  }

  @Test("the rows of sendOTP and getChallenge", arguments: CSCVersion.allCases)
  func rows(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential("c1", expression: "PIN AND SMS")
    let offline = try await fixture.signing.createCredential("c2", expression: "PIN AND OTP")
    let request = "400 invalid_request"
    let method = version == .v1 ? "credentials/sendOTP" : "credentials/getChallenge"
    for body in ["{}", #"{"credentialID":5,"authObjectID":"SMS"}"#] {
      #expect(
        try await fixture.call(method, body, version, token: fixture.alice).row
          == "\(request) Missing (or invalid type) string parameter credentialID")
    }
    #expect(try await send(fixture, CredentialID("x"), version).row == "\(request) Invalid parameter credentialID")
    for stranger in [fixture.bob, fixture.otherPartner] {
      #expect(
        try await send(fixture, credential.id, version, token: stranger).row
          == "\(request) Invalid parameter credentialID")
    }
    #expect(
      try await send(fixture, offline.id, version).row
        == (version == .v1
          ? "\(request) The credential identified by credentialID has no online OTP"
          : "\(request) Invalid parameter authObjectID"))
    for description in ["5", "\"\(String(repeating: "x", count: 501))\""] {
      #expect(
        try await send(fixture, credential.id, version, #","description":\#(description)"#).row
          == "\(request) Invalid parameter description")
    }
    #expect(fixture.signing.messenger.delivered.isEmpty)
  }

  @Test("a wrong code, and a locked one, in the words of each version", arguments: CSCVersion.allCases)
  func wrong(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "PIN AND SMS")
    #expect(try await send(fixture, credential.id, version).status == 204)
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
    #expect(try await send(fixture, credential.id, version).row == locked)
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

  @Test("too often: 429 with the seconds to wait", arguments: CSCVersion.allCases)
  func tooOften(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "SMS")
    #expect(try await send(fixture, credential.id, version).status == 204)
    fixture.signing.clock.advance(10)
    let answer = try await send(fixture, credential.id, version)
    #expect(answer.status == 429 && answer.headers[.retryAfter] == "20")
    #expect(answer["error"] == "temporarily_unavailable")
    fixture.signing.clock.advance(20)
    #expect(try await send(fixture, credential.id, version).status == 204)
  }

  @Test("a messenger that is down: 503 with Retry-After; none at all: 500")
  func messengerDown() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "SMS")
    fixture.signing.messenger.fail(.unavailable)
    let answer = try await send(fixture, credential.id, .v1)
    #expect(answer.status == 503 && answer.headers[.retryAfter] != nil && answer["error"] == "temporarily_unavailable")
    fixture.signing.messenger.fail(.notConfigured)
    #expect(try await send(fixture, credential.id, .v1).status == 500)
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
