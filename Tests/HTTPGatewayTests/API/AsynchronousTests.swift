import CSCModel
import HTTPTypes
import OAuth
import Octets
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

private final class Notifier: CompletionNotifier {
  static let uri = "https://portal.example/hook"
  let told = Mutex<[CompletionNotification]>([])
  func accepts(_ uri: String, of partner: PartnerID) -> Bool { uri == Self.uri && partner.rawValue == "portal" }
  func deliver(_ notification: CompletionNotification) async throws(DeliveryFailure) {
    told.withLock { $0.append(notification) }
  }
}

/// `operationMode` A and signPolling over HTTP (CSC v2 §11.13, §11.15).
@Suite("Asynchronous signing over HTTP", .timeLimit(.minutes(5)))
struct AsynchronousTests {
  private let request = "400 invalid_request"

  private func sad(_ fixture: GatewayFixture, _ credential: Credential, count: Int = 1) async throws -> String {
    Base64.encodeURL(try await fixture.signing.authorize(credential, count: count).sad.octets)
  }

  private func sign(
    _ fixture: GatewayFixture, _ credential: CredentialID, _ sad: String, _ text: String = "a",
    _ members: String = #","operationMode":"A""#, _ version: CSCVersion = .v2, algo: String = "1.2.840.10045.4.3.2",
    token: String? = nil
  ) async throws -> GatewayFixture.Answer {
    let hash = Base64.encode(digest(text))
    return try await fixture.call(
      "signatures/signHash",
      #"{"credentialID":"\#(credential)","SAD":"\#(sad)","hashes":["\#(hash)"],"signAlgo":"\#(algo)"\#(members)}"#,
      version, token: token ?? fixture.alice)
  }

  private func poll(
    _ fixture: GatewayFixture, _ id: String, token: String? = nil, userID: String? = nil
  ) async throws -> GatewayFixture.Answer {
    let user = userID.map { #","userID":\#($0)"# } ?? ""
    return try await fixture.call(
      "signatures/signPolling", #"{"requestID":"\#(id)"\#(user)}"#, .v2, token: token ?? fixture.alice)
  }

  private func running(_ fixture: GatewayFixture, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await fixture.jobs.run() }
      try await body()
      group.cancelAll()
    }
  }

  /// Polls until the job has ended.
  private func ended(
    _ fixture: GatewayFixture, _ id: String, token: String? = nil
  ) async throws -> GatewayFixture.Answer {
    try await eventually { try await poll(fixture, id, token: token).status != 202 }
    return try await poll(fixture, id, token: token)
  }

  @Test("A answers a responseID; polling answers 202 until the signatures are there, and then always the same")
  func signatures() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let accepted = try await sign(fixture, credential.id, sad(fixture, credential))
    let id = try #require(accepted["responseID"]?.string)
    #expect(accepted.status == 200 && accepted["signatures"] == nil)
    let waiting = try await poll(fixture, id)
    #expect(waiting.status == 202 && waiting.json == JSONObject())
    try await running(fixture) {
      let answer = try await ended(fixture, id)
      #expect(answer.status == 200 && answer["signatures"]?.array?.count == 1 && answer["responseID"] == nil)
      for _ in 0..<3 {
        let again = try await poll(fixture, id)
        #expect(again.status == 200 && again.json == answer.json)
      }
    }
    let synchronous = try await sign(fixture, credential.id, sad(fixture, credential), "a", #","operationMode":"S""#)
    #expect(synchronous["signatures"]?.array?.count == 1 && synchronous["responseID"] == nil)
  }

  @Test("A gets the errors that S gets, and spends nothing")
  func errors() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await sad(fixture, credential)
    for (answer, row) in [
      (try await sign(fixture, CredentialID("x"), sad), "Invalid parameter credentialID"),
      (try await sign(fixture, credential.id, sad, token: fixture.bob), "Invalid parameter credentialID"),
      (try await sign(fixture, credential.id, "xxx"), "Invalid parameter SAD"),
      (try await sign(fixture, credential.id, sad, algo: "1.2.840.113549.1.1.11"), "Invalid parameter signAlgo"),
      (try await sign(fixture, credential.id, sad, algo: "1.2.840.10045.4.3.3"), "Invalid digest value length"),
      (
        try await sign(fixture, credential.id, sad, "a", #","operationMode":"A","validity_period":1"#),
        "Out of bounds parameter validity_period"
      ),
      (
        try await sign(fixture, credential.id, sad, "a", #","operationMode":"A","response_uri":"https://a.example/""#),
        "Invalid parameter response_uri"
      ),
    ] {
      #expect(answer.row == "\(request) \(row)")
    }
    #expect(try await sign(fixture, credential.id, sad).status == 200)
    #expect(try await sign(fixture, credential.id, sad, "b").row == "\(request) Invalid parameter SAD")
  }

  @Test("v1 knows no mode: the call is synchronous, and there is no polling")
  func version1() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let answer = try await sign(
      fixture, credential.id, sad(fixture, credential), "a", #","operationMode":"A","validity_period":"soon""#, .v1)
    #expect(answer.status == 200 && answer["signatures"]?.array?.count == 1)
    #expect(try await fixture.call("signatures/signPolling", "{}", .v1, token: fixture.alice).status == 501)
  }

  @Test("info announces it, in v2 only")
  func info() async throws {
    let fixture = try await GatewayFixture()
    let v2 = try await fixture.call("info", "{}", .v2)
    #expect(v2["asynchronousOperationMode"] == true)
    #expect(v2["methods"]?.array?.contains("signatures/signPolling") == true)
    let v1 = try await fixture.call("info", "{}", .v1)
    #expect(v1["asynchronousOperationMode"] == nil)
    #expect(v1["methods"]?.array?.contains("signatures/signPolling") == false)
  }

  @Test("signPolling's rows, and whose job it is")
  func polling() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let accepted = try await sign(fixture, credential.id, sad(fixture, credential))
    let id = try #require(accepted["responseID"]?.string)
    let unknown = "\(request) Invalid parameter requestID"
    func row(_ body: String) async throws -> String {
      try await fixture.call("signatures/signPolling", body, .v2, token: fixture.alice).row
    }
    #expect(try await row("{}") == "\(request) Missing (or invalid type) string parameter requestID")
    #expect(try await row(#"{"requestID":1}"#) == "\(request) Missing (or invalid type) string parameter requestID")
    #expect(try await row(#"{"requestID":"\#(id)","clientData":1}"#) == "\(request) Invalid parameter clientData")
    #expect(try await row(#"{"requestID":"none"}"#) == unknown)
    #expect(try await row(#"{"requestID":""}"#) == unknown)
    #expect(try await poll(fixture, id, token: fixture.bob).row == unknown)
    #expect(try await poll(fixture, id, token: fixture.otherPartner).row == unknown)
    #expect(try await poll(fixture, id, userID: #""alice""#).row == "\(request) userID parameter SHALL be null")
    #expect(try await poll(fixture, id, userID: "1").row == "\(request) userID parameter SHALL be null")
    #expect(
      try await poll(fixture, id, token: fixture.partner, userID: #""a b""#).row
        == "\(request) Invalid parameter “userID”")
    #expect(try await poll(fixture, id, token: fixture.partner, userID: #""nobody""#).row == unknown)
    #expect(try await poll(fixture, id, token: fixture.partner, userID: #""alice""#).status == 202)
    #expect(try await poll(fixture, id, token: fixture.partner).status == 202)
    #expect(try await poll(fixture, id).status == 202)
  }

  @Test("a result is there for its validity period and not longer")
  func validity() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let accepted = try await sign(
      fixture, credential.id, sad(fixture, credential), "a", #","operationMode":"A","validity_period":2000"#)
    let id = try #require(accepted["responseID"]?.string)
    try await running(fixture) { _ = try await ended(fixture, id) }
    fixture.signing.clock.advance(1)
    #expect(try await poll(fixture, id).status == 200)
    fixture.signing.clock.advance(1)
    #expect(try await poll(fixture, id).row == "\(request) Invalid parameter requestID")
  }

  @Test("a job that fails is polled as a 400 with the error that the call would have had")
  func failure() async throws {
    let fixture = try await GatewayFixture()
    var credential = try await fixture.signing.createCredential()
    let accepted = try await sign(fixture, credential.id, sad(fixture, credential))
    let id = try #require(accepted["responseID"]?.string)
    credential.isEnabled = false
    try await fixture.signing.service.credentials.put(credential, events: [])
    try await running(fixture) {
      let answer = try await ended(fixture, id)
      #expect(answer.row == "\(request) The credential identified by credentialID is disabled")
    }
  }

  @Test("response_uri: where the partner may be told, and nowhere else; told when the result is there")
  func responseURI() async throws {
    let notifier = Notifier()
    let fixture = try await GatewayFixture(notifier: notifier)
    let credential = try await fixture.signing.createCredential()
    let sad = try await sad(fixture, credential)
    for uri in [#""https://evil.example/hook""#, #""soon""#, "7", "{}"] {
      for name in ["response_uri", "responseURI"] {
        let answer = try await sign(fixture, credential.id, sad, "a", #","operationMode":"A","\#(name)":\#(uri)"#)
        #expect(answer.row == "\(request) Invalid parameter response_uri", "\(uri)")
      }
    }
    let accepted = try await sign(
      fixture, credential.id, sad, "a", #","operationMode":"A","response_uri":"\#(Notifier.uri)""#)
    let id = try #require(accepted["responseID"]?.string, "\(accepted.row)")
    try await running(fixture) {
      try await eventually { notifier.told.withLock { !$0.isEmpty } }
      let polled = try await poll(fixture, id)
      #expect(polled.status == 200)
    }
    #expect(notifier.told.withLock(\.self).map(\.job.rawValue) == [id])
  }

  @Test("a job whose SAD is revoked, or whose certificate expires, before it is signed fails as the call would")
  func failureMeanwhile() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(days: 1)
    let revoked = try await sad(fixture, credential)
    let first = try #require(try await sign(fixture, credential.id, revoked)["responseID"]?.string)
    #expect(try await fixture.call("auth/revoke", #"{"token":"\#(revoked)"}"#, .v2, token: fixture.alice).status == 204)
    try await running(fixture) {
      let answer = try await ended(fixture, first)
      #expect(answer.row == "\(request) Invalid parameter SAD")
    }
    let second = try #require(try await sign(fixture, credential.id, sad(fixture, credential))["responseID"]?.string)
    fixture.signing.clock.advance(2 * 86400)
    let token = try await fixture.tokens.issue(partner: "portal", signer: "alice").accessToken
    try await running(fixture) {
      let answer = try await ended(fixture, second, token: token)
      #expect(answer.row == "\(request) Signing certificate ‘CN=Alice Example’ is expired.")
    }
  }

  @Test("a full line answers 503 and spends nothing")
  func fullLine() async throws {
    var rules = JobService.Rules()
    rules.capacity = 1
    let fixture = try await GatewayFixture(jobRules: rules)
    let credential = try await fixture.signing.createCredential()
    let sad = try await sad(fixture, credential, count: 2)
    #expect(try await sign(fixture, credential.id, sad, "a").status == 200)
    let full = try await sign(fixture, credential.id, sad, "b")
    #expect(full.status == 503 && full["error"] == "temporarily_unavailable" && full.headers[.retryAfter] == "1")
    // Slots that were not spent are there for a synchronous call.
    #expect(try await sign(fixture, credential.id, sad, "b", "").status == 200)
  }
}
