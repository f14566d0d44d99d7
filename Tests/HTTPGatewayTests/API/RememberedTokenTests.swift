import CSCModel
import HTTPGateway
import OAuth
import Registry
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// A gateway that knows an access token from an earlier call, while another gateway of the service revokes it.
@Suite("Access tokens that a gateway remembers", .timeLimit(.minutes(2)))
struct RememberedTokenTests {
  private static let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  private struct Setting {
    let fixture: GatewayFixture
    let credential: Credential
    let sad: String

    /// The token was used for both methods.
    init() async throws {
      fixture = try await GatewayFixture()
      credential = try await fixture.signing.createCredential(multisign: 10)
      _ = try await fixture.signing.createCredential("paged", expression: "PAGE")
      _ = try await fixture.signing.createCredential("national", expression: "EID")
      let granted = try await fixture.call("credentials/authorize", Self.authorize(), token: fixture.alice)
      sad = try #require(granted["SAD"]?.string)
      let signed = try await fixture.call("signatures/signHash", sign(hash: "AAAA"), token: fixture.alice)
      try #require(signed.status == 200, "\(signed.row)")
    }

    static func authorize(pin: String = SigningFixture.pin, credential: String = "cred-1") -> String {
      #"{"credentialID":"\#(credential)","numSignatures":2,"PIN":"\#(pin)"}"#
    }

    func sign(hash start: String, credential: String = "cred-1") -> String {
      let hash = start + String(repeating: "A", count: 39) + "="
      return
        #"{"credentialID":"\#(credential)","SAD":"\#(sad)","hashes":["\#(hash)"],"signAlgo":"1.2.840.10045.4.3.2"}"#
    }

    /// By another gateway.
    func revoke() async throws {
      let store = try SQLiteFileStore(path: fixture.path, mayCreate: false, rowMACs: .test, rowChecks: .none)
      try await store.writeOAuth { [token = fixture.alice] in try $0.removeToken(TokenService.digest(token)) }
      try store.close()
    }

    func entries() async throws -> Int64 {
      let count = Counter()
      _ = try await SQLiteLogFile.readAudit(path: fixture.path) { _, _ in count.add() }
      return count.value
    }
  }

  @Test("a revoked token authorizes and signs nothing, and that it was revoked is what every call is told")
  func revoked() async throws {
    let setting = try await Setting()
    try await setting.revoke()
    let before = try await setting.entries()
    let asynchronous =
      setting.sign(hash: "BBBB").dropLast() + #","operationMode":"A","hashAlgorithmOID":"2.16.840.1.101.3.4.2.1"}"#
    let calls: [(method: String, body: String, version: CSCVersion)] = [
      ("credentials/authorize", Setting.authorize(), .v1),
      ("credentials/authorize", Setting.authorize(pin: "99999999"), .v1),
      ("credentials/authorize", Setting.authorize(credential: "unknown"), .v1),
      ("credentials/authorize", "{}", .v1), ("credentials/authorize", "no JSON", .v1),
      ("credentials/authorize", #"{"credentialID":"paged","numSignatures":1,"authData":[{"id":"PAGE"}]}"#, .v2),
      (
        "credentials/authorize",
        #"{"credentialID":"national","numSignatures":1,"authData":[{"id":"EID","value":"token"}]}"#, .v2
      ), ("signatures/signHash", setting.sign(hash: "BBBB"), .v1),
      // The stored signatures of a repetition are signatures too.
      ("signatures/signHash", setting.sign(hash: "AAAA"), .v1),
      ("signatures/signHash", setting.sign(hash: "BBBB", credential: "unknown"), .v1),
      ("signatures/signHash", String(asynchronous), .v2), ("signatures/signHash", "{}", .v1),
    ]
    for (method, body, version) in calls {
      let answer = try await setting.fixture.call(method, body, version, token: setting.fixture.alice)
      #expect(answer.row.hasPrefix("401 invalid_token "), "\(answer.row) \(method) \(body)")
    }
    #expect(try await setting.entries() == before)
    #expect(setting.fixture.signing.eid.calls == 0)
  }

  @Test("a token that is revoked after it decided does not hide that a wrong PIN was counted")
  func counted() async throws {
    let setting = try await Setting()
    let principal = Principal(
      partner: SigningFixture.partner, signer: SignerID("alice"),
      rememberedToken: RememberedToken(digest: TokenService.digest(setting.fixture.alice)))
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      _ = try await setting.fixture.signing.authorize(setting.credential, presented: [.pin: "99999999"], as: principal)
    }
    #expect(principal.rememberedToken?.wasConfirmed == true)
    try await setting.revoke()
    let later = Principal(
      partner: SigningFixture.partner, signer: SignerID("alice"),
      rememberedToken: RememberedToken(digest: TokenService.digest(setting.fixture.alice)))
    await #expect(throws: Refusal.unknownToken) {
      _ = try await setting.fixture.signing.authorize(setting.credential, presented: [.pin: "99999999"], as: later)
    }
    #expect(later.rememberedToken?.wasConfirmed == false)
  }

  @Test("one that is over says so")
  func expired() async throws {
    let setting = try await Setting()
    setting.fixture.signing.clock.advance(3600)
    let answer = try await setting.fixture.call(
      "credentials/authorize", Setting.authorize(), token: setting.fixture.alice)
    #expect(answer.row.hasPrefix("401 expired_token "), "\(answer.row)")
  }

  @Test("a client that is registered no more has no tokens, remembered or not")
  func unregistered() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential(multisign: 10)
    let client = try #require(OAuthFixture.clients.first { $0.partner == SigningFixture.partner })
    let record = TokenRecord(
      digest: TokenService.digest("token"), kind: .access, partner: client.partner.rawValue, signer: "alice",
      client: client.id.rawValue, grant: "grant", expires: fixture.signing.clock.now + 3600)
    let store = try SQLiteFileStore(path: fixture.path, mayCreate: false, rowMACs: .test, rowChecks: .none)
    try await store.writeOAuth { try $0.put(record) }
    try store.close()
    let good = try await fixture.call("credentials/authorize", Setting.authorize(), token: "token")
    #expect(good.status == 200, "\(good.row)")
    fixture.partners.change(client.partner) { $0.clients = [] }
    let answer = try await fixture.call("credentials/authorize", Setting.authorize(), token: "token")
    #expect(answer.status == 401, "\(answer.row)")
  }
}

private final class Counter: Sendable {
  private let count = Mutex<Int64>(0)
  var value: Int64 { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }
}
