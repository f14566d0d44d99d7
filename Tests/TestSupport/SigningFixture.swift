public import AuditLog
import Crypto
import Foundation
public import Issuance
import Octets
public import OpenSSLPKI
public import Registry
public import SoleControl
import Synchronization
public import Vocabulary

/// A clock that tests move by hand. A pause is short, whatever was asked for.
public final class TestClock: Sendable {
  private let time: Mutex<UnixTime>

  /// Begins now, because certificates are valid from now on.
  public init() { time = Mutex(UnixTime(Date().timeIntervalSince1970)) }

  /// A body of a store must not read it.
  public var now: UnixTime {
    BodyFault.mustNotHappenInBodies("reads the clock")
    return time.withLock { $0 }
  }

  public func advance(_ seconds: UnixTime) { time.withLock { $0 += seconds } }

  public var port: ServiceContext.Clock {
    ServiceContext.Clock(now: { self.now }, pause: { _ in try await Task.sleep(for: .milliseconds(1)) })
  }
}

/// An eID provider that says what the test tells it to.
public final class StubEID: EIDTokenVerifier {
  private let answer: Mutex<Result<EIDStatement, EIDTokenError>>
  private let count = Mutex(0)
  /// How often it was asked.
  public var calls: Int { count.withLock { $0 } }
  public init() { answer = Mutex(.failure(.refused("nothing set"))) }
  public func set(_ answer: Result<EIDStatement, EIDTokenError>) { self.answer.withLock { $0 = answer } }

  public func verify(
    token: String, issuer: String, for partner: PartnerID
  ) async throws(EIDTokenError) -> EIDStatement {
    count.withLock { $0 += 1 }
    return try answer.withLock { $0 }.get()
  }
}

/// A partner that states what the test tells it to.
public final class StubStatements: PartnerStatementVerifier {
  private let answer: Mutex<Result<PartnerStatement, PartnerStatementError>>
  private let count = Mutex(0)
  /// How often it was asked.
  public var calls: Int { count.withLock { $0 } }
  public init() { answer = Mutex(.failure(.refused("nothing set"))) }
  public func set(_ answer: Result<PartnerStatement, PartnerStatementError>) { self.answer.withLock { $0 = answer } }

  public func verify(
    _ statement: String, of partner: Partner
  ) async throws(PartnerStatementError) -> PartnerStatement {
    count.withLock { $0 += 1 }
    return try answer.withLock { $0 }.get()
  }
}

/// Sole control and issuance over a store of the test's choice and a device in memory.
public struct SigningFixture: Sendable {
  public static let partner = PartnerID("portal")
  public static let pin = "12345678"
  public static let otpSecret = Array("12345678901234567890".utf8)

  public let store: any SoleControlStore & IssuanceStore
  public let clock = TestClock()
  public let eid = StubEID()
  public let statements = StubStatements()
  public let messenger = StubMessenger()
  public let app = StubBackchannel()
  public let partners: TestDirectory
  public let service: SoleControlServices
  public let issuance: IssuanceService
  private let keys: any KeyMaker

  /// - Parameter keys: makes the keys that the device uses.
  public init(
    store: any SoleControlStore & IssuanceStore = MemoryStore(), device: any SigningDevice = TestDevice.shared.device,
    keys: any KeyMaker = TestDevice.shared.device,
    verifier: any SignatureVerifier = Verifier(), instance: String = "test",
    timestamps: (TestClock) -> (any SignatureTimestamping)? = { _ in nil }, authority: IssuingAuthority? = nil,
    policy: StatementPolicy = SigningFixture.alone, partners: TestDirectory = TestDirectory()
  ) {
    self.store = store
    self.keys = keys
    partners.change(Self.partner) { $0 = $0.stating(policy) }
    self.partners = partners
    let rules = ServiceContext.Rules(service: "test", instance: instance)
    service = SoleControlServices(
      ServiceContext(store: store, device: device, rules: rules, clock: clock.port, partners: partners),
      outside: Self.outside(eid, messenger, statements, app), verifier: verifier, timestamps: timestamps(clock))
    issuance = IssuanceService(
      service, store: store, rules: .init(service: "test", instance: instance), authority: authority)
  }

  /// - Parameter app: nil for a service whose providers have none.
  public static func outside(
    _ eid: StubEID, _ messenger: StubMessenger, _ statements: StubStatements, _ app: StubBackchannel?
  ) -> FactorService.Outside {
    var outside = FactorService.Outside(eid: eid)
    outside.messenger = messenger
    outside.statements = statements
    outside.backchannel = app
    return outside
  }

  /// A partner whose statements suffice.
  public static var alone: StatementPolicy {
    var policy = StatementPolicy()
    policy.isSufficientAlone = true
    return policy
  }

  /// Makes a credential with a real key and certificate.
  public func createCredential(
    _ name: String = "cred-1", key: KeyType = .ec(.p256), scal: SCAL = .one, expression: String? = "PIN",
    signer: String = "alice", partner: PartnerID = SigningFixture.partner, multisign: Int = 10, days: Int64 = 30,
    mode: AuthorizationMode = .explicit, age: Int64 = 0
  ) async throws -> Credential {
    let parsed = expression.flatMap(FactorExpression.init(parsing:))
    let factors: [CredentialPlan.Factor] = (parsed?.factors ?? []).map { factor in
      switch factor {
      case .pin: .pin(Self.pin)
      case .otp: .otp(secret: Self.otpSecret)
      case .sms: .sms(MessageRecipient(name: signer))
      case .page: .page(MessageRecipient(name: signer), pin: Self.pin)
      case .eid: .eid(issuer: "https://eid.example", subject: "subject-1", minimumLevel: .substantial)
      case .partner: .partner(subject: "customer-1")
      case .eidApp:
        .eidApp(
          issuer: "https://eid.example", subject: "subject-1", minimumLevel: .substantial, hint: "hint of \(signer)")
      }
    }
    let now = clock.now - age
    return try await service.credentials.createCredential(
      CredentialPlan(
        id: CredentialID(name), partner: partner, signer: SignerID(signer), description: name, keyType: key,
        mode: expression == nil ? .implicit : mode, expression: parsed, factors: factors, scal: scal,
        multisign: multisign), keys: keys
    ) { publicKey in
      try TestDevice.shared.authority.issue(
        publicKey: publicKey,
        subject: .init(commonName: "Alice Example", givenName: "Alice", surname: "Example", country: "AT"),
        serial: (0..<16).map { _ in UInt8.random(in: .min ... .max) }, now: now, days: days)
    }
  }

  /// Makes it known who a signer is.
  public func registerSubject(
    _ signer: String = "alice", givenName: String = "Alice", surname: String = "Example",
    partner: PartnerID = SigningFixture.partner
  ) async throws {
    try await issuance.registerSubject(
      CertificateSubject(
        signer: SignerID(signer), partner: partner, commonName: "\(givenName) \(surname)", givenName: givenName,
        surname: surname, country: "AT"))
  }

  public func principal(_ signer: String? = "alice", partner: PartnerID = SigningFixture.partner) -> Principal {
    Principal(partner: partner, signer: signer.map { SignerID($0) })
  }

  public func authorize(
    _ credential: Credential, count: Int = 1, digests: [[UInt8]] = [],
    presented: [FactorID: String] = [.pin: SigningFixture.pin], as principal: Principal? = nil
  ) async throws -> Authorization {
    try await service.authorizations.authorize(
      AuthorizationRequest(
        credential: credential.id, numSignatures: count, hashAlgorithm: digests.isEmpty ? nil : .sha256,
        digests: digests, presented: presented), as: principal ?? self.principal())
  }

  public func sign(
    _ credential: Credential, _ sad: SignatureActivationData, _ digests: [[UInt8]],
    algorithm: SignatureAlgorithm? = nil, as principal: Principal? = nil
  ) async throws -> [[UInt8]] {
    let standard: SignatureAlgorithm = if case .ec = credential.keyType { .ecdsa(.sha256) } else { .rsaPKCS1(.sha256) }
    return try await service.signing.signHash(
      SigningRequest(
        credential: credential.id, sad: sad, algorithm: algorithm ?? standard, digests: digests),
      as: principal ?? self.principal())
  }
}

extension FactorService {
  /// The text of a challenge, for factors that answer it to the caller.
  public func nonce(for id: CredentialID, factor: FactorID?, as principal: Principal) async throws -> String {
    guard let text = try await challenge(for: id, factor: factor, as: principal) else { throw Refusal.noChallenge }
    return text
  }
}

/// SHA-256 of a text: something to sign.
public func digest(_ text: String) -> [UInt8] { OctetDigest.sha256(text) }

extension MemoryStore {
  /// How often each kind of event stands in the log.
  public func count(_ kind: AuditEvent.Kind) -> Int {
    let mark = "\"kind\":\"\(kind.rawValue)\""
    return audit.entries.filter { String(decoding: $0.text, as: UTF8.self).contains(mark) }.count
  }
}
