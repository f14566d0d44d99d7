public import Throttling
public import Vocabulary
package import WireJSON

/// Factors: their checks, the decision about them, challenges and messages. The parts of one factor alone are in its
/// file.
public struct FactorService: Sendable {
  /// Everybody outside who is asked about factors.
  public struct Outside: Sendable {
    public var eid: any EIDTokenVerifier
    public var messenger: any Messenger = NoMessenger()
    /// Verifies what partners state about their customers.
    public var statements: any PartnerStatementVerifier = NoPartnerStatements()
    /// Nil if no trusted provider has an app.
    public var backchannel: (any BackchannelClient)?

    public init(eid: any EIDTokenVerifier) { self.eid = eid }
  }

  package let context: ServiceContext
  package let credentials: CredentialService
  package let outside: Outside
  let outageEntries = OutageEntries(capacity: 10_000)

  init(_ context: ServiceContext, _ credentials: CredentialService, _ outside: Outside) {
    self.context = context
    self.credentials = credentials
    self.outside = outside
  }

  /// Prepares the check of every presented factor, in a fixed order.
  ///
  /// - Parameters:
  ///   - client: the OAuth client for which tries count, or nil for the partner's own calls and for links.
  ///   - evidencePrefix: random; the beginning of each evidence's id.
  /// - Throws: `Refusal.tooManyTries` if the caller has to wait, before a provider or partner is called. What decides
  ///   is the look in the transaction (`DecidedFactors.decide`).
  package func prepare(
    _ request: AuthorizationRequest, for credential: Credential, client: ClientID?, evidencePrefix: String,
    now: UnixTime
  ) async throws -> PreparedFactors {
    let throttle = FactorThrottle(credential, client: client, origin: request.origin)
    let presented = credential.authenticators.map(\.factor).filter { request.presented[$0] != nil }
    if presented.contains(where: \.traits.isCheckedElsewhere),
      let wait = try await read(
        reading: throttle.keys(of: presented).map { .throttle($0) }, { try throttle.wait(presented, $0, now) })
    {
      throw Refusal.tooManyTries(retryAfter: wait)
    }
    var checks: [FactorCheck] = []
    for factor in FactorID.allCases {
      guard let authenticator = credential.authenticator(factor), let value = request.presented[factor] else {
        continue
      }
      checks.append(
        try await authenticator.prepare(
          PresentedFactor(
            value: value, credential: credential, request: request,
            evidenceID: "\(evidencePrefix)-\(factor.rawValue)", now: now), in: self))
    }
    return PreparedFactors(throttle: throttle, checks: checks)
  }

  /// Completes the checks, and has the device authenticate a text that tells what they learnt.
  ///
  /// - Parameters:
  ///   - prefix: comes before the text in what is authenticated.
  ///   - text: the text that is authenticated, given the evidence.
  /// - Returns: the checks, and the text with its MAC.
  package func complete(
    _ prepared: PreparedFactors, thenAuthenticate key: MACKey, prefix: [UInt8] = [], _ text: ([Evidence]) -> [UInt8]
  ) async throws -> (DecidedFactors, ProtectedRow) {
    let checks = prepared.checks
    guard checks.contains(where: \.identifiesPerson) else {
      // Nothing is learnt from the device's answer, so that one visit does.
      let text = text(checks.map(\.evidence))
      let macs = try await context.macs([(key, prefix + text)] + checks.flatMap(\.deviceMessages))
      return (prepared.decided(by: macs.dropFirst()), ProtectedRow(text: text, mac: macs[0]))
    }
    let decided = prepared.decided(by: try await context.macs(checks.flatMap(\.deviceMessages))[...])
    let text = text(decided.evidence)
    return (decided, ProtectedRow(text: text, mac: try await context.macs([(key, prefix + text)])[0]))
  }

  /// Makes a challenge for a factor that needs one (CSC v2 §11.10). It is good once, for this credential.
  ///
  /// - Parameter description: the partner's words about the transaction, for the customer.
  /// - Returns: the challenge; nil if it went to the customer another way.
  /// - Throws: `Refusal.noChallenge` if the credential has no such factor, or the factor no challenge.
  public func challenge(
    for id: CredentialID, factor: FactorID?, description: String? = nil, as principal: Principal,
    from origin: Origin? = nil
  ) async throws -> String? {
    let credential = try await credentials.usable(id, as: principal)
    guard let factor, let authenticator = credential.credential.authenticator(factor) else { throw Refusal.noChallenge }
    return try await authenticator.challenge(
      ChallengeRequest(credential: credential, principal: principal, origin: origin, description: description), in: self
    )
  }

  /// The audit log tells what became of a flow, also where the provider was the reason that nothing did.
  func noteUnavailable(_ factor: FactorID, _ credential: Credential, _ now: UnixTime) async throws {
    guard let event = outageEntries.entry(factor, credential.id, of: credential.partner, at: now) else { return }
    try await write(reading: []) { try $0.append(event) }
  }
}

/// The presented factors of one request, prepared but not decided.
package struct PreparedFactors: Sendable {
  let throttle: FactorThrottle
  let checks: [FactorCheck]

  /// - Parameter macs: of all messages of the checks, in their order.
  func decided(by macs: ArraySlice<[UInt8]>) -> DecidedFactors {
    var macs = macs
    return DecidedFactors(
      throttle: throttle,
      checks: checks.map { check in
        defer { macs = macs.dropFirst(check.deviceMessages.count) }
        return check.finish(Array(macs.prefix(check.deviceMessages.count)))
      })
  }
}

/// The presented factors of one request, each with a verdict that becomes effective in a transaction.
package struct DecidedFactors: Sendable {
  let throttle: FactorThrottle
  let checks: [DecidedCheck]

  package var evidence: [Evidence] { checks.map(\.evidence) }
  /// For the audit log.
  package var json: JSONValue { .array(evidence.map(\.json)) }

  /// Rows that `decide` reads and changes.
  var keys: [SoleControlKey] {
    guard !checks.isEmpty else { return [] }
    return throttle.keys(of: checks.map(\.factor)).exclusive
      + checks.flatMap { $0.verdict.keys(of: $0.factor, throttle.credential) }
  }

  /// Decides about the presented factors inside the caller's transaction: whether one has to wait comes first, and a
  /// wrong factor is counted, so that many tries at once are as one after the other.
  ///
  /// - Returns: nil if every factor is good. Otherwise a refusal, which must be returned, not thrown: the counted try
  ///   must stay.
  package func decide(
    in transaction: any FactorTransaction, _ rules: ServiceContext.Rules, _ now: UnixTime
  ) throws -> Refusal? {
    guard !checks.isEmpty else { return nil }
    if let wait = try throttle.wait(checks.map(\.factor), transaction, now) { return .tooManyTries(retryAfter: wait) }
    let decision = FactorDecision(
      transaction: transaction, credential: throttle.credential, partner: throttle.partner, rules: rules, now: now)
    guard let refusal = try refusal(in: decision) else { return nil }
    switch refusal {
    case .wrongFactor(let factor): try throttle.count(factor, transaction, now)
    case .encryptedToken: try throttle.count(.eid, transaction, now)
    default: break
    }
    return refusal
  }

  /// All objections come before the first decision.
  private func refusal(in decision: FactorDecision) throws -> Refusal? {
    for check in checks {
      if let refusal = try check.verdict.objection(to: check.factor, in: decision) { return refusal }
    }
    for check in checks {
      if let refusal = try check.verdict.decide(check.factor, in: decision) { return refusal }
    }
    return nil
  }
}

/// The factors of a credential that were presented for something that is no signature: checked, and not yet decided.
///
/// They take effect with `decide`, in the transaction that does what they were presented for.
package struct FactorProof: Sendable {
  /// The credential whose factors they are.
  package let credential: UsableCredential
  /// Time at which they were presented.
  package let time: UnixTime
  private let decided: DecidedFactors
  private let rules: ServiceContext.Rules

  init(_ credential: UsableCredential, _ decided: DecidedFactors, _ rules: ServiceContext.Rules, time: UnixTime) {
    self.credential = credential
    self.time = time
    self.decided = decided
    self.rules = rules
  }

  /// Evidence for the audit log: who was authenticated and how.
  package var evidence: [Evidence] { decided.evidence }

  /// Rows that `decide` reads and changes.
  package var keys: [SoleControlKey] { [.credential(credential.id)] + decided.keys }

  /// Counts the tries and compares, inside the caller's transaction.
  ///
  /// - Returns: nil if every factor is good. A refusal is to be returned from the transaction, not thrown: the counted
  ///   try must stay.
  /// - Throws: `Refusal.unavailable` if the credential is not what it was.
  package func decide(in transaction: any CredentialReading & FactorTransaction) throws -> Refusal? {
    try credential.requireUnchanged(in: transaction)
    return try decided.decide(in: transaction, rules, time)
  }
}

extension FactorService {
  /// Checks the factors of a credential as for a signature, for something that is none, and has the device authenticate
  /// what it is.
  ///
  /// - Parameters:
  ///   - request: the presented values, bound to a purpose that fits no signature.
  ///   - purpose: for what the factors are, given the credential and the time. It can refuse before any of them is
  ///     looked at.
  /// - Returns: the purpose also as the row that is to be stored.
  package func prove<Purpose: DeviceProtected>(
    _ request: AuthorizationRequest, of use: CredentialUse = .any, as principal: Principal,
    for purpose: (_ credential: Credential, _ now: UnixTime) async throws -> Purpose
  ) async throws -> (proof: FactorProof, purpose: Purpose, row: ProtectedRow) {
    let usable = try await credentials.usable(request.credential, for: use, as: principal)
    let now = try context.decidingTime()
    let purpose = try await purpose(usable.credential, now)
    try usable.credential.check(factors: Set(request.presented.keys))
    let prepared = try await prepare(
      request, for: usable.credential, client: principal.client, evidencePrefix: try await context.randomID(), now: now)
    let (decided, row) = try await complete(prepared, thenAuthenticate: Purpose.macKey) { _ in purpose.canonical() }
    return (FactorProof(usable, decided, context.rules, time: now), purpose, row)
  }
}
