import BlockingWork
import CSCModel
import DocumentSigning
import Enrolment
import OpenIDClient
import Foundation
import HTTPGateway
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import OAuth
import OpenSSLPKI
import Registry
import SQLiteStore
import SoleControl
import TestSupport
import Testing
import TimestampAuthority
import Vocabulary
import WireJSON

/// A gateway on SQLite and the device in memory, called through its routes.
struct GatewayFixture: Sendable {
  static let password = "correct horse"

  let signing: SigningFixture
  /// As the test gave it.
  let notifier: (any CompletionNotifier)?
  let jobs: JobService
  let tokens: TokenService
  var gateway: Gateway
  /// Asked by all parts of the service.
  var partners: TestDirectory { signing.partners }
  /// Bearer tokens.
  let alice, bob, partner, otherPartner: String
  let path: String
  /// The CA's CRL.
  let list: URL

  /// The time-stamping authority's policy.
  static let policy = "1.3.6.1.4.1.32473.7"

  /// - Parameter copy: a copy of another fixture's database, which is gone on with; its tokens are this one's.
  init(
    partners: TestDirectory = TestDirectory(), jobRules: JobService.Rules = .init(), withTimestamps: Bool = true,
    withDocuments: Bool = true, withIssuer: Bool = true, notifier: (any CompletionNotifier)? = nil,
    revocation: (any RevocationSource)? = nil, logger given: Logger? = nil,
    device: any SigningDevice = TestDevice.shared.device,
    copy: (path: String, original: GatewayFixture)? = nil
  ) async throws {
    path = try copy?.path ?? temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    let random: @Sendable (Int) async throws -> [UInt8] = { try await TestDevice.shared.device.random(count: $0) }
    let timestamps: @Sendable (TestClock) -> TimestampService = { clock in
      TimestampService(
        signer: TestDevice.shared.timestampSigner, policy: .init(oid: Self.policy, accuracy: 2), now: { clock.now },
        random: random)
    }
    list = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("issuing.crl")
    signing = SigningFixture(
      store: store, device: device, timestamps: { withTimestamps ? timestamps($0) : nil },
      authority: withIssuer ? try TestIssuance.make(list: list) : nil, partners: partners)
    for partner in Partner.list(of: OAuthFixture.clients) {
      signing.partners.change(partner.id) { $0.clients = partner.clients }
    }
    self.notifier = notifier
    jobs = JobService(signing.service.signing, notifier: notifier, rules: jobRules)
    let clock = signing.clock
    tokens = TokenService(
      store: store, hasher: ScryptHasher(random: random, cost: 1 << 8), now: { clock.now }, random: random)
    if let original = copy?.original {
      (alice, bob) = (original.alice, original.bob)
      (partner, otherPartner) = (original.partner, original.otherPartner)
    } else {
      let account = try await tokens.newAccount(
        username: "alice", password: Self.password, partner: "portal", signer: "alice")
      try await store.writeOAuth { try $0.put(account) }
      let other = Account(
        username: "bob", passwordHash: account.passwordHash, partner: "portal", signer: "bob")
      try await store.writeOAuth { try $0.put(other) }
      try await signing.registerSubject()
      alice = try await tokens.issue(partner: "portal", signer: "alice").accessToken
      bob = try await tokens.issue(partner: "portal", signer: "bob").accessToken
      partner = try await tokens.issue(partner: "portal", signer: nil).accessToken
      otherPartner = try await tokens.issue(partner: "other", signer: nil).accessToken
    }
    var logger = given ?? Logger(label: "test")
    if given == nil { logger.logLevel = .critical }
    var info = ServiceInfo(
      name: "Test", logo: "https://test.example/logo.png", region: "AT", language: "en", description: "A test",
      authTypes: ["basic", "oauth2code", "oauth2client"], authorizationServer: OAuthFixture.issuer)
    info.translations["de"] = (name: "Probe", description: "Eine Probe")
    var gateway = Gateway(
      info: info, soleControl: signing.service, issuance: signing.issuance, jobs: jobs, tokens: tokens,
      oauth: AuthorizationServer(
        rules: AuthorizationServer.Rules(issuer: OAuthFixture.issuer), partners: signing.partners,
        tokens: tokens, assertions: ClientAssertions()),
      eidLogIn: StubEIDLogIn(), partners: signing.partners, logger: logger,
      now: { clock.now }, checkReadiness: {})
    if withTimestamps { gateway.timestamps = timestamps(clock) }
    if withDocuments {
      gateway.documents = DocumentSigningService(
        soleControl: signing.service, cms: CMSMaker(), worker: ThreadPool.documents(), revocation: revocation,
        timestamps: gateway.timestamps,
        now: { clock.now })
    }
    let secrets = EnrolmentSecrets(secret: [7])
    gateway.partnerAPI = PartnerAPI(
      signers: SignerService(
        store: SQLiteEnrolment(store), device: TestDevice.shared.device, secrets: secrets, clock: clock.port),
      secrets: secrets)
    self.gateway = gateway
  }

  /// The routes. What goes through them is recorded.
  var application: some ApplicationProtocol {
    Application(responder: RecordingResponder(gateway.responder()))
  }

  struct Answer: Sendable {
    let status: Int
    let json: JSONObject
    let headers: HTTPFields

    /// `status code text`, the way the tables of the API read.
    var row: String { "\(status) \(json["error"]?.string ?? "-") \(json["error_description"]?.string ?? "-")" }
    subscript(name: String) -> JSONValue? { json[name] }
  }

  /// Sends one request through the routes.
  func call(
    _ method: String, _ body: String = "{}", _ version: CSCVersion = .v1, token: String? = nil,
    header: String? = nil, verb: HTTPRequest.Method = .post, coding: String? = nil
  ) async throws -> Answer {
    var headers: HTTPFields = [.contentType: "application/json"]
    headers[.contentEncoding] = coding
    headers[.authorization] = header ?? token.map { "Bearer \($0)" }
    let fields = headers
    return try await application.test(.router) { client in
      try await client.execute(
        uri: "/csc/\(version)/\(method)", method: verb, headers: fields,
        body: body.isEmpty ? nil : ByteBuffer(string: body)
      ) { response in
        let bytes = Array(response.body.readableBytesView)
        return Answer(
          status: response.status.code,
          json: try bytes.isEmpty
            ? JSONObject() : #require(JSONValue.parse(bytes, limits: .own).object),
          headers: response.headers)
      }
    }
  }
}
