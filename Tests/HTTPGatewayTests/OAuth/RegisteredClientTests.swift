import OAuth
import SoleControl
import Registry
import SQLiteStore
import TestSupport
import Testing
import Vocabulary

@testable import HTTPGateway

@Suite("Tokens of clients that are not registered any more", .timeLimit(.minutes(5)))
struct RegisteredClientTests {
  private static let refused = "401 invalid_token The token provided is not a valid OAuth access or refresh token."

  private static func without(_ id: ClientID) -> [Partner] {
    Partner.list(of: OAuthFixture.clients.filter { $0.id != id })
  }

  /// The same clients, of which one belongs to another partner.
  private static func moved(_ id: ClientID, to partner: PartnerID) -> [Partner] {
    Partner.list(
      of: OAuthFixture.clients.map { client in
        var client = client
        if client.id == id { client.partner = partner }
        return client
      })
  }

  private func put(_ token: String, of client: String, _ fixture: GatewayFixture) async throws {
    let store = try #require(fixture.signing.store as? SQLiteFileStore)
    let expires = fixture.signing.clock.now + 600
    try await store.writeOAuth {
      try $0.put(
        TokenRecord(
          digest: TokenService.digest(token), kind: .access, partner: "portal", signer: "alice", client: client,
          grant: "g-\(token)", expires: expires))
    }
  }

  @Test("a service token dies with its client, or when the client goes to another partner; those of log-ins stay")
  func service() async throws {
    let fixture = try await GatewayFixture()
    try await put("of-portal", of: "portal", fixture)
    #expect(try await fixture.call("credentials/list", token: "of-portal").status == 200)
    let registered = fixture.partners.partners
    let portal = ClientID("portal")
    for partners in [Self.without(portal), [], Self.moved(portal, to: PartnerID("other"))] {
      fixture.partners.replace(with: partners)
      for method in ["credentials/list", "credentials/info", "signatures/signHash", "auth/revoke"] {
        #expect(try await fixture.call(method, token: "of-portal").row == Self.refused, "\(method)")
      }
      #expect(try await fixture.call("credentials/list", token: fixture.alice).status == 200)
    }
    fixture.partners.replace(with: registered)
    #expect(try await fixture.call("credentials/list", token: "of-portal").status == 200)
  }

  @Test("a token that is bound to a certificate is not free of it when its client is gone")
  func bound() async throws {
    let fixture = try await GatewayFixture()
    try await put("of-device", of: "device", fixture)
    #expect(try await fixture.call("credentials/list", token: "of-device").row == Self.refused)
    fixture.partners.replace(with: Self.without(ClientID("device")))
    #expect(try await fixture.call("credentials/list", token: "of-device").row == Self.refused)
  }

  @Test("a credential token and an order's token too, and neither is spent")
  func credential() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let registered = fixture.partners.partners
    let gone = Self.without(ClientID("portal"))

    let signing = try await CredentialWay(
      fixture, ["scope": "credential", "credentialID": "c", "numSignatures": "1"])
    #expect(try await signing.logIn().status == 200)
    let sad = try await signing.token(signing.approve())
    fixture.partners.replace(with: gone)
    #expect(try await fixture.call("credentials/info", #"{"credentialID":"c"}"#, token: sad).row == Self.refused)
    fixture.partners.replace(with: registered)
    #expect(try await fixture.call("credentials/info", #"{"credentialID":"c"}"#, token: sad).status == 200)

    let deletion = try await CredentialWay(fixture, ["scope": "credential-deletion", "credentialID": "c"])
    #expect(try await deletion.logIn().status == 200)
    let order = try await deletion.token(deletion.approve())
    let body = #"{"credentialID":"c"}"#
    fixture.partners.replace(with: gone)
    #expect(try await fixture.call("credentials/delete", body, .v2, token: order).row == Self.refused)
    fixture.partners.replace(with: registered)
    #expect(try await fixture.call("credentials/delete", body, .v2, token: order).status == 204)
  }
}
