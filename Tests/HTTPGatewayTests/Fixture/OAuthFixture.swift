import OAuth
import Registry
import SoleControl
import Vocabulary

/// The clients of the tests.
enum OAuthFixture {
  static let issuer = "https://sign.example"
  static let secret = "a secret of the client's"
  static let redirectURI = "https://portal.example/callback"

  static let clients = [
    client("portal", [.secretBasic, .secretPost]), client("app", [.none]),
    client("legacy", [.secretPost], requiresPKCE: false), client("rival", [.secretPost], partner: "other"),
    client("native", [.none], redirectURIs: ["http://127.0.0.1:8091/cb"]), client("device", [.certificate]),
    client("plain", [.secretPost], scopes: Client.usualScopes),
    client("batch", [.secretPost], grants: [.clientCredentials]),
    client("tester", [.secretPost, .secretBasic], sendsParametersInQuery: true),
    client("keeper", [.secretPost], grants: [.clientCredentials], trustedScopes: [.credentialDeletion]),
    client("registrar", [.secretPost], grants: [.clientCredentials], trustedScopes: [.credentialCreation]),
    client("desk", [.secretPost], grants: [.clientCredentials], partnerScopes: Set(PartnerScope.allCases)),
    client("help", [.secretPost], grants: [.clientCredentials], partnerScopes: [.revoke]),
    client(
      "rival desk", [.secretPost], partner: "other", grants: [.clientCredentials],
      partnerScopes: Set(PartnerScope.allCases)),
  ]

  private static func client(
    _ id: String, _ methods: Set<Client.AuthenticationMethod>, partner: String = "portal", requiresPKCE: Bool = true,
    grants: Set<Client.Grant> = Set(Client.Grant.allCases), redirectURIs: [String] = [redirectURI],
    scopes: Set<Scope> = Set(Scope.allCases), trustedScopes: Set<Scope> = [],
    partnerScopes: Set<PartnerScope> = [], sendsParametersInQuery: Bool = false
  ) -> Client {
    Client(
      id: ClientID(id), partner: PartnerID(partner), name: "Client \(id)", methods: methods,
      secret: methods == [.none] ? nil : Secret(secret), keys: nil, certificate: nil,
      redirectURIs: id == "batch" ? [redirectURI, redirectURI + "/2"] : redirectURIs,
      grants: methods == [.none] ? [.authorizationCode, .refreshToken] : grants,
      requiresPKCE: requiresPKCE, scopes: scopes, trustedScopes: trustedScopes, partnerScopes: partnerScopes,
      sendsParametersInQuery: sendsParametersInQuery)
  }
}

/// No provider: the pages' button to it says that it does not answer.
struct StubEIDLogIn: EIDLogIn {
  func authorizationURL(
    issuer: String, redirectURI: String, state: String, nonce: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String { throw .providerUnavailable() }

  func idToken(
    issuer: String, code: String, redirectURI: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String { throw .providerUnavailable() }
}
