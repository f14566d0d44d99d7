internal import Lifetimes
internal import Octets

/// Sole control over the signing keys: who may sign what with which key, and the record of it.
public struct SigningService: Sendable {
  public struct Rules: Sendable {
    /// Name of the service in every binding. A SAD of another service fails.
    public var service: String
    /// Name of this process among those that share the store.
    public var instance: String
    /// Seconds.
    public var activationLife: UnixTime = 300
    /// How long a transaction can be kept alive by extending it. Seconds.
    public var longestTransaction: UnixTime = 3000
    /// Wrong tries until a factor is locked.
    public var maximumTries = 5
    /// The same for one-time codes that were sent.
    public var maximumCodeTries = 3
    /// Seconds that a one-time code lives.
    public var codeLife: UnixTime = 300
    public var messageLimits = MessageLimits()
    /// Links to confirmation pages are asked for by whoever signs often.
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
    /// What the address of a confirmation page begins with.
    public var confirmationURL = "/confirm/"
    /// RFC 5646; of messages to people whose language is not known.
    public var language = "en"
    /// What partners are called where customers read it. A partner without a name is called by its id.
    public var partnerNames: [PartnerID: String] = [:]
    /// Seconds.
    public var challengeLife: UnixTime = 600
    /// How old an authentication at an eID provider may be. Seconds.
    public var maximumAuthenticationAge: UnixTime = 600
    /// Of those partners whose statements are accepted.
    public var partnerPolicies: [PartnerID: PartnerPolicy] = [:]

    public init(service: String, instance: String) {
      self.service = service
      self.instance = instance
    }

    func maximumTries(of factor: FactorID) -> Int { factor == .sms ? maximumCodeTries : maximumTries }
    func name(of partner: PartnerID) -> String { partnerNames[partner] ?? partner.rawValue }
  }

  /// Time, as a value from outside.
  public struct Clock: Sendable {
    public var now: @Sendable () -> UnixTime
    public var milliseconds: @Sendable () -> UnixMilliseconds
    public var pause: @Sendable (Duration) async throws -> Void
    /// Whether the time can be trusted. If it was set back, what was used up or is over would be good again.
    public var isRight: @Sendable () -> Bool = { true }

    /// - Parameter milliseconds: nil if nobody needs more than whole seconds.
    public init(
      now: @escaping @Sendable () -> UnixTime, milliseconds: (@Sendable () -> UnixMilliseconds)? = nil,
      pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
      self.now = now
      self.milliseconds = milliseconds ?? { now() * 1000 }
      self.pause = pause
    }
  }

  let store: any SoleControlStore
  let device: any SigningDevice
  let verifier: any SignatureVerifier
  let eid: any EIDTokenVerifier
  let messenger: any Messenger
  let rules: Rules
  public var clock: Clock
  let verifiedRows = VerifiedRows(capacity: 4096)
  let outageEntries = OutageEntries(capacity: 10_000)
  /// Verifies what partners state about their customers.
  public var statements: any PartnerStatementVerifier = NoPartnerStatements()
  /// Nil if there is no authority; then nothing may ask for a time-stamp.
  public var timestamps: (any SignatureTimestamping)?
  /// Nil if no trusted provider has an app.
  public var backchannel: (any BackchannelClient)?

  public init(
    store: any SoleControlStore, device: any SigningDevice, verifier: any SignatureVerifier,
    eid: any EIDTokenVerifier, messenger: any Messenger = NoMessenger(), rules: Rules, clock: Clock
  ) {
    self.store = store
    self.device = device
    self.verifier = verifier
    self.eid = eid
    self.messenger = messenger
    self.rules = rules
    self.clock = clock
  }

  /// The time, for what authorizes or signs.
  ///
  /// - Throws: `Refusal.unavailable` while the clock cannot be trusted.
  package func decidingTime() throws -> UnixTime {
    guard clock.isRight() else { throw Refusal.unavailable }
    return clock.now()
  }

  /// Random text for ids, 128 bits.
  package func randomID() async throws -> String { Hex.encode(try await random(16)) }

  /// Random octets of the device.
  package func random(_ count: Int) async throws -> [UInt8] {
    do { return try await device.random(count: count) } catch { throw error.asFault }
  }
}

extension DeviceError {
  /// What a caller of sole control gets for it.
  package var asFault: any Error {
    switch self {
    case .busy, .unavailable: Refusal.unavailable
    case .unsupported, .fault: InternalFault.device(self)
    }
  }
}
