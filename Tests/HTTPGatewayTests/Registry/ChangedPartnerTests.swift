import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import Registry
import SoleControl
import TestSupport
import Testing
import Vocabulary
import Webhooks
import WireJSON

@testable import HTTPGateway

/// The directory is asked at the time of use: what it says now is obeyed now, by a service that was not restarted.
@Suite("Partners that change while the service runs", .timeLimit(.minutes(5)))
struct ChangedPartnerTests {
  private static let portal = PartnerID("portal")
  private static let client = ClientID("portal")
  private static let hashes =
    #""hashes":["\#(Base64.encode(digest("a")))"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#

  /// Ways to take back what a client may do. Each ends what it began before.
  private static let endings: [(String, @Sendable (TestDirectory) -> Void)] = [
    ("removed", { $0.remove(client: client) }), ("all gone", { $0.replace(with: []) }),
    ("moved", { $0.change(client: client) { $0.partner = PartnerID("other") } }),
    ("no redirect URI", { $0.change(client: client) { $0.redirectURIs = [OAuthFixture.redirectURI + "/2"] } }),
    ("no grant", { $0.change(client: client) { $0.grants = [.clientCredentials] } }),
    ("no scope", { $0.change(client: client) { $0.scopes = [.service] } }),
  ]

  private func credentialWay(_ fixture: GatewayFixture) async throws -> CredentialWay {
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    return try await CredentialWay(fixture, ["scope": "credential", "credentialID": "c", "numSignatures": "1"])
  }

  private func json(_ page: PageVisitor.Page) throws -> JSONObject {
    try #require(JSONValue.parse(Array(page.text.utf8), limits: .own).object)
  }

  private func token(_ fixture: GatewayFixture, _ form: [String: String]) async throws -> PageVisitor.Page {
    try await PageVisitor(fixture).post(
      "/oauth2/token", form.merging(["client_id": "portal", "client_secret": OAuthFixture.secret]) { mine, _ in mine },
      headers: [:])
  }

  private func code(_ end: PageVisitor.Page) throws -> String {
    String(try #require(end.headers[.location]?.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(end.text)").1)
  }

  // MARK: Clients

  @Test("an open log-in page and an open consent page end with their client, and spend nothing")
  func openPages() async throws {
    for (name, end) in Self.endings {
      let fixture = try await GatewayFixture()
      let registered = fixture.partners.partners
      let way = try await credentialWay(fixture)
      end(fixture.partners)
      #expect(try await way.logIn().status == 400, "\(name)")
      fixture.partners.replace(with: registered)
      #expect(try await way.logIn().status == 200, "\(name)")
      end(fixture.partners)
      let refused = try await way.approve()
      #expect(refused.status == 400 && refused.headers[.location] == nil, "\(name)")
      fixture.partners.replace(with: registered)
      let approved = try await way.approve()
      #expect(approved.headers[.location]?.contains("code=") == true, "\(name) \(approved.text)")
    }
  }

  @Test("a code that was not fetched yet")
  func waitingCode() async throws {
    for (name, end) in Self.endings {
      let fixture = try await GatewayFixture()
      let registered = fixture.partners.partners
      let way = try await credentialWay(fixture)
      _ = try await way.logIn()
      let form = [
        "grant_type": "authorization_code", "code": try code(try await way.approve()),
        "redirect_uri": OAuthFixture.redirectURI, "code_verifier": CredentialWay.verifier,
      ]
      end(fixture.partners)
      #expect(try await token(fixture, form).status >= 400, "\(name)")
      fixture.partners.replace(with: registered)
      let answer = try await token(fixture, form)
      #expect(answer.status == 200, "\(name) \(answer.text)")
    }
  }

  @Test("a pushed request")
  func pushedRequest() async throws {
    for (name, end) in Self.endings {
      let fixture = try await GatewayFixture()
      let registered = fixture.partners.partners
      _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
      let visitor = PageVisitor(fixture)
      let pushed = try await visitor.post(
        "/oauth2/pushed_authorize",
        CredentialWay.parameters([
          "scope": "credential", "credentialID": "c", "numSignatures": "1", "client_secret": OAuthFixture.secret,
        ]), headers: [:])
      let uri = try #require(json(pushed)["request_uri"]?.string, "\(pushed.text)")
      let path = "/oauth2/authorize?client_id=portal&request_uri=\(PercentText.encode(uri))"
      end(fixture.partners)
      #expect(try await visitor.get(path).status == 400, "\(name)")
      fixture.partners.replace(with: registered)
      #expect(try await visitor.get(path).status == 200, "\(name)")
    }
  }

  @Test("a refresh token, which is not used up by the attempt; another secret counts at once")
  func refreshToken() async throws {
    let fixture = try await GatewayFixture()
    let registered = fixture.partners.partners
    let way = try await CredentialWay(fixture, ["scope": "service"])
    _ = try await way.logIn()
    let issued = try await token(
      fixture,
      [
        "grant_type": "authorization_code", "code": try code(try await way.approve()),
        "redirect_uri": OAuthFixture.redirectURI, "code_verifier": CredentialWay.verifier,
      ])
    let refresh = [
      "grant_type": "refresh_token", "refresh_token": try #require(json(issued)["refresh_token"]?.string),
    ]
    for change in [
      { $0.remove(client: Self.client) }, { $0.change(client: Self.client) { $0.partner = PartnerID("other") } },
      { $0.change(client: Self.client) { $0.grants.remove(.refreshToken) } },
      { $0.change(client: Self.client) { $0.secret = Secret("another secret of the client's") } },
    ] as [@Sendable (TestDirectory) -> Void] {
      change(fixture.partners)
      #expect(try await token(fixture, refresh).status >= 400)
      fixture.partners.replace(with: registered)
    }
    let answer = try await token(fixture, refresh)
    #expect(answer.status == 200, "\(answer.text)")
  }

  @Test(
    "an authorization that waits: its handle opens nothing while the client is gone, and the customer loses nothing")
  func waitingAuthorization() async throws {
    let fixture = try await GatewayFixture()
    let registered = fixture.partners.partners
    let way = try await CredentialWay(fixture, ["scope": "service"])
    _ = try await way.logIn()
    let bearer = try await way.token(way.approve())
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    let begun = try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"\#(credential.id)","numSignatures":1,\#(Self.hashes),"authData":[{"id":"PAGE"}]}"#, .v2,
      token: bearer)
    let handle = try #require(begun["handle"]?.string, "\(begun.row)")
    let check = #"{"handle":"\#(handle)"}"#
    fixture.partners.remove(client: Self.client)
    #expect(try await fixture.call("credentials/authorizeCheck", check, .v2, token: bearer).status == 401)
    let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
    let visitor = PageVisitor(fixture)
    let page = try await visitor.get(path)
    let approved = try await visitor.post(
      path, page.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 })
    #expect(approved.status == 200, "\(approved.text)")
    #expect(try await fixture.call("credentials/authorizeCheck", check, .v2, token: bearer).status == 401)
    fixture.partners.replace(with: registered)
    #expect(try await fixture.call("credentials/authorizeCheck", check, .v2, token: bearer)["SAD"] != nil)
  }

  // MARK: What a partner shows

  @Test("names, colours and pictures: the next page has the new ones, and the old files are gone")
  func brand() async throws {
    let fixture = try await GatewayFixture()
    func style() async throws -> (path: String, page: String) {
      let page = try await PageVisitor(fixture).get("/oauth2/authorize?" + CredentialWay.query([:]))
      let path = try #require(
        page.text.firstMatch(of: /href="(\/brand\/portal\/colours-[0-9a-f]+\.css)"/), "\(page.text)")
      return (String(path.1), page.text)
    }
    let old = try await style()
    #expect(old.page.contains("Client portal") && !old.page.contains(#"class="logo""#))
    fixture.partners.change(Self.portal) { partner in
      partner.name = "A new name"
      partner.brand.colour = "#ffcc00"
      partner.brand.logo = PagesFixture.png
      partner.brand.words["en"] = .init(welcome: "Good to see you")
    }
    fixture.partners.change(client: Self.client) { $0.name = "The new app" }
    let new = try await style()
    #expect(new.path != old.path && new.page.contains("A new name") && new.page.contains("The new app"))
    #expect(new.page.contains("Good to see you") && new.page.contains("/brand/portal/logo-"))
    #expect(try await PageVisitor(fixture).get(new.path).text.contains("#ffcc00"))
    #expect(try await PageVisitor(fixture).get(old.path).status == 404)
    fixture.partners.change(Self.portal) { $0.brand.frameOrigins = ["https://frames.example"] }
    let framed = try await PageVisitor(fixture).get("/oauth2/authorize?" + CredentialWay.query([:]))
    #expect(framed.headers[.contentSecurityPolicy]?.contains("frame-ancestors https://frames.example") == true)
    #expect(framed.headers[.setCookie]?.contains("SameSite=None") == true)
  }

  @Test("the partner's name in messages to its customers")
  func messages() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "SMS")
    fixture.partners.change(Self.portal) { $0.name = "Bank of Portals" }
    let sent = try await fixture.call(
      "credentials/sendOTP", #"{"credentialID":"\#(credential.id)"}"#, token: fixture.alice)
    #expect(sent.status == 204, "\(sent.row)")
    #expect(fixture.signing.messenger.delivered.last?.text.contains("Bank of Portals") == true)
  }

  @Test("browsers' origins: a new one may call at once, one that is taken away may not")
  func origins() async throws {
    let fixture = try await GatewayFixture()
    func allowed(_ origin: String) async throws -> String? {
      try await fixture.application.test(.router) { client in
        try await client.execute(uri: "/csc/v2/info", method: .post, headers: [.origin: origin]) {
          $0.headers[.accessControlAllowOrigin]
        }
      }
    }
    #expect(try await allowed("https://portal.example") == nil)
    fixture.partners.change(Self.portal) { $0.browserOrigins = ["https://portal.example"] }
    #expect(try await allowed("https://portal.example") == "https://portal.example")
    fixture.partners.change(PartnerID("other")) { $0.browserOrigins = ["https://other.example"] }
    fixture.partners.change(Self.portal) { $0.browserOrigins = [] }
    #expect(try await allowed("https://portal.example") == nil)
    #expect(try await allowed("https://other.example") == "https://other.example")
  }

  // MARK: Policies and calls

  @Test("a policy of statements that is tightened")
  func policy() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PARTNER")
    func authorize(_ id: String) async throws -> Int {
      let now = fixture.signing.clock.now
      fixture.signing.statements.set(
        .success(
          PartnerStatement(
            issuer: "https://portal.example", subject: "customer-1", id: id, issued: now, expires: now + 60,
            authenticationTime: now - 100, acr: "two", level: .substantial, methods: ["pwd"],
            authorizedDigests: AuthorizedDigests(hashAlgorithm: .sha256, numSignatures: 1, digests: [digest("a")]),
            digest: [1])))
      let object = #"[{"id":"PARTNER","value":"jws"}]"#
      return try await fixture.call(
        "credentials/authorize",
        #"{"credentialID":"\#(credential.id)","numSignatures":1,\#(Self.hashes),"authData":\#(object)}"#, .v2,
        token: fixture.alice
      ).status
    }
    #expect(try await authorize("1") == 200)
    let changes: [@Sendable (inout StatementPolicy) -> Void] = [
      { $0.users = ["customer-2"] }, { $0.minimumLevel = .high }, { $0.maximumAuthenticationAge = 60 },
      { $0.credentials = [] }, { $0.isSufficientAlone = false },
    ]
    for (index, change) in changes.enumerated() {
      fixture.partners.change(Self.portal) { partner in
        var policy = SigningFixture.alone
        change(&policy)
        partner.statements?.policy = policy
      }
      #expect(try await authorize("tight \(index)") == 400, "\(index)")
    }
    fixture.partners.change(Self.portal) { $0.statements?.policy = SigningFixture.alone }
    #expect(try await authorize("2") == 200)
  }

  @Test("where a partner may be told that a job has ended; nothing is spent for a refused one")
  func callbacks() async throws {
    let directory = TestDirectory()
    let fixture = try await GatewayFixture(
      partners: directory, notifier: CompletionSender(directory, now: { 1_700_000_000 }))
    let credential = try await fixture.signing.createCredential()
    let sad = Base64.encodeURL(try await fixture.signing.authorize(credential).sad.octets)
    func sign() async throws -> GatewayFixture.Answer {
      try await fixture.call(
        "signatures/signHash",
        #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)",\#(Self.hashes),"signAlgo":"1.2.840.10045.4.3.2","#
          + #""operationMode":"A","response_uri":"https://portal.example/hook"}"#, .v2, token: fixture.alice)
    }
    let refused = try await sign()
    #expect(refused.status == 400, "\(refused.row)")
    directory.change(Self.portal) { partner in
      var webhooks = Partner.Webhooks(secret: Secret("a secret of the partner's"))
      webhooks.callbackOrigins = [CallbackOrigin("https://portal.example", allowsPrivateAddresses: false)!]
      partner.webhooks = webhooks
    }
    let accepted = try await sign()
    #expect(accepted.status == 200 && accepted["responseID"] != nil, "\(accepted.row)")
    directory.change(Self.portal) { $0.webhooks = nil }
    #expect(try await sign().status == 400)
  }
}
