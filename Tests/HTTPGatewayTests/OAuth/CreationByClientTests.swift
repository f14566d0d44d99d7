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
import Texts
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Grant `client_credentials` of scope `credential-creation`, for clients that are registered as trusted with it, and
/// the page on which the person sets the PIN.
@Suite("Creations that a trusted client orders", .timeLimit(.minutes(5)))
struct CreationByClientTests {
  static let scope = "credential-creation"
  static let policy = TestIssuance.policies.explicit
  private static let invalidScope = "400 invalid_scope The requested scope is invalid, unknown, or malformed."
  private static let invalidDetails = "400 invalid_authorization_details Invalid parameter authorization_details"
  private static let unauthorized = "400 unauthorized_client The client is not authorized to use this method."
  private static let pin = "271828"

  private func order(
    _ stand: RowStand, _ form: [String: String], client: String = "registrar", path: String = "/oauth2/token"
  ) async throws -> GatewayFixture.Answer {
    let known = ["client_id": client, "client_secret": OAuthFixture.secret, "grant_type": "client_credentials"]
    return try await stand.form(path, known.merging(form) { $1 })
  }

  private func right(_ user: String = "alice") -> [String: String] {
    ["scope": Self.scope, "certificatePolicy": Self.policy, "userID": user]
  }

  private func rich(_ request: String, _ more: String = "") -> [String: String] {
    [
      "userID": "bob",
      "authorization_details": #"[{"type":"credential-creation","credentialCreationRequest":{\#(request)}\#(more)}]"#,
    ]
  }

  private func create(
    _ stand: RowStand, _ token: String, subject: JSONValue? = nil, policy: String = Self.policy
  ) async throws -> GatewayFixture.Answer {
    var request = JSONObject([("certificatePolicy", .string(policy))])
    request["subjectData"] = subject
    return try await stand.call(
      "credentials/create",
      ["credentialCreationRequest": .object(request), "credentialInfo": true, "certInfo": true], token: token)
  }

  private func ordered(_ stand: RowStand, _ user: String = "alice") async throws -> String {
    let issued = try await order(stand, right(user))
    return try #require(issued["access_token"]?.string, "\(issued.row)")
  }

  private func log(_ stand: RowStand) async throws -> [String] {
    let found = Mutex<[String]>([])
    _ = try await SQLiteFileStore.readAudit(path: stand.fixture.path) { entry, _ in
      found.withLock { $0.append(String(decoding: entry.text, as: UTF8.self)) }
    }
    return found.withLock { $0 }
  }

  // MARK: Refusals

  @Test("a client that may not, and what it may not, gets its error, and no token")
  func refused() async throws {
    let stand = try await RowStand()
    let name = #""subjectData":{"name":"Bob Sample","given_name":"Bob","family_name":"Sample","country":"AT"}"#
    let whole = #""certificatePolicy":"\#(Self.policy)",\#(name)"#
    func without(_ member: String) -> [String: String] { right().filter { $0.key != member } }
    func with(_ members: [String: String]) -> [String: String] { right().merging(members) { $1 } }
    func subject(_ members: String) -> [String: String] {
      rich(#""certificatePolicy":"\#(Self.policy)","subjectData":{\#(members)}"#)
    }
    let request = "400 invalid_request"
    let missing = "\(request) Missing (or invalid type) string parameter"
    let badSubject = "\(request) Invalid parameter subjectData"
    let rows: [(client: String, form: [String: String], row: String)] = [
      ("registrar", without("certificatePolicy"), "\(missing) certificatePolicy"),
      ("registrar", without("userID"), "\(missing) userID"),
      ("registrar", rich(whole).filter { $0.key != "userID" }, "\(missing) userID"),
      ("registrar", with(["userID": "carol"]), "\(request) Invalid parameter userID"),
      ("registrar", with(["userID": String(repeating: "a", count: 300)]), "\(request) Invalid parameter userID"),
      ("registrar", with(["certificatePolicy": "1.2.3"]), "\(request) Invalid parameter certificatePolicy"),
      ("registrar", with(["certificatePolicy": "x"]), "\(request) Invalid parameter certificatePolicy"),
      ("registrar", with(["lang": String(repeating: "a", count: 36)]), "\(request) Invalid parameter lang"),
      // Another name than the registered one, and names that are none.
      ("registrar", rich(whole).merging(["userID": "alice"]) { $1 }, badSubject),
      ("registrar", subject(#""name":"\#(String(repeating: "a", count: 65))""#), badSubject),
      ("registrar", subject(#""name":"""#), badSubject), ("registrar", subject(#""name":" Bob""#), badSubject),
      ("registrar", subject(#""name":"B\u202eob""#), badSubject),
      ("registrar", subject(#""name":"B\u0007b""#), badSubject),
      ("registrar", subject(#""country":"Austria""#), badSubject),
      ("registrar", subject(#""country":"at""#), badSubject),
      ("registrar", subject(#""email":"b@example""#), badSubject), ("registrar", subject(#""name":5"#), badSubject),
      // No person is authenticated.
      ("registrar", rich(whole, #","acr_values":["\#(TestIssuance.levels[0])"]"#), Self.invalidDetails),
      (
        "registrar", rich(whole).merging(["certificatePolicy": Self.policy]) { $1 },
        "\(request) Invalid parameter certificatePolicy"
      ),
      ("registrar", rich(whole).merging(["scope": "service"]) { $1 }, Self.invalidScope),
      ("registrar", ["scope": "credential-deletion", "credentialID": "one"], Self.invalidScope),
      ("keeper", right(), Self.invalidScope), ("keeper", rich(whole), Self.invalidDetails),
      ("batch", right(), Self.invalidScope), ("batch", rich(whole), Self.invalidDetails),
      ("portal", right(), Self.invalidScope), ("portal", rich(whole), Self.invalidDetails),
    ]
    for (client, form, row) in rows {
      #expect(try await order(stand, form, client: client).row == row, "\(client) \(form)")
    }
    #expect(try await order(stand, right(), path: "/csc/v1/oauth2/token").row == Self.invalidScope)
    stand.fixture.signing.messenger.fail(.notConfigured)
    #expect(try await order(stand, right()).row == Self.unauthorized)
    #expect(try await log(stand).allSatisfy { !$0.contains("lifecycle.granted") })
    #expect(try await order(stand, [:])["scope"] == "service")
  }

  @Test("a profile of qualified signatures, or one that takes the person's factors, is not ordered")
  func qualified() async throws {
    let stand = try await RowStand()
    let signing = stand.fixture.signing
    var profiles = TestIssuance.profiles
    profiles[0].qualifier = "eu_eidas_qes"
    profiles[1].proof = FactorExpression(parsing: "PIN")
    let third = CredentialProfile(
      policy: "0.4.0.194112.1.2", names: [:], keyType: .ec(.p256), mode: .explicit, qualifier: nil, scal: .one,
      multisign: 1, days: 1)
    let issuance = IssuanceService(
      signing.service, store: signing.store, rules: .init(service: "test", instance: "test"),
      authority: IssuingAuthority(
        issuer: try TestIssuance.issuer(list: stand.fixture.list), keys: TestDevice.shared.device,
        profiles: profiles + [third]))
    for profile in profiles + [third] {
      await #expect(throws: IssuanceRefusal.onlyByOwner) {
        try await issuance.grantCreation(
          policy: profile.policy, claim: SubjectClaim(), of: SignerID("alice"), named: "alice", language: nil,
          byTrusted: ClientID("registrar"), as: signing.principal(nil))
      }
    }
  }

  @Test("what credentials/create refuses uses nothing up, and nothing else is opened")
  func refusedCall() async throws {
    let stand = try await RowStand()
    let token = try await ordered(stand, "bob")
    let badSubject = "400 invalid_request Invalid parameter subjectData"
    let whole: JSONValue = ["name": "Bob Sample", "given_name": "Bob", "family_name": "Sample", "country": "AT"]
    for subject: JSONValue? in [nil, [:], ["name": "Bob Sample"], ["name": "B\u{202e}", "given_name": "Bob"]] {
      #expect(try await create(stand, token, subject: subject).row == badSubject, "\(String(describing: subject))")
    }
    #expect(
      try await create(stand, token, subject: whole, policy: TestIssuance.policies.oauth2code).row
        == "400 invalid_request Invalid parameter certificatePolicy")
    #expect(try await stand.call("credentials/list", ["userID": "bob"], token: token).status == 401)
    #expect(
      try await log(stand).allSatisfy {
        !$0.contains("creation.intended") && !$0.contains("subject.registered\",\"signer\":\"bob")
      })
    // The trust is asked for again.
    stand.fixture.partners.change(SigningFixture.partner) { partner in
      partner.clients = partner.clients.map { client in
        var client = client
        if client.id == ClientID("registrar") { client.trustedScopes = [.credentialDeletion] }
        return client
      }
    }
    #expect(try await create(stand, token, subject: whole).row.hasPrefix("401 invalid_token"))
    stand.fixture.partners.change(SigningFixture.partner) { partner in
      partner.clients = partner.clients.map { client in
        var client = client
        if client.id == ClientID("registrar") { client.trustedScopes = [.credentialCreation] }
        return client
      }
    }
    stand.fixture.signing.messenger.fail(.notConfigured)
    #expect(try await create(stand, token, subject: whole).row == Self.unauthorized)
    stand.fixture.signing.messenger.fail(nil)
    #expect(try await create(stand, token, subject: whole).status == 201)
    #expect(try await create(stand, token, subject: whole).status == 401)
    // From now on Bob is registered by this name.
    let next = try await ordered(stand, "bob")
    #expect(try await create(stand, next, subject: ["given_name": "Rob"]).row == badSubject)
    #expect(try await create(stand, next).status == 201)
    let late = try await ordered(stand, "bob")
    stand.fixture.signing.clock.advance(300)
    #expect(try await create(stand, late).row.hasPrefix("401 expired_token"))
  }

  @Test("orders are counted: by client, and for one person, who is not flooded with links")
  func counted() async throws {
    let stand = try await RowStand()
    for number in 1...6 { #expect(try await order(stand, right()).status == 200, "\(number)") }
    let refused = try await order(stand, right())
    #expect(refused.status == 429 && refused["access_token"] == nil && refused.headers[.retryAfter] != nil)
    #expect(try await order(stand, right("bob")).status == 200)
    #expect(try await order(stand, [:])["scope"] == "service")
  }

  // MARK: The way through

  @Test(
    "the credential is disabled until the person sets its PIN behind the link, and signs then",
    arguments: [true, false])
  func whole(isRich: Bool) async throws {
    let stand = try await RowStand()
    let signing = stand.fixture.signing
    let name = #"{"name":"Bob Sample","given_name":"Bob"}"#
    let form = isRich ? rich(#""certificatePolicy":"\#(Self.policy)","subjectData":\#(name)"#) : right("bob")
    let issued = try await order(stand, form.merging(["lang": "de"]) { $1 })
    #expect(issued.status == 200 && issued["scope"] == "credential-creation" && issued["credentialID"] == nil)
    #expect(issued["token_type"] == "Bearer" && issued["expires_in"] == 300 && issued["refresh_token"] == nil)
    #expect((issued["authorization_details"] != nil) == isRich)
    let token = try #require(issued["access_token"]?.string, "\(issued.row)")
    #expect(signing.messenger.delivered.isEmpty)
    var subject: JSONValue = ["family_name": "Sample", "address": ["country": "AT"]]
    if !isRich {
      subject = ["name": "Bob Sample", "given_name": "Bob", "family_name": "Sample", "address": ["country": "AT"]]
    }
    let made = try await create(stand, token, subject: subject)
    let id = try #require(made["credentialID"]?.string, "\(made.row)")
    #expect(made.status == 201 && made["key"]?.object?["status"] == "disabled")
    #expect(made["cert"]?.object?["subjectDN"]?.string?.contains("Bob Sample") == true)

    // No one can use it.
    let listed = try await stand.call("credentials/list", ["onlyValid": true], token: stand.fixture.bob)
    #expect(listed["credentialIDs"] == [])
    let shown = try await stand.call(
      "credentials/info", ["credentialID": .string(id), "authInfo": true], token: stand.fixture.bob)
    #expect(shown["auth"]?.object?["objects"] == [] && shown["auth"]?.object?["expression"] == nil)
    func authorize() async throws -> GatewayFixture.Answer {
      try await stand.call(
        "credentials/authorize",
        ["credentialID": .string(id), "numSignatures": 1, "authData": [["id": "PIN", "value": .string(Self.pin)]]],
        token: stand.fixture.bob)
    }
    #expect(try await authorize().status == 400)

    let message = try #require(signing.messenger.delivered.last)
    #expect(message.recipient == "bob" && message.credential.rawValue == id && message.text.contains("7 Tagen"))
    let link = try #require(signing.messenger.invitation)
    #expect(link.utf8.count == 43 && message.text.contains("/pin/" + link))
    let visitor = PageVisitor(stand.fixture)
    let path = "/pin/" + link
    for _ in 1...2 {
      let page = try await visitor.get(path)
      #expect(page.status == 200 && page.headers[.cacheControl] == "no-store" && page.text.contains("Bob Sample"))
    }
    let page = try await visitor.get(path)
    func send(
      _ pin: String?, _ again: String?, by visitor: PageVisitor, _ more: [String: String] = [:]
    ) async throws -> PageVisitor.Page {
      var form = page.hidden.merging(["decision": "approve"]) { $1 }
      form["newPIN"] = pin
      form["repeatedPIN"] = again
      return try await visitor.post(path, form.merging(more) { $1 })
    }
    let texts = Texts.of(.english).pages
    for (pin, again, text) in [
      (nil, nil, texts.missingNewPIN), (Self.pin, nil, texts.missingRepeatedPIN),
      (Self.pin, "271829", texts.pinsDiffer),
      ("123456", "123456", texts.unsuitablePIN), ("111111", "111111", texts.unsuitablePIN),
      ("27182", "27182", texts.unsuitablePIN), ("27182x", "27182x", texts.unsuitablePIN),
    ] as [(String?, String?, String)] {
      let answer = try await send(pin, again, by: visitor)
      #expect(answer.status == 400 && answer.text.contains(text), "\(pin ?? "-")")
    }
    // Another browser, another page's token, another site, no decision.
    let stranger = PageVisitor(stand.fixture)
    _ = try await stranger.get(path)
    #expect(try await send(Self.pin, Self.pin, by: stranger).status == 400)
    #expect(try await send(Self.pin, Self.pin, by: visitor, ["csrf": "AAAA"]).status == 400)
    #expect(try await send(Self.pin, Self.pin, by: visitor, ["transaction": "x"]).status == 400)
    #expect(try await send(Self.pin, Self.pin, by: visitor, ["decision": "x"]).status == 400)
    let whole = page.hidden.merging(["decision": "approve", "newPIN": Self.pin, "repeatedPIN": Self.pin]) { $1 }
    #expect(try await visitor.post(path, whole, headers: [.secFetchSite: "cross-site"]).status == 400)
    #expect(try await authorize().status == 400)

    for _ in 1...2 {
      let done = try await send(Self.pin, Self.pin, by: visitor)
      #expect(done.status == 200 && done.text.contains(texts.invitationDone.title))
    }
    // A used link does nothing more.
    let other = try await send("314159", "314159", by: visitor)
    #expect(other.status == 200 && other.field("csrf") == nil)
    #expect(try await PageVisitor(stand.fixture).get(path).field("csrf") == nil)
    let granted = try await authorize()
    #expect(granted.status == 200, "\(granted.row)")
    let sad = try #require(granted["SAD"])
    let signed = try await stand.call(
      "signatures/signHash",
      [
        "credentialID": .string(id), "SAD": sad, "hashes": [RowStand.hash("a")], "hashAlgorithmOID": RowStand.sha256,
        "signAlgo": RowStand.ecdsa,
      ], token: stand.fixture.bob)
    #expect(signed.status == 200, "\(signed.row)")
    #expect(signing.messenger.delivered.last?.content == .credentialMade)
    #expect(signing.messenger.delivered.last?.recipient == "bob")

    let log = try await log(stand)
    #expect(
      log.contains { $0.contains("lifecycle.granted") && $0.contains(#""byClient":true"#) && $0.contains("registrar") })
    #expect(log.count { $0.contains("factor.set") && $0.contains(#""link":true"#) } == 1)
    #expect(log.allSatisfy { !$0.contains(link) && !$0.contains(Self.pin) && !$0.contains("Sample") })
  }

  @Test("refused on the page: the credential is gone, its certificate revoked, the link over")
  func declined() async throws {
    let stand = try await RowStand()
    let signing = stand.fixture.signing
    let made = try await create(stand, try await ordered(stand))
    let serial = try #require(made["cert"]?.object?["serialNumber"]?.string, "\(made.row)")
    let path = "/pin/" + (try #require(signing.messenger.invitation))
    let visitor = PageVisitor(stand.fixture)
    let page = try await visitor.get(path)
    let denied = try await visitor.post(path, page.hidden.merging(["decision": "deny"]) { $1 })
    #expect(denied.status == 200 && denied.text.contains(Texts.of(.english).pages.invitationRefused.title))
    #expect(try await stand.call("credentials/info", ["credentialID": made["credentialID"] ?? ""]).status == 400)
    let after = try await visitor.get(path)
    #expect(after.status == 404 && after.text.contains(Texts.of(.english).pages.invitationOver.title))
    let revoked = try await signing.store.readIssuance(reading: [
      .revocations(issuer: made["cert"]?.object?["issuerDN"]?.string ?? "")
    ]) {
      [issuer = signing.issuance.authority?.issuer.name ?? ""] in try $0.revocations(issuer: issuer, at: 0)
    }
    #expect(revoked.map(\.serialNumber).contains(serial))
    #expect(try await log(stand).contains { $0.contains("creation.refused") })
  }

  @Test("links that lead nowhere are counted by address; then also a right one waits")
  func guesses() async throws {
    let stand = try await RowStand()
    _ = try await create(stand, try await ordered(stand))
    let path = "/pin/" + (try #require(stand.fixture.signing.messenger.invitation))
    let visitor = PageVisitor(stand.fixture)
    for link in ["x", String(repeating: "A", count: 43), String(repeating: "A", count: 4000)] {
      #expect(try await visitor.get("/pin/" + link).status == 404)
    }
    for _ in 4...101 { #expect(try await visitor.get("/pin/\(String(repeating: "A", count: 43))").status == 404) }
    for path in [path, "/pin/x"] {
      let held = try await visitor.get(path)
      #expect(held.status == 429 && held.headers[.retryAfter] != nil)
    }
    stand.fixture.signing.clock.advance(31)
    #expect(try await visitor.get(path).status == 200)
  }
}
