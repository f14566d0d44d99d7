import AuditLog
import CSCModel
import OpenIDClient
import Foundation
import HTTPGateway
import Logging
import OAuth
import Octets
import OpenSSLPKI
import OutboundHTTP
import PKCS11Device
import Registry
import SQLiteStore
import ServiceLifecycle
import Issuance
import SoleControl
import Synchronization
import TransparencyLog
import Vocabulary
import WireJSON

/// A service with everything on: SoftHSM, SQLite with full synchronisation, ledger, audit, PIN, verification.
final class TestStand: Sendable {
  struct OpenDevice: Sendable {
    let device: Device
    let sessions: Int
  }

  private static let pin = "12345678"
  private static let principal = Principal(partner: PartnerID("portal"), signer: SignerID("alice"))
  static let port = 18_980

  let device: OpenDevice
  private let folder: URL
  let rowMACs: RowMACs
  private let logSigner: DeviceLogSigner
  private let authority: CertificateAuthority
  private let soleControl: SoleControlServices
  let token: String
  let client: HTTPClient
  private let server: Task<Void, any Error>
  /// A SAD that serves many calls, and how many of its signatures are used.
  private let shared = Mutex<(sad: SignatureActivationData, credential: CredentialID, left: Int)?>(nil)
  private let serial = Atomic<UInt64>(0)

  /// - Parameter slowIssuer: an eID provider at which access tokens of the client `bench` are introspected.
  init(sessions: Int, slowIssuer: String) async throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("tokens"), withIntermediateDirectories: true)
    let configuration = folder.appendingPathComponent("softhsm2.conf")
    try "directories.tokendir = \(folder.path)/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
      .write(to: configuration, atomically: true, encoding: .utf8)
    setenv("SOFTHSM2_CONF", configuration.path, 1)
    var settings = Device.Settings(
      module: "/usr/lib/softhsm/libsofthsm2.so", tokenLabel: "bench", pin: Array("bench".utf8))
    settings.sessions = sessions
    try Device.provision(
      settings, securityOfficerPIN: "bench",
      authorityKeys: Self.keyLabels)
    let keys = try DeviceKeys(
      token: .init(module: settings.module, label: settings.tokenLabel, pin: "bench"),
      labels: Self.keyLabels)
    authority = try CertificateAuthority.open(
      folder: folder.appendingPathComponent("ca").path, keys: keys, organization: "Bench", now: Self.now,
      serial: Self.serialNumber)
    let device = try Device(settings)
    self.device = OpenDevice(device: device, sessions: settings.sessions)
    rowMACs = try await RowMACs.derived(from: device, service: "bench")
    logSigner = try DeviceLogSigner(keys: keys)
    let store = try SQLiteFileStore(
      path: folder.appendingPathComponent("bench.sqlite").path, mayCreate: true,
      rowMACs: rowMACs, rowChecks: .all)
    let partners = MemoryPartnerDirectory([Partner(id: Self.principal.partner, name: "Bench")])
    soleControl = SoleControlServices(
      ServiceContext(
        store: store, device: device, rules: .init(service: "bench", instance: "bench"),
        clock: .init(now: { Self.now }, pause: { try await Task.sleep(for: $0) }), partners: partners),
      outside: .init(eid: Self.providers(slowIssuer)), verifier: Verifier())
    let issuance = IssuanceService(soleControl, store: store, rules: .init(service: "bench", instance: "bench"))
    let random: @Sendable (Int) async throws -> [UInt8] = { try await device.random(count: $0) }
    let tokens = TokenService(
      store: store, hasher: ScryptHasher(random: random), now: { Self.now }, random: random)
    token = try await tokens.issue(partner: "portal", signer: "alice").accessToken

    var logger = Logger(label: "bench")
    logger.logLevel = .error
    var gateway = Gateway(
      info: ServiceInfo(
        name: "", logo: "", region: "", language: "", description: "", authTypes: [], authorizationServer: nil),
      soleControl: soleControl, issuance: issuance, jobs: JobService(soleControl.signing), tokens: tokens,
      oauth: AuthorizationServer(
        rules: AuthorizationServer.Rules(issuer: ""), partners: partners, tokens: tokens,
        assertions: ClientAssertions()),
      eidLogIn: TrustedProviders([:]), partners: partners, logger: logger, now: { Self.now }, checkReadiness: {})
    // Each log-in comes from an address of its own, so that no limit for one address counts.
    gateway.trustedProxy = AddressBlock("127.0.0.1").map { TrustedProxy(header: "X-Forwarded-For", addresses: [$0]) }
    let (running, isRunning) = AsyncStream<Void>.makeStream()
    let servers = try gateway.servers([.init(host: "127.0.0.1", port: Self.port)]) { _ in
      isRunning.yield()
    }
    let group = ServiceGroup(services: servers, logger: logger)
    server = Task { try await group.run() }
    for await _ in running { break }
    var http = HTTPClient.Settings()
    http.allowsPlainHTTP = true
    // Log-ins wait for one another.
    http.timeout = .seconds(60)
    client = HTTPClient(http)
  }

  private static func providers(_ issuer: String) -> TrustedProviders {
    var settings = ProviderSettings(issuer: issuer, clientID: "bench", levels: ["high": .high])
    settings.accessTokens = .introspection
    var http = HTTPClient.Settings()
    http.allowsPlainHTTP = true
    http.timeout = .seconds(60)
    return TrustedProviders([issuer: OpenIDProvider(settings, client: HTTPClient(http), now: { Self.now })])
  }

  private static let keyLabels = [
    CertificateAuthority.rootLabel, CertificateAuthority.issuingLabel, DeviceLogSigner.standardLabel,
  ]

  /// Path of a file that goes when the stand stops.
  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func logEnvironment() throws -> Sequencer.Environment {
    let signer = logSigner
    return Sequencer.Environment(
      origin: "bench/log", key: try NoteKey(name: "bench/log", kind: .ecdsaP256, publicKey: signer.publicKey),
      sign: { try await signer.sign($0) }, milliseconds: SQLiteFileStore.systemTime)
  }

  func stop() async {
    server.cancel()
    client.stop()
    try? FileManager.default.removeItem(at: folder)
  }

  private static var now: UnixTime { UnixTime(Date().timeIntervalSince1970) }
  @Sendable private static func serialNumber() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }

  func createCredential(_ subject: Subject) async throws -> Credential {
    try await createCredential(subject.name, subject, .pin, .pin(Self.pin))
  }

  /// A credential that is authorized by a log-in at an eID provider.
  func createEIDCredential(issuer: String, subject: String) async throws -> Credential {
    try await createCredential("eid", .p256, .eid, .eid(issuer: issuer, subject: subject, minimumLevel: .high))
  }

  private func createCredential(
    _ name: String, _ subject: Subject, _ id: FactorID, _ factor: CredentialPlan.Factor
  ) async throws -> Credential {
    let plan = CredentialPlan(
      id: CredentialID("bench-\(name)"), partner: Self.principal.partner, signer: SignerID("alice"),
      description: name, keyType: subject.keyType, mode: .explicit, expression: .factor(id),
      factors: [factor], scal: .one, multisign: 1_000_000)
    return try await soleControl.credentials.createCredential(plan, keys: device.device) { [authority] publicKey in
      try authority.issue(
        publicKey: publicKey,
        subject: .init(commonName: "Bench", givenName: "B", surname: "Ench", country: "AT"),
        serial: Self.serialNumber(), now: Self.now, days: 1)
    }
  }

  // MARK: Steps

  func authorize(_ credential: Credential, count: Int) async throws -> SignatureActivationData {
    try await soleControl.authorizations.authorize(
      AuthorizationRequest(
        credential: credential.id, numSignatures: count, hashAlgorithm: nil, digests: [],
        presented: [.pin: Self.pin]), as: Self.principal
    ).sad
  }

  func authorize(_ credential: Credential, accessToken: String) async throws -> SignatureActivationData {
    try await soleControl.authorizations.authorize(
      AuthorizationRequest(
        credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [.eid: accessToken]),
      as: Self.principal
    ).sad
  }

  /// A SAD with room for one more signature, authorized for many at once, so that authorizing does not count.
  func sharedSAD(_ credential: Credential) async throws -> SignatureActivationData {
    let found = shared.withLock { shared -> SignatureActivationData? in
      guard let current = shared, current.credential == credential.id, current.left > 0 else { return nil }
      shared?.left -= 1
      return current.sad
    }
    if let found { return found }
    let room = 50
    let sad = try await authorize(credential, count: room)
    shared.withLock { $0 = (sad, credential.id, room - 1) }
    return sad
  }

  func sign(
    _ credential: Credential, _ sad: SignatureActivationData, _ subject: Subject, count: Int
  ) async throws -> Int {
    try await soleControl.signing.signHash(
      SigningRequest(
        credential: credential.id, sad: sad, algorithm: subject.algorithm,
        digests: (0..<count).map { _ in newDigest() }), as: Self.principal
    ).count
  }

  /// A digest that was never signed before: a repeated request would be answered from the ledger.
  private func newDigest() -> [UInt8] {
    let number = serial.add(1, ordering: .relaxed).newValue
    return withUnsafeBytes(of: number.bigEndian) { Array($0) } + [UInt8](repeating: 7, count: 24)
  }

  func pairOverHTTP(_ credential: Credential, _ subject: Subject) async throws {
    let authorized = try await post(
      "credentials/authorize",
      ["credentialID": .string(credential.id.rawValue), "numSignatures": 1, "PIN": .string(Self.pin)])
    _ = try await post(
      "signatures/signHash",
      [
        "credentialID": .string(credential.id.rawValue), "SAD": authorized["SAD"] ?? .null,
        "hash": [.string(Base64.encode(newDigest()))], "signAlgo": .string(subject.oid),
      ])
  }

  func post(_ method: String, _ body: JSONValue) async throws -> JSONObject {
    let answer = try await client.perform(
      .init(
        url: "http://127.0.0.1:\(Self.port)/csc/v1/\(method)", body: body.compact(),
        headers: ["Content-Type: application/json", "Authorization: Bearer \(token)"]))
    guard answer.status == 200, let object = try JSONValue.parse(answer.body, limits: .answer).object else {
      throw UnexpectedAnswer(description: "\(method): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
    }
    return object
  }

  struct UnexpectedAnswer: Error, CustomStringConvertible { let description: String }
}
