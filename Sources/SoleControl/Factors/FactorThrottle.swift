import AuditLog
import Throttling
public import Vocabulary
import WireJSON

/// Counters for a try at a credential's factors, apart from the factor's own.
struct FactorThrottle: Sendable {
  private let guess, statement: ThrottleKey
  /// Counters of both.
  private let common: [ThrottleKey]
  let credential: CredentialID
  let partner: PartnerID

  /// - Parameter client: the OAuth client, or the partner for tokens of `auth/login` and links.
  init(_ credential: Credential, client: ClientID?, origin: Origin?) {
    self.credential = credential.id
    partner = credential.partner
    guess = Self.key(.factorSigner, credential)
    statement = Self.key(.statementSigner, credential)
    common = Self.keys(credential, client, origin, .factorClient, .factorPerson, .factorServer)
  }

  static func key(_ signerKind: ThrottleKind, _ credential: Credential) -> ThrottleKey {
    let signer = credential.signer.rawValue
    return ThrottleKey(signerKind, signer, owner: ThrottleKey.owner(ofSigner: signer))
  }

  static func keys(
    _ credential: Credential, _ client: ClientID?, _ origin: Origin?, _ clientKind: ThrottleKind,
    _ personKind: ThrottleKind, _ serverKind: ThrottleKind
  ) -> [ThrottleKey] {
    let partner = credential.partner.rawValue
    let owner = ThrottleKey.owner(ofClient: client?.rawValue ?? partner)
    return [ThrottleKey(clientKind, partner, client?.rawValue ?? "", owner: owner)]
      + (origin.map {
        let owner = ThrottleKey.owner(ofAddress: $0.address)
        return [ThrottleKey($0.kind == .endUser ? personKind : serverKind, $0.address, owner: owner)]
      } ?? [])
  }

  /// Seconds until a try at these factors is looked at; nil if now.
  func wait(_ factors: [FactorID], _ store: any ThrottleReading, _ now: UnixTime) throws -> UnixTime? {
    try store.wait(keys(of: factors), now: now)
  }

  /// Refused statements do not hold up PINs, nor the other way round.
  func keys(of factors: [FactorID]) -> [ThrottleKey] {
    (factors.contains(where: \.traits.isGuessable) ? [guess] : [])
      + (factors.allSatisfy(\.traits.isGuessable) ? [] : [statement])
      + common
  }

  func count(_ factor: FactorID, _ transaction: any FactorTransaction, _ now: UnixTime) throws {
    let own = factor.traits.isGuessable ? guess : statement
    let exceedsCap = try transaction.failures(own, now: now) >= ThrottleKind.perSignerCap
    let counted = keys(of: [factor]).filter { !exceedsCap || !$0.kind.isShared }
    for key in try transaction.count(counted, now: now) {
      try transaction.append(
        AuditEvent(
          .throttled, partner: partner.rawValue,
          [("credential", .string(credential.rawValue)), ("count", .string(key.kind.rawValue))]))
    }
  }

  static func codeKeys(_ request: ChallengeRequest) -> [ThrottleKey] {
    let credential = request.credential.credential
    return [Self.key(.codeSigner, credential)]
      + Self.keys(credential, request.principal.client, request.origin, .codeClient, .codePerson, .codeServer)
  }

  /// Holds a message with a code that was asked for against what the signer, the client and the address may ask for.
  /// Every request counts.
  static func countCode(_ request: ChallengeRequest, _ transaction: any FactorTransaction, _ now: UnixTime) throws {
    let keys = codeKeys(request)
    if let wait = try transaction.wait(keys, now: now) { throw Refusal.tooManyMessages(retryAfter: wait) }
    try transaction.count(keys, now: now)
  }
}

extension [ThrottleKey] {
  /// These counters, to be changed.
  var exclusive: [SoleControlKey] { map { .throttle($0, .exclusive) } }
}

extension FactorService {
  /// Forgets the wrong factors that were counted for a signer over all credentials. Locked factors stay locked.
  ///
  /// - Returns: number of counters that there were.
  public func unlock(_ signer: SignerID, of partner: PartnerID) async throws -> Int {
    let owner = ThrottleKey.owner(ofSigner: signer.rawValue)
    return try await write(reading: [.throttling(owner: owner, .exclusive)]) { transaction in
      let count = try transaction.removeThrottling(of: owner)
      try transaction.append(
        AuditEvent(
          .throttlingReset, [("signer", .string(signer.rawValue)), ("partner", .string(partner.rawValue))]))
      return count
    }
  }

  /// Forgets all that was counted for an OAuth client; for a partner's calls without one, the partner's name.
  ///
  /// - Returns: number of counters that there were.
  public func resetThrottling(ofClient client: ClientID) async throws -> Int {
    try await resetThrottling(of: ThrottleKey.owner(ofClient: client.rawValue), ("client", .string(client.rawValue)))
  }

  /// Forgets all that was counted for an address. The audit log has no addresses, only that it happened.
  ///
  /// - Parameter address: as `Origin` has it.
  /// - Returns: number of counters that there were.
  public func resetThrottling(ofAddress address: String) async throws -> Int {
    try await resetThrottling(of: ThrottleKey.owner(ofAddress: address), ("address", true))
  }

  private func resetThrottling(of owner: [UInt8], _ field: (String, JSONValue)) async throws -> Int {
    return try await write(reading: [.throttling(owner: owner, .exclusive)]) { transaction in
      let count = try transaction.removeThrottling(of: owner)
      try transaction.append(AuditEvent(.throttlingReset, [field]))
      return count
    }
  }
}
