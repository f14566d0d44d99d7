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

@Suite("eID apps, over HTTP", .timeLimit(.minutes(5)))
struct EIDAppHTTPTests {
  private static let hashes =
    #""hashes":["\#(Base64.encode(digest("a")))"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#

  private func begin(
    _ fixture: GatewayFixture, _ id: CredentialID, authData: String = #"[{"id":"EIDAPP"}]"#, _ version: CSCVersion = .v2
  ) async throws -> GatewayFixture.Answer {
    try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"\#(id)","numSignatures":1,\#(Self.hashes),"authData":\#(authData)}"#, version,
      token: fixture.alice)
  }

  private func check(_ fixture: GatewayFixture, _ handle: String) async throws -> GatewayFixture.Answer {
    fixture.signing.clock.advance(StubBackchannel.interval)
    return try await fixture.call(
      "credentials/authorizeCheck", #"{"handle":"\#(handle)"}"#, .v2, token: fixture.alice)
  }

  private func statement(_ fixture: GatewayFixture) -> BackchannelStatement {
    let now = fixture.signing.clock.now
    return BackchannelStatement(
      issuer: "https://eid.example", subject: "subject-1", level: .high, acr: "high", authenticationTime: now,
      issued: now, expires: now + 300, tokenDigest: digest("token \(fixture.signing.app.polls.count)"))
  }

  @Test("202 and a handle, 202 while it waits, 200 with the SAD, which signs; the object is a ChallengeResponseOOB")
  func flow() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "EIDAPP")
    let info = try await fixture.call(
      "credentials/info", #"{"credentialID":"\#(credential.id)","authInfo":true}"#, .v2, token: fixture.alice)
    let object = try #require(info["auth"]?.object?["objects"]?.array?.first?.object)
    #expect(object["type"] == "ChallengeResponseOOB" && object["id"] == "EIDAPP" && object["generator"] == "ciba")
    let begun = try await begin(fixture, credential.id)
    let handle = try #require(begun["handle"]?.string, "\(begun.row)")
    #expect(begun.status == 202)
    #expect(try await check(fixture, handle).status == 202)
    fixture.signing.app.answer(.success(.approved(statement(fixture))))
    let granted = try await check(fixture, handle)
    let sad = try #require(granted["SAD"]?.string, "\(granted.row)")
    let signed = try await fixture.call(
      "signatures/signHash",
      #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)",\#(Self.hashes),"signAlgo":"1.2.840.10045.4.3.2"}"#, .v2,
      token: fixture.alice)
    #expect(signed.status == 200, "\(signed.row)")
  }

  @Test("the rows: refused, expired, provider down at the start and later, wrongly configured, a value, V1")
  func rows() async throws {
    let fixture = try await GatewayFixture()
    let app = fixture.signing.app
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "EIDAPP")
    let wrong = "400 invalid_authentication_data The authentication data is invalid"
    func opened() async throws -> String { try #require(try await begin(fixture, credential.id)["handle"]?.string) }

    let denied = try await opened()
    app.answer(.success(.denied))
    for _ in 0..<2 { #expect(try await check(fixture, denied).row == wrong) }
    let expired = try await opened()
    app.answer(.success(.expired))
    for _ in 0..<2 {
      #expect(try await check(fixture, expired).row == "400 invalid_request Invalid parameter handle")
    }
    let waiting = try await opened()
    app.answer(.failure(.unavailable(ProviderOutage(retryAfter: 7))))
    let down = try await check(fixture, waiting)
    #expect(down.status == 503 && down["error"] == "temporarily_unavailable" && down.headers[.retryAfter] == "7")
    #expect(try await check(fixture, waiting).status == 202)
    app.fail(.unavailable(ProviderOutage(retryAfter: 9)))
    let atStart = try await begin(fixture, credential.id)
    #expect(atStart.status == 503 && atStart.headers[.retryAfter] == "9")
    app.fail(.misconfigured("invalid_client"))
    #expect(try await begin(fixture, credential.id).row.hasPrefix("500 server_error"))
    app.fail(.refused("unknown_user_id"))
    #expect(try await begin(fixture, credential.id).row == wrong)
    app.fail(nil)
    let parameter = "400 invalid_request Invalid parameter authData"
    #expect(try await begin(fixture, credential.id, authData: #"[{"id":"EIDAPP","value":"x"}]"#).row == parameter)
    #expect(try await begin(fixture, credential.id, .v1).row == parameter)
    // One out-of-band factor at a time.
    let both = try await fixture.signing.createCredential("both", scal: .two, expression: "EIDAPP AND PAGE")
    #expect(try await begin(fixture, both.id, authData: #"[{"id":"EIDAPP"},{"id":"PAGE"}]"#).row == parameter)
  }

  @Test("auth/revoke with the handle cancels; unknown handles are unknown tokens")
  func cancel() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "EIDAPP")
    let handle = try #require(try await begin(fixture, credential.id)["handle"]?.string)
    func revoke(_ token: String, as bearer: String) async throws -> GatewayFixture.Answer {
      try await fixture.call("auth/revoke", #"{"token":"\#(token)"}"#, .v2, token: bearer)
    }
    let unknown = "400 invalid_request Invalid string parameter token"
    #expect(try await revoke(handle, as: fixture.bob).row == unknown)
    #expect(try await revoke(handle, as: fixture.otherPartner).row == unknown)
    #expect(try await revoke(handle, as: fixture.alice).status == 204)
    #expect(try await revoke(handle, as: fixture.alice).row == unknown)
    #expect(try await check(fixture, handle).row == "400 invalid_request Invalid parameter handle")
    #expect(fixture.signing.app.polls.isEmpty)
    // A page's too, whose link then leads nowhere.
    let page = try await fixture.signing.createCredential("page", expression: "PAGE")
    let paged = try #require(try await begin(fixture, page.id, authData: #"[{"id":"PAGE"}]"#)["handle"]?.string)
    let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
    #expect(try await PageVisitor(fixture).get(path).status == 200)
    #expect(try await revoke(paged, as: fixture.partner).status == 204)
    #expect(try await PageVisitor(fixture).get(path).status == 400)
  }

  @Test("a notification: 204 for the right token of the request, the same 401 for all else, 400 without an id")
  func notification() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "EIDAPP")
    let handle = try #require(try await begin(fixture, credential.id)["handle"]?.string)
    let token = try #require(fixture.signing.app.asked.first?.notificationToken)
    func notify(_ body: String, _ authorization: String?) async throws -> (Int, String) {
      var headers: HTTPFields = [.contentType: "application/json"]
      headers[.authorization] = authorization
      let fields = headers
      return try await fixture.application.test(.router) { client in
        try await client.execute(
          uri: "/eid/notification", method: .post, headers: fields, body: ByteBuffer(string: body)
        ) { ($0.status.code, String(buffer: $0.body)) }
      }
    }
    let right = #"{"auth_req_id":"request-1"}"#
    let answers = [
      try await notify(right, nil), try await notify(right, "Bearer wrong"), try await notify(right, "Basic \(token)"),
      try await notify(#"{"auth_req_id":"request-2"}"#, "Bearer \(token)"),
      try await notify(#"{"auth_req_id":"request-2"}"#, "Bearer wrong"),
    ]
    #expect(answers.allSatisfy { $0.0 == 401 } && Set(answers.map(\.1)).count == 1)
    #expect(try await notify("{}", "Bearer \(token)").0 == 400)
    #expect(try await notify("[]", "Bearer \(token)").0 == 400)
    #expect(fixture.signing.app.polls.isEmpty)
    #expect(try await notify(right, "Bearer \(token)").0 == 204)
    fixture.signing.app.answer(.success(.approved(statement(fixture))))
    let granted = try await fixture.call(
      "credentials/authorizeCheck", #"{"handle":"\#(handle)"}"#, .v2, token: fixture.alice)
    #expect(granted.status == 200, "\(granted.row)")
  }
}
