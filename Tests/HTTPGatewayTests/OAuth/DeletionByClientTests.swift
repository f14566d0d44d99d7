import AuditLog
import HTTPTypes
import Issuance
import Octets
import Registry
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Grant `client_credentials` of scope `credential-deletion`, for clients that are registered as trusted with it.
@Suite("Deletions that a trusted client orders", .timeLimit(.minutes(5)))
struct DeletionByClientTests {
  private static let scope = "credential-deletion"
  private static let invalidScope =
    "400 invalid_scope The requested scope is invalid, unknown, or malformed."
  private static let invalidDetails = "400 invalid_authorization_details Invalid parameter authorization_details"
  private static let unauthorized = "400 unauthorized_client The client is not authorized to use this method."

  /// A customer who can be told.
  private func stand() async throws -> RowStand {
    let stand = try await RowStand()
    _ = try await stand.fixture.signing.createCredential("mobile", expression: "SMS")
    _ = try await stand.fixture.signing.createCredential("old")
    return stand
  }

  private func order(
    _ stand: RowStand, _ form: [String: String], client: String = "keeper", path: String = "/oauth2/token"
  ) async throws -> GatewayFixture.Answer {
    let known = ["client_id": client, "client_secret": OAuthFixture.secret, "grant_type": "client_credentials"]
    return try await stand.form(path, known.merging(form) { $1 })
  }

  private func delete(_ stand: RowStand, _ id: String, _ token: String) async throws -> GatewayFixture.Answer {
    try await stand.call(
      "credentials/delete", ["credentialDeletionRequest": ["credentialID": .string(id)]], token: token)
  }

  private func log(_ stand: RowStand) async throws -> [String] {
    let found = Mutex<[String]>([])
    _ = try await SQLiteLogFile.readAudit(path: stand.fixture.path) { entry, _ in
      found.withLock { $0.append(String(decoding: entry.text, as: UTF8.self)) }
    }
    return found.withLock { $0 }
  }

  @Test("it is carried out once, and the owner is told", arguments: [nil, "credential-deletion", "long"])
  func deleted(type: String?) async throws {
    let stand = try await stand()
    let long = "https://cloudsignatureconsortium.org/2025/credential-deletion"
    let name = type == "long" ? long : type
    let details = name.map { #"[{"type":"\#($0)","credentialID":"old"}]"# }
    let form = details.map { ["authorization_details": $0] } ?? ["scope": Self.scope, "credentialID": "old"]
    let issued = try await order(stand, form)
    #expect(issued.status == 200 && issued["scope"] == "credential-deletion" && issued["credentialID"] == "old")
    #expect(issued["token_type"] == "Bearer" && issued["expires_in"] == 300 && issued["refresh_token"] == nil)
    let granted: JSONValue? = name.map { [["type": .string($0), "credentialID": "old"]] }
    #expect(issued["authorization_details"] == granted)
    let token = try #require(issued["access_token"]?.string, "\(issued.row)")
    #expect(stand.fixture.signing.messenger.delivered.isEmpty)
    // It opens nothing else.
    #expect(try await stand.call("credentials/info", ["credentialID": "old"], token: token).status == 401)
    #expect(
      try await delete(stand, "mobile", token).row == "400 invalid_request Contradicting “credentialID” parameters")

    let serial = try #require(
      try await stand.call("credentials/info", ["credentialID": "old", "certInfo": true])["cert"]?.object?[
        "serialNumber"]?.string)
    #expect(try await delete(stand, "old", token).status == 204)
    #expect(try await delete(stand, "old", token).status == 401)
    let message = try #require(stand.fixture.signing.messenger.delivered.last)
    #expect(
      message.content == .credentialDeleted && message.recipient == "alice" && message.credential.rawValue == "old")
    #expect(message.text.contains(serial) && stand.fixture.signing.messenger.delivered.count == 1)
    let log = try await log(stand)
    #expect(
      log.contains { $0.contains("lifecycle.granted") && $0.contains(#""byClient":true"#) && $0.contains("keeper") })
    #expect(log.contains { $0.contains("owner.told") && $0.contains(#""delivered":true"#) })
  }

  @Test("the owner's own channel may be the credential that goes; a messenger that fails holds nothing up")
  func lastChannel() async throws {
    let stand = try await stand()
    stand.fixture.signing.messenger.fail(.unavailable)
    let token = try #require(
      try await order(stand, ["scope": Self.scope, "credentialID": "mobile"])["access_token"]?.string)
    #expect(try await delete(stand, "mobile", token).status == 204)
    // The notice waits, also for another process under the same name.
    let issuance = IssuanceService(
      stand.fixture.signing.service, store: stand.fixture.signing.store, rules: .init(service: "test", instance: "test")
    )
    #expect(try await log(stand).allSatisfy { !$0.contains("owner.told") })
    await issuance.tellOwners()
    stand.fixture.signing.messenger.fail(nil)
    await issuance.tellOwners()
    #expect(stand.fixture.signing.messenger.delivered.isEmpty)
    stand.fixture.signing.clock.advance(20)
    for _ in 1...2 { await issuance.tellOwners() }
    #expect(stand.fixture.signing.messenger.delivered.map(\.recipient) == ["alice"])
    #expect(try await log(stand).count { $0.contains("owner.told") && $0.contains(#""delivered":true"#) } == 1)
    // No one could be told of this one.
    #expect(try await order(stand, ["scope": Self.scope, "credentialID": "old"]).row == Self.unauthorized)
  }

  @Test("the notice goes to the deleted credential's own channel, if it has one")
  func ownChannel() async throws {
    let stand = try await stand()
    let signing = stand.fixture.signing
    var credential = try await signing.createCredential("zz-second", expression: "SMS")
    let other = SMSFactor(members: JSONObject([("to", "alice's other telephone")]))
    credential.authenticators = [Authenticator(try #require(other))]
    try await signing.service.credentials.put(credential, events: [])
    for (id, recipient) in [("zz-second", "alice's other telephone"), ("old", "alice")] {
      let token = try #require(
        try await order(stand, ["scope": Self.scope, "credentialID": id])["access_token"]?.string)
      #expect(try await delete(stand, id, token).status == 204)
      #expect(signing.messenger.delivered.last?.recipient == recipient)
    }
  }

  @Test("a client's orders are counted: after a hundred it has to wait, and others do not")
  func counted() async throws {
    let stand = try await stand()
    let form = ["scope": Self.scope, "credentialID": "old"]
    // The hundred and first is let through, and makes the next one wait.
    for number in 1...101 { #expect(try await order(stand, form).status == 200, "\(number)") }
    let refused = try await order(stand, form)
    #expect(refused.status == 429 && refused["access_token"] == nil && refused.headers[.retryAfter] != nil)
    // Other grants of the client, and what does not become an order, are not held up.
    #expect(try await order(stand, [:])["scope"] == "service")
    stand.fixture.signing.clock.advance(61)
    #expect(try await order(stand, form).status == 200)
  }

  @Test("a certificate of another CA: no revocation can be asked for, and none is claimed")
  func otherIssuer() async throws {
    let stand = try await stand()
    let signing = stand.fixture.signing
    var credential = try await signing.createCredential("own")
    credential.certificate.issuer = "CN=Another CA"
    try await signing.service.credentials.put(credential, events: [])
    let form = ["scope": Self.scope, "credentialID": "own"]
    let token = try #require(try await order(stand, form)["access_token"]?.string)
    let refused = try await stand.call(
      "credentials/delete",
      ["credentialDeletionRequest": ["credentialID": "own", "revoke": true, "revocationReason": 1]], token: token)
    #expect(refused.row == "400 invalid_request Invalid parameter revoke")
    #expect(try await delete(stand, "own", token).status == 204)
    #expect(try await log(stand).allSatisfy { !$0.contains("certificate.revoked") })
    #expect(try await log(stand).contains { $0.contains("credential.deleted") })
  }

  @Test("without a messenger of the partner's nothing is ordered, and no order is carried out")
  func noMessenger() async throws {
    let stand = try await stand()
    let form = ["scope": Self.scope, "credentialID": "old"]
    let token = try #require(try await order(stand, form)["access_token"]?.string)
    stand.fixture.signing.messenger.fail(.notConfigured)
    #expect(try await order(stand, form).row == Self.unauthorized)
    #expect(try await delete(stand, "old", token).status != 204)
    #expect(try await stand.call("credentials/info", ["credentialID": "old"]).status == 200)
    stand.fixture.signing.messenger.fail(nil)
    #expect(try await delete(stand, "old", token).status == 204)
  }

  @Test("the certificate's own word that it is qualified counts, and so does a word that cannot be read")
  func qualifiedByCertificate() async throws {
    let stand = try await stand()
    let signing = stand.fixture.signing
    var credential = try await signing.createCredential("own")
    let form = ["scope": Self.scope, "credentialID": "own"]
    let token = try #require(try await order(stand, form)["access_token"]?.string)
    let whole = try #require(Base64.decode(TestCertificates.qualified))
    // id-etsi-qcs-QcCompliance, whose tag becomes that of an INTEGER, and the policy 0.4.0.194112.1.2, which becomes
    // another.
    let statement = try #require(Self.place(of: [0x06, 0x06, 0x04, 0x00, 0x8e, 0x46, 0x01, 0x01], in: whole))
    let policy = try #require(Self.place(of: [0x06, 0x07, 0x04, 0x00, 0x8b, 0xec, 0x40, 0x01, 0x02], in: whole))
    var unreadable = whole
    unreadable[statement] = 0x02
    unreadable[policy + 3] = 0x01
    var onlyPolicy = whole
    // Another statement in its place.
    onlyPolicy[statement + 7] = 0x7f
    var neither = onlyPolicy
    neither[policy + 3] = 0x01
    for (leaf, isQualified) in [(whole, true), (unreadable, true), (onlyPolicy, true), (neither, false)] {
      credential.certificate.chain[0] = leaf
      try await signing.service.credentials.put(credential, events: [])
      #expect(try await order(stand, form).status == (isQualified ? 400 : 200))
      if isQualified { #expect(try await delete(stand, "own", token).status != 204) }
    }
    #expect(try await delete(stand, "own", token).status == 204)
  }

  private static func place(of octets: [UInt8], in whole: [UInt8]) -> Int? {
    whole.indices.first { whole[$0...].starts(with: octets) }
  }

  @Test("a client that may not, and what it may not, gets its error, and no token")
  func refused() async throws {
    let stand = try await stand()
    let signing = stand.fixture.signing
    _ = try await signing.createCredential("strangers", expression: "SMS", signer: "x", partner: PartnerID("other"))
    _ = try await signing.createCredential("untold", signer: "bob")
    for qualifier in ["eu_eidas_qes", "eu_eidas_aesqc"] {
      var credential = try await signing.createCredential(qualifier)
      credential.qualifier = qualifier
      credential.certificate.chain[0] = try #require(Base64.decode(TestCertificates.qualified))
      try await signing.service.credentials.put(credential, events: [])
    }
    func rich(_ type: String, _ id: String = "old") -> [String: String] {
      ["authorization_details": #"[{"type":"\#(type)","credentialID":"\#(id)"}]"#]
    }
    let policy = TestIssuance.policies.explicit
    let creation = #"[{"type":"credential-creation","credentialCreationRequest":{"certificatePolicy":"\#(policy)"}}]"#
    let right = ["scope": Self.scope, "credentialID": "old"]
    let unknown = "400 invalid_request Invalid parameter credentialID"
    let missing = "400 invalid_request Missing (or invalid type) string parameter credentialID"
    let rows: [(client: String, form: [String: String], row: String)] = [
      ("keeper", ["scope": Self.scope], missing),
      ("keeper", ["authorization_details": #"[{"type":"credential-deletion"}]"#], missing),
      ("keeper", ["scope": Self.scope, "credentialID": "none"], unknown),
      ("keeper", ["scope": Self.scope, "credentialID": "strangers"], unknown),
      ("keeper", rich(Self.scope, "strangers"), unknown),
      ("keeper", ["scope": Self.scope, "credentialID": "untold"], Self.unauthorized),
      ("keeper", ["scope": Self.scope, "credentialID": "eu_eidas_qes"], Self.unauthorized),
      ("keeper", ["scope": Self.scope, "credentialID": "eu_eidas_aesqc"], Self.unauthorized),
      // Trusted with one is not trusted with the other.
      ("keeper", ["scope": "credential-creation", "certificatePolicy": policy], Self.invalidScope),
      ("keeper", ["authorization_details": creation], Self.invalidDetails),
      // Two names for one credential could be two credentials.
      ("keeper", rich(Self.scope).merging(["credentialID": "new"]) { $1 }, unknown),
      ("keeper", rich(Self.scope).merging(["scope": "credential-creation"]) { $1 }, Self.invalidScope),
      ("keeper", rich(Self.scope).merging(["scope": "service"]) { $1 }, Self.invalidScope),
      ("keeper", rich(Self.scope).merging(["scope": "x"]) { $1 }, Self.invalidScope),
      ("keeper", rich("credential").merging(["scope": Self.scope]) { $1 }, Self.invalidScope),
      (
        "keeper",
        ["authorization_details": #"[{"type":"credential-deletion","credentialID":"old"},{"type":"credential"}]"#],
        Self.invalidDetails
      ),
      ("keeper", ["scope": "credential-renewal", "credentialID": "old"], Self.invalidScope),
      ("batch", right, Self.invalidScope), ("batch", rich(Self.scope), Self.invalidDetails),
      ("portal", right, Self.invalidScope), ("portal", rich(Self.scope), Self.invalidDetails),
    ]
    for (client, form, row) in rows {
      #expect(try await order(stand, form, client: client).row == row, "\(client) \(form)")
    }
    let app = ["client_id": "app", "grant_type": "client_credentials"].merging(right) { $1 }
    #expect(try await stand.form("/oauth2/token", app).row == Self.unauthorized)
    #expect(try await order(stand, right, path: "/csc/v1/oauth2/token").row == Self.invalidScope)
    #expect(try await log(stand).allSatisfy { !$0.contains("lifecycle.granted") })
    // The usual scope stays what it was.
    #expect(try await order(stand, [:])["scope"] == "service")
  }

  @Test("trust is asked for at each use; a withdrawn or late order is dead; what the owner orders is not told")
  func ends() async throws {
    let stand = try await stand()
    let form = ["scope": Self.scope, "credentialID": "old"]
    func token() async throws -> String {
      let issued = try await order(stand, form)
      return try #require(issued["access_token"]?.string, "\(issued.row)")
    }
    let withdrawn = try await token()
    let revocation = ["client_id": "keeper", "client_secret": OAuthFixture.secret, "token": withdrawn]
    #expect(try await stand.form("/oauth2/revoke", revocation).status == 204)
    #expect(try await delete(stand, "old", withdrawn).status == 401)
    let late = try await token()
    stand.fixture.signing.clock.advance(300)
    #expect(try await delete(stand, "old", late).row.hasPrefix("401 expired_token"))

    // The client is trusted no more, and then again.
    let open = try await token()
    func trust(_ scopes: Set<Scope>) {
      stand.fixture.partners.change(SigningFixture.partner) { partner in
        partner.clients = partner.clients.map { client in
          var client = client
          if client.id == ClientID("keeper") { client.trustedScopes = scopes }
          return client
        }
      }
    }
    trust([])
    #expect(try await delete(stand, "old", open).row.hasPrefix("401 invalid_token"))
    trust([.credentialDeletion])
    // The owner's channel goes meanwhile.
    let owners = try await stand.fixture.signing.issuance.grantDeletion(
      of: CredentialID("old"), presented: [.pin: SigningFixture.pin], client: ClientID("portal"),
      as: stand.fixture.signing.principal())
    try await stand.fixture.signing.store.writeIssuance(
      reading: [.soleControl(.credential(CredentialID("mobile"), .exclusive))]
    ) { _ = try $0.remove(CredentialID("mobile")) }
    #expect(try await delete(stand, "old", open).row == Self.unauthorized)
    let bearer = try #require(try await stand.fixture.signing.issuance.grant(of: owners.token))
    try await stand.fixture.signing.issuance.delete(CredentialID("old"), by: bearer)
    #expect(stand.fixture.signing.messenger.delivered.isEmpty)
  }
}
