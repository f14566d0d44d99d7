/// The factors of a credential that were presented for something that is no signature: checked, and not yet decided.
///
/// They take effect with `decide`, in the transaction that does what they were presented for.
package struct FactorProof: Sendable {
  /// The credential whose factors they are.
  package let credential: UsableCredential
  /// When they were presented.
  package let time: UnixTime
  private let checks: [DecidedCheck]
  private let throttle: FactorThrottle
  private let rules: SigningService.Rules

  init(
    _ credential: UsableCredential, _ checks: [DecidedCheck], _ throttle: FactorThrottle, _ rules: SigningService.Rules,
    time: UnixTime
  ) {
    self.credential = credential
    self.time = time
    self.checks = checks
    self.throttle = throttle
    self.rules = rules
  }

  /// Who was authenticated and how, for the audit log.
  package var evidence: [Evidence] { checks.map(\.evidence) }

  /// Counts the tries and compares, inside the caller's transaction.
  ///
  /// - Returns: nil if every factor is good. A refusal is to be returned from the transaction, not thrown: the counted try
  ///   must stay.
  /// - Throws: `Refusal.unavailable` if the credential is not what it was.
  package func decide(in transaction: any SoleControlWriting) throws -> Refusal? {
    try credential.requireUnchanged(in: transaction)
    return try throttle.decide(checks, transaction, rules, time)
  }
}

extension SigningService {
  /// Checks the factors of a credential as for a signature, for something that is none, and has the device authenticate
  /// what it is.
  ///
  /// - Parameters:
  ///   - request: what was presented, bound to a purpose that fits no signature.
  ///   - purpose: for what the factors are, given the credential and the time. It can refuse before any of them is looked
  ///     at.
  /// - Returns: the purpose also as the row that is to be stored.
  package func prove<Purpose: DeviceProtected>(
    _ request: AuthorizationRequest, as principal: Principal,
    for purpose: (_ credential: Credential, _ now: UnixTime) async throws -> Purpose
  ) async throws -> (proof: FactorProof, purpose: Purpose, row: ProtectedRow) {
    let usable = try await usable(request.credential, as: principal)
    let credential = usable.credential
    let now = try decidingTime()
    let purpose = try await purpose(credential, now)
    try Self.check(factors: Set(request.presented.keys), credential)
    let throttle = FactorThrottle(credential, client: principal.client, origin: request.origin)
    let checks = try await prepare(
      request, for: credential, throttle, evidencePrefix: try await randomID(), now: now)
    let (decided, text, mac) = try await complete(checks, thenAuthenticate: Purpose.macKey) { _ in purpose.canonical() }
    return (FactorProof(usable, decided, throttle, rules, time: now), purpose, ProtectedRow(text: text, mac: mac))
  }
}
