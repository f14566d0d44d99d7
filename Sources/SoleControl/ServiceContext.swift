import Octets
public import AuditLog
public import Registry
import Throttling
public import Vocabulary
import WireJSON

/// The parts that the services of sole control share: store, device, clock, rules, and the rows that were verified.
public struct ServiceContext: Sendable {
  public struct Rules: Sendable {
    /// Name of the service in every binding. A SAD of another service fails.
    public var service: String
    /// Name of this process among those that share the store.
    public var instance: String
    /// Seconds.
    public var activationLife: UnixTime = 300
    /// Longest time for which a transaction can be kept alive by extending it. Seconds.
    public var longestTransaction: UnixTime = 3000
    /// Wrong tries until a factor is locked.
    public var maximumTries = 5
    /// The same for one-time codes that were sent.
    public var maximumCodeTries = 3
    /// Seconds that a one-time code lives.
    public var codeLife: UnixTime = 300
    public var messageLimits = MessageLimits()
    /// Limits for links to confirmation pages. A person who signs often asks for many.
    public var confirmationLimits = MessageLimits(gap: 0, perHour: 30, attemptsPerHour: 60)
    /// Seconds that a customer has to confirm.
    public var pendingLife: UnixTime = 600
    /// Authorizations of a credential that may wait for its owner.
    public var maximumPending = 5
    /// Wrong tries until one authorization that waits is over.
    public var maximumPendingTries = 3
    /// Characters of what a person reads in the app of an eID provider.
    public var longestBindingMessage = 100
    /// Seconds after which another call may ask the provider, if the one that asks never comes back.
    public var pollLease: UnixTime = 60
    /// Prefix of the address of a confirmation page.
    public var confirmationURL = "/confirm/"
    /// RFC 5646; of messages to people whose language is not known.
    public var language = "en"
    /// Seconds.
    public var challengeLife: UnixTime = 600
    /// Greatest age of an authentication at an eID provider. Seconds.
    public var maximumAuthenticationAge: UnixTime = 600

    public init(service: String, instance: String) {
      self.service = service
      self.instance = instance
    }

    package func maximumTries(of factor: FactorID) -> Int { factor.kind.maximumTries(self) }
  }

  /// Time, as a value from outside.
  public struct Clock: Sendable {
    public var now: @Sendable () -> UnixTime
    public var milliseconds: @Sendable () -> UnixMilliseconds
    public var pause: @Sendable (Duration) async throws -> Void
    /// Whether the time can be trusted. If it was set back, what was used up or is over would be good again.
    public var isRight: @Sendable () -> Bool = { true }

    /// - Parameter milliseconds: nil if whole seconds are enough.
    public init(
      now: @escaping @Sendable () -> UnixTime, milliseconds: (@Sendable () -> UnixMilliseconds)? = nil,
      pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
      self.now = now
      self.milliseconds = milliseconds ?? { now() * 1000 }
      self.pause = pause
    }
  }

  fileprivate let store: any SoleControlStore
  package let device: any SigningDevice
  package let rules: Rules
  public let clock: Clock
  private let partners: any PartnerDirectory
  let verifiedRows = VerifiedRows(capacity: 4096)
  let verifiedSADs = VerifiedSADs(octets: 8 << 20)

  /// - Parameter partners: asked at every use. A partner that is not there is called by its id, and its statements
  ///   count as far as the standard policy lets them.
  public init(
    store: any SoleControlStore, device: any SigningDevice, rules: Rules, clock: Clock,
    partners: any PartnerDirectory
  ) {
    self.store = store
    self.device = device
    self.rules = rules
    self.clock = clock
    self.partners = partners
  }

  /// The partner's name for customers.
  func name(of partner: PartnerID) async throws -> String {
    try await partners.partner(partner)?.name ?? partner.rawValue
  }

  /// The partner's record; nil if there is none.
  func partner(_ id: PartnerID) async throws -> Partner? { try await partners.partner(id) }

  /// The time, for what authorizes or signs.
  ///
  /// - Throws: `Refusal.unavailable` while the clock cannot be trusted.
  package func decidingTime() throws -> UnixTime {
    guard clock.isRight() else { throw Refusal.unavailable }
    return clock.now()
  }

  /// Random octets of the device.
  package func random(_ count: Int) async throws -> [UInt8] {
    do { return try await device.random(count: count) } catch { throw error.asFault }
  }

  /// Random text for ids, 128 bits.
  package func randomID() async throws -> String { Hex.encode(try await random(16)) }

  /// Random text that is good as long as it is kept secret, 256 bits.
  func randomSecret() async throws -> String { try await randomID() + randomID() }

  /// The device's MACs of these messages, in their order.
  package func macs(_ messages: [(key: MACKey, message: [UInt8])]) async throws -> [[UInt8]] {
    guard !messages.isEmpty else { return [] }
    do { return try await device.authenticationCodes(messages) } catch { throw error.asFault }
  }

  /// Appends an event that is about no other state of the store, such as a person's registration.
  public func record(_ event: AuditEvent) async throws {
    try await store.write(reading: []) { try $0.append(event) }
  }

  /// Writes a new finding to the audit log and returns the fault to throw.
  ///
  /// - Parameter name: names the row.
  func integrityFault(
    _ row: ProtectedRow, named name: (String, JSONValue), _ fault: any Error
  ) async throws -> any Error {
    guard verifiedRows.isNewFinding(row) else { return fault }
    try await record(AuditEvent(.integrityViolated, [name]))
    return fault
  }
}

extension DeviceError {
  /// The fault for a caller of sole control.
  package var asFault: any Error {
    switch self {
    case .busy, .unavailable: Refusal.unavailable
    case .unsupported, .fault: InternalFault.device(self)
    }
  }
}

// MARK: The parts of the store that each service uses

extension ServiceContext {
  /// The ledger's entry of a SAD.
  func activation(_ digest: ActivationDigest) async throws -> Activation? {
    try await store.read(reading: [.activation(digest)]) { try $0.activation(digest) }
  }
}

extension CredentialService {
  /// Credentials, and their factors when one is unlocked.
  func read<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any CredentialReading) throws -> Result
  ) async throws -> Result {
    try await context.store.read(reading: keys()) { try body($0) }
  }

  func write<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any CredentialTransaction) throws -> Result
  ) async throws -> Result {
    try await context.store.write(reading: keys()) { try body($0) }
  }
}

extension FactorService {
  /// Factors, for credentials that are still as they were.
  func read<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any FactorReading & ThrottleReading) throws -> Result
  ) async throws -> Result {
    try await context.store.read(reading: keys()) { try body($0) }
  }

  func write<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any CredentialReading & MessageTransaction) throws -> Result
  ) async throws -> Result {
    try await context.store.write(reading: keys()) { try body($0) }
  }
}

extension AuthorizationService {
  /// Factors are decided, SADs added to the ledger, and authorizations wait.
  func read<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body:
      @escaping @Sendable (
        any AccessTokenReading & CredentialReading & FactorReading & LedgerReading & PendingReading
      ) throws -> Result
  ) async throws -> Result {
    try await context.store.read(reading: keys()) { try body($0) }
  }

  func write<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any GrantTransaction) throws -> Result
  ) async throws -> Result {
    try await context.store.write(reading: keys()) { try body($0) }
  }
}

extension SigningService {
  /// The ledger; a job is added in the transaction that reserves its slots.
  func read<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any CredentialReading & LedgerReading) throws -> Result
  ) async throws -> Result {
    try await context.store.read(reading: keys()) { try body($0) }
  }

  func write<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SigningTransaction) throws -> Result
  ) async throws -> Result {
    try await context.store.write(reading: keys()) { try body($0) }
  }
}

extension JobService {
  /// A job ends in the transaction that ends its operation.
  func read<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any CredentialReading & LedgerReading & JobReading) throws -> Result
  ) async throws -> Result {
    try await signing.context.store.read(reading: keys()) { try body($0) }
  }

  func write<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any CredentialReading & LedgerWriting & JobWriting & AuditWriting) throws -> Result
  ) async throws -> Result {
    try await signing.context.store.write(reading: keys()) { try body($0) }
  }
}
