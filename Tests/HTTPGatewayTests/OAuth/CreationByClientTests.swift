import HTTPTypes
import Issuance
import Registry
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Grant `client_credentials` of scope `credential-creation`, for clients that are registered as trusted with
/// it.
@Suite("Creations that a trusted client orders", .timeLimit(.minutes(5)))
struct CreationByClientTests {
  private static let invalidScope = "400 invalid_scope The requested scope is invalid, unknown, or malformed."
  private static let invalidDetails = "400 invalid_authorization_details Invalid parameter authorization_details"
  private static let unauthorized = "400 unauthorized_client The client is not authorized to use this method."

  // MARK: Refusals

  @Test("a client that may not, and what it may not, gets its error, and no token")
  func refused() async throws {
    let stand = try await RowStand()
    let orders = ClientOrder(stand: stand)
    let name = #""subjectData":{"name":"Bob Sample","given_name":"Bob","family_name":"Sample","country":"AT"}"#
    let whole = #""certificatePolicy":"\#(ClientOrder.policy)",\#(name)"#
    func without(_ member: String) -> [String: String] { orders.right().filter { $0.key != member } }
    func with(_ members: [String: String]) -> [String: String] { orders.right().merging(members) { $1 } }
    func subject(_ members: String) -> [String: String] {
      orders.rich(#""certificatePolicy":"\#(ClientOrder.policy)","subjectData":{\#(members)}"#)
    }
    let request = "400 invalid_request"
    let missing = "\(request) Missing (or invalid type) string parameter"
    let badSubject = "\(request) Invalid parameter subjectData"
    let rows: [(client: String, form: [String: String], row: String)] = [
      ("registrar", without("certificatePolicy"), "\(missing) certificatePolicy"),
      ("registrar", without("userID"), "\(missing) userID"),
      ("registrar", orders.rich(whole).filter { $0.key != "userID" }, "\(missing) userID"),
      ("registrar", with(["userID": "carol"]), "\(request) Invalid parameter userID"),
      ("registrar", with(["userID": String(repeating: "a", count: 300)]), "\(request) Invalid parameter userID"),
      ("registrar", with(["certificatePolicy": "1.2.3"]), "\(request) Invalid parameter certificatePolicy"),
      ("registrar", with(["certificatePolicy": "x"]), "\(request) Invalid parameter certificatePolicy"),
      ("registrar", with(["lang": String(repeating: "a", count: 36)]), "\(request) Invalid parameter lang"),
      // Another name than the registered one, and names that are none.
      ("registrar", orders.rich(whole).merging(["userID": "alice"]) { $1 }, badSubject),
      ("registrar", subject(#""name":"\#(String(repeating: "a", count: 65))""#), badSubject),
      ("registrar", subject(#""name":"""#), badSubject), ("registrar", subject(#""name":" Bob""#), badSubject),
      ("registrar", subject(#""name":"B\u202eob""#), badSubject),
      ("registrar", subject(#""name":"B\u0007b""#), badSubject),
      ("registrar", subject(#""country":"Austria""#), badSubject),
      ("registrar", subject(#""country":"at""#), badSubject),
      ("registrar", subject(#""email":"b@example""#), badSubject), ("registrar", subject(#""name":5"#), badSubject),
      // No person is authenticated.
      ("registrar", orders.rich(whole, #","acr_values":["\#(TestIssuance.levels[0])"]"#), Self.invalidDetails),
      (
        "registrar", orders.rich(whole).merging(["certificatePolicy": ClientOrder.policy]) { $1 },
        "\(request) Invalid parameter certificatePolicy"
      ),
      ("registrar", orders.rich(whole).merging(["scope": "service"]) { $1 }, Self.invalidScope),
      ("registrar", ["scope": "credential-deletion", "credentialID": "one"], Self.invalidScope),
      ("keeper", orders.right(), Self.invalidScope), ("keeper", orders.rich(whole), Self.invalidDetails),
      ("batch", orders.right(), Self.invalidScope), ("batch", orders.rich(whole), Self.invalidDetails),
      ("portal", orders.right(), Self.invalidScope), ("portal", orders.rich(whole), Self.invalidDetails),
    ]
    for (client, form, row) in rows {
      #expect(try await orders.order(form, client: client).row == row, "\(client) \(form)")
    }
    #expect(try await orders.order(orders.right(), path: "/csc/v1/oauth2/token").row == Self.invalidScope)
    stand.fixture.signing.messenger.fail(.notConfigured)
    #expect(try await orders.order(orders.right()).row == Self.unauthorized)
    #expect(try await orders.log().allSatisfy { !$0.contains("lifecycle.granted") })
    #expect(try await orders.order([:])["scope"] == "service")
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
    let orders = ClientOrder(stand: stand)
    let token = try await orders.ordered("bob")
    let badSubject = "400 invalid_request Invalid parameter subjectData"
    let whole: JSONValue = ["name": "Bob Sample", "given_name": "Bob", "family_name": "Sample", "country": "AT"]
    for subject: JSONValue? in [nil, [:], ["name": "Bob Sample"], ["name": "B\u{202e}", "given_name": "Bob"]] {
      #expect(try await orders.create(token, subject: subject).row == badSubject, "\(String(describing: subject))")
    }
    #expect(
      try await orders.create(token, subject: whole, policy: TestIssuance.policies.oauth2code).row
        == "400 invalid_request Invalid parameter certificatePolicy")
    #expect(try await stand.call("credentials/list", ["userID": "bob"], token: token).status == 401)
    #expect(
      try await orders.log().allSatisfy {
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
    #expect(try await orders.create(token, subject: whole).row.hasPrefix("401 invalid_token"))
    stand.fixture.partners.change(SigningFixture.partner) { partner in
      partner.clients = partner.clients.map { client in
        var client = client
        if client.id == ClientID("registrar") { client.trustedScopes = [.credentialCreation] }
        return client
      }
    }
    stand.fixture.signing.messenger.fail(.notConfigured)
    #expect(try await orders.create(token, subject: whole).row == Self.unauthorized)
    stand.fixture.signing.messenger.fail(nil)
    #expect(try await orders.create(token, subject: whole).status == 201)
    #expect(try await orders.create(token, subject: whole).status == 401)
    // From now on Bob is registered by this name.
    let next = try await orders.ordered("bob")
    #expect(try await orders.create(next, subject: ["given_name": "Rob"]).row == badSubject)
    #expect(try await orders.create(next).status == 201)
    let late = try await orders.ordered("bob")
    stand.fixture.signing.clock.advance(300)
    #expect(try await orders.create(late).row.hasPrefix("401 expired_token"))
  }

  @Test("orders are counted: by client, and for one person, who is not flooded with links")
  func counted() async throws {
    let stand = try await RowStand()
    let orders = ClientOrder(stand: stand)
    for number in 1...6 { #expect(try await orders.order(orders.right()).status == 200, "\(number)") }
    let refused = try await orders.order(orders.right())
    #expect(refused.status == 429 && refused["access_token"] == nil && refused.headers[.retryAfter] != nil)
    #expect(try await orders.order(orders.right("bob")).status == 200)
    #expect(try await orders.order([:])["scope"] == "service")
  }
}
