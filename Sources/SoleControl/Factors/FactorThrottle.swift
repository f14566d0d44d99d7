import Attempts
import AuditLog
import WireJSON

/// For whom a try at a credential's factors counts, beside the factor itself.
struct FactorAttempt: Sendable {
  private let guess, statement: AttemptKey
  /// What counts both.
  private let common: [AttemptKey]
  let credential: CredentialID

  /// - Parameter client: the OAuth client, or the partner for tokens of `auth/login` and links.
  init(_ credential: Credential, client: ClientID?, origin: Origin?) {
    self.credential = credential.id
    guess = Self.key(.factorSigner, credential)
    statement = Self.key(.statementSigner, credential)
    common = Self.keys(credential, client, origin, .factorClient, .factorPerson, .factorServer)
  }

  static func key(_ signerKind: AttemptKind, _ credential: Credential) -> AttemptKey {
    let signer = credential.signer.text
    return AttemptKey(signerKind, signer, owner: AttemptKey.owner(ofSigner: signer))
  }

  static func keys(
    _ credential: Credential, _ client: ClientID?, _ origin: Origin?, _ clientKind: AttemptKind,
    _ personKind: AttemptKind, _ serverKind: AttemptKind
  ) -> [AttemptKey] {
    let partner = credential.partner.text
    let owner = AttemptKey.owner(ofClient: client?.text ?? partner)
    return [AttemptKey(clientKind, partner, client?.text ?? "", owner: owner)]
      + (origin.map {
        let owner = AttemptKey.owner(ofAddress: $0.address)
        return [AttemptKey($0.isPerson ? personKind : serverKind, $0.address, owner: owner)]
      } ?? [])
  }

  /// Decides about the presented factors inside the caller's transaction: whether one has to wait comes first, and a
  /// wrong factor is counted, so that many tries at once are as one after the other.
  ///
  /// - Returns: nil if every factor is good. Otherwise what must be returned, not thrown: the counted try must stay.
  func decide(
    _ checks: [DecidedCheck], _ transaction: any SoleControlWriting, _ rules: SigningService.Rules, _ now: UnixTime
  ) throws -> Refusal? {
    guard !checks.isEmpty else { return nil }
    if let wait = try wait(checks.map(\.factor), transaction, now) { return .tooManyTries(retryAfter: wait) }
    guard let refusal = try transaction.decide(checks, credential, rules, now) else { return nil }
    switch refusal {
    case .wrongFactor(let factor): try count(factor, transaction, now)
    case .encryptedToken: try count(.eid, transaction, now)
    default: break
    }
    return refusal
  }

  /// Seconds until a try at these factors is looked at; nil if now.
  func wait(_ factors: [FactorID], _ store: any SoleControlReading, _ now: UnixTime) throws -> UnixTime? {
    try store.wait(keys(of: factors), now: now)
  }

  /// Refused statements do not hold up PINs, nor the other way round.
  private func keys(of factors: [FactorID]) -> [AttemptKey] {
    (factors.contains(where: \.isGuessable) ? [guess] : []) + (factors.allSatisfy(\.isGuessable) ? [] : [statement])
      + common
  }

  private func count(_ factor: FactorID, _ transaction: any SoleControlWriting, _ now: UnixTime) throws {
    let own = factor.isGuessable ? guess : statement
    let isMuch = try transaction.failures(own, now: now) >= AttemptKind.share
    let counted = keys(of: [factor]).filter { !isMuch || !$0.kind.isShared }
    for key in try transaction.count(counted, now: now) {
      try transaction.append(
        AuditEvent(
          .attemptsHeld, [("credential", .string(credential.text)), ("count", .string(key.kind.rawValue))]), at: now)
    }
  }
}

extension SigningService {
  /// Holds a message with a code that was asked for against what the signer, the client and the address may ask for.
  /// Every request counts.
  static func countCodeRequest(
    _ credential: Credential, _ client: ClientID?, _ origin: Origin?, _ transaction: any SoleControlWriting,
    _ now: UnixTime
  ) throws {
    let keys =
      [FactorAttempt.key(.codeSigner, credential)]
      + FactorAttempt.keys(credential, client, origin, .codeClient, .codePerson, .codeServer)
    if let wait = try transaction.wait(keys, now: now) { throw Refusal.tooManyMessages(retryAfter: wait) }
    try transaction.count(keys, now: now)
  }

  /// Forgets the wrong factors that were counted for a signer over all credentials. Locked factors stay locked.
  ///
  /// - Returns: how many counters there were.
  public func unlock(_ signer: SignerID, of partner: PartnerID) async throws -> Int {
    let now = clock.now()
    return try await store.write { transaction in
      let count = try transaction.removeAttempts(of: AttemptKey.owner(ofSigner: signer.text))
      try transaction.append(
        AuditEvent(
          .attemptsForgotten, [("signer", .string(signer.text)), ("partner", .string(partner.text))]), at: now)
      return count
    }
  }
}

extension SigningService {
  /// Forgets all that was counted for an OAuth client; for a partner's calls without one, the partner's name.
  ///
  /// - Returns: how many counters there were.
  public func forgetAttempts(ofClient client: ClientID) async throws -> Int {
    try await forgetAttempts(of: AttemptKey.owner(ofClient: client.text), ("client", .string(client.text)))
  }

  /// Forgets all that was counted for an address. The audit log has no addresses, only that it happened.
  ///
  /// - Parameter address: as `Origin` has it.
  /// - Returns: how many counters there were.
  public func forgetAttempts(ofAddress address: String) async throws -> Int {
    try await forgetAttempts(of: AttemptKey.owner(ofAddress: address), ("address", true))
  }

  private func forgetAttempts(of owner: [UInt8], _ field: (String, JSONValue)) async throws -> Int {
    let now = clock.now()
    return try await store.write { transaction in
      let count = try transaction.removeAttempts(of: owner)
      try transaction.append(AuditEvent(.attemptsForgotten, [field]), at: now)
      return count
    }
  }
}

extension FactorID {
  /// Whether somebody who tries long enough finds a right one.
  fileprivate var isGuessable: Bool {
    switch self {
    case .pin, .otp, .sms, .page: true
    case .eid, .eidApp, .partner: false
    }
  }
}
