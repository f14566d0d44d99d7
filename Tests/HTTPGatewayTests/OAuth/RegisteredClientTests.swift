import CSCModel
import OpenIDClient
import OAuth
import SoleControl
import SQLiteStore
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway
import Vocabulary

extension GatewayFixture {
  /// The same service on the same store, started with other clients in its configuration.
  fileprivate func restarted(with clients: [Client]) -> GatewayFixture {
    var fixture = self
    fixture.gateway = Gateway(
      info: gateway.info, soleControl: gateway.soleControl, issuance: gateway.issuance, jobs: gateway.jobs,
      tokens: tokens,
      oauth: AuthorizationServer(
        rules: gateway.oauth.rules, clients: ClientRegistry(clients), tokens: tokens, assertions: ClientAssertions()),
      eidLogIn: gateway.eidLogIn, brands: gateway.brands, logger: gateway.logger, now: gateway.now, checkReadiness: {})
    return fixture
  }
}

extension Client {
  fileprivate func moved(to partner: String) -> Client {
    Client(
      id: id, partner: partner, name: name, methods: methods, secret: secret, keys: keys, certificate: certificate,
      redirectURIs: redirectURIs, grants: grants, requiresPKCE: requiresPKCE, scopes: scopes)
  }
}

@Suite("Tokens of clients that the configuration no longer has", .timeLimit(.minutes(5)))
struct RegisteredClientTests {
  private static let refused = "401 invalid_token The token provided is not a valid OAuth access or refresh token."

  private static func without(_ id: String) -> [Client] { OAuthFixture.clients.filter { $0.id != id } }

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
    let portal = try #require(OAuthFixture.clients.first { $0.id == "portal" })
    for clients in [Self.without("portal"), [], Self.without("portal") + [portal.moved(to: "other")]] {
      let other = fixture.restarted(with: clients)
      for method in ["credentials/list", "credentials/info", "signatures/signHash", "auth/revoke"] {
        #expect(try await other.call(method, token: "of-portal").row == Self.refused, "\(method)")
      }
      #expect(try await other.call("credentials/list", token: fixture.alice).status == 200)
    }
    let again = fixture.restarted(with: OAuthFixture.clients)
    #expect(try await again.call("credentials/list", token: "of-portal").status == 200)
  }

  @Test("a token that is bound to a certificate is not free of it when its client is gone")
  func bound() async throws {
    let fixture = try await GatewayFixture()
    try await put("of-device", of: "device", fixture)
    #expect(try await fixture.call("credentials/list", token: "of-device").row == Self.refused)
    let other = fixture.restarted(with: Self.without("device"))
    #expect(try await other.call("credentials/list", token: "of-device").row == Self.refused)
  }

  @Test("a credential token and an order's token too, and neither is spent")
  func credential() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let gone = fixture.restarted(with: Self.without("portal"))

    let signing = try await CredentialWay(
      fixture, ["scope": "credential", "credentialID": "c", "numSignatures": "1"])
    #expect(try await signing.logIn().status == 200)
    let sad = try await signing.token(signing.approve())
    #expect(try await gone.call("credentials/info", #"{"credentialID":"c"}"#, token: sad).row == Self.refused)
    #expect(try await fixture.call("credentials/info", #"{"credentialID":"c"}"#, token: sad).status == 200)

    let deletion = try await CredentialWay(fixture, ["scope": "credential-deletion", "credentialID": "c"])
    #expect(try await deletion.logIn().status == 200)
    let order = try await deletion.token(deletion.approve())
    let body = #"{"credentialID":"c"}"#
    #expect(try await gone.call("credentials/delete", body, .v2, token: order).row == Self.refused)
    #expect(try await fixture.call("credentials/delete", body, .v2, token: order).status == 204)
  }
}
