import AuditLog
import WireJSON

/// A presented factor on its way to a decision: first what the device must compute for it, then what the
/// transaction does with the result.
struct FactorCheck: Sendable {
  /// Makes the decision, from the device's MACs over `deviceMessages`.
  typealias Finish = @Sendable (_ macs: [[UInt8]]) -> DecidedCheck

  let factor: FactorID
  let evidenceID: String
  let deviceMessages: [(key: MACKey, message: [UInt8])]
  let finish: Finish

  var evidence: Evidence { Evidence(factor: factor, id: evidenceID) }
}

/// A factor whose check is computed; `verdict` becomes effective in the transaction.
struct DecidedCheck: Sendable {
  enum Verdict: Sendable {
    case pin(isRight: Bool)
    /// The time step whose code was presented, nil if none was; and its name among what was used.
    case otp(step: Int64?, use: [UInt8])
    /// The open code's id as it was before the device computed the MAC of the presented one.
    case sms(code: String, mac: [UInt8])
    case eid(EIDLogInUse)
    /// The reason is for the audit log.
    case eidRefused(reason: String, refusal: Refusal)
    /// A partner's statement, by its name among the used ones, and until when that is remembered.
    case statement(use: [UInt8], until: UnixTime)
    /// Found bad before the transaction. The reason is for the audit log.
    case refused(reason: String)
  }

  let factor: FactorID
  let evidenceID: String
  /// For the audit log. No personal data.
  let detail: [(String, JSONValue)]
  let verdict: Verdict

  var evidence: Evidence { Evidence(factor: factor, id: evidenceID, detail: JSONObject(detail)) }
  var json: JSONValue { evidence.json }

  /// Counts the try and compares, in this order, inside the caller's transaction.
  ///
  /// - Returns: nil if the factor is good.
  func decide(
    _ transaction: any SoleControlWriting, _ credential: CredentialID, _ rules: SigningService.Rules, _ now: UnixTime
  ) throws -> Refusal? {
    let maximumTries = rules.maximumTries(of: factor)
    switch verdict {
    case .pin(let isRight):
      return try counted(transaction, credential, maximumTries, now) { _ in isRight }
    case .otp(let step, let use):
      return try counted(transaction, credential, maximumTries, now) { state in
        // One authenticator serves several credentials of a person; its code is good for one of them.
        guard let step, step > state.usedStep(at: now),
          try transaction.use(once: use, until: TOTP.end(of: step) + SingleUse.clockDifference, now: now)
        else { return false }
        state.lastStep = step
        return true
      }
    case .sms(let code, let mac):
      return try decideOneTimeCode(code, mac, transaction, credential, maximumTries, rules.codeLife, now)
    case .eid(let use): return try decideLogIn(use, transaction, credential, rules.challengeLife, now)
    case .eidRefused(let reason, let refusal):
      _ = try refused(transaction, credential, reason, now)
      return refusal
    case .refused(let reason): return try refused(transaction, credential, reason, now)
    case .statement(let use, let until):
      guard try transaction.use(once: use, until: until, now: now) else {
        return try refused(transaction, credential, "jti", now)
      }
      return nil
    }
  }

  private func counted(
    _ transaction: any SoleControlWriting, _ credential: CredentialID, _ maximumTries: Int, _ now: UnixTime,
    isRight: (inout FactorState) throws -> Bool
  ) throws -> Refusal? {
    let before = try transaction.factorState(factor, of: credential)
    guard before.failures < maximumTries else { return .lockedFactor(factor) }
    var state = before
    state.failures += 1
    guard try isRight(&state) else {
      try transaction.put(state, factor, of: credential)
      return try refused(transaction, credential, "wrong", now)
    }
    state.failures = 0
    if state != before { try transaction.put(state, factor, of: credential) }
    return nil
  }

  func refused(
    _ transaction: any SoleControlWriting, _ credential: CredentialID, _ reason: String, _ now: UnixTime
  ) throws -> Refusal {
    try transaction.append(
      AuditEvent(
        .authorizationRefused,
        [
          ("credential", .string(credential.rawValue)), ("factor", .string(factor.rawValue)),
          ("reason", .string(reason)),
        ]), at: now)
    return .wrongFactor(factor)
  }
}

extension FactorID {
  /// Whether a check may call somebody outside.
  fileprivate var isCheckedElsewhere: Bool { self == .eid || self == .partner }
}

extension SigningService {
  /// Prepares the check of every presented factor, in a fixed order.
  ///
  /// - Throws: `Refusal.tooManyTries` for whoever has to wait, before a provider or partner is called for them. What
  ///   decides is the look in the transaction (`FactorThrottle.decide`).
  func prepare(
    _ request: AuthorizationRequest, for credential: Credential, _ throttle: FactorThrottle, evidencePrefix: String,
    now: UnixTime
  ) async throws -> [FactorCheck] {
    let presented = credential.authenticators.map(\.factor).filter { request.presented[$0] != nil }
    if presented.contains(where: \.isCheckedElsewhere),
      let wait = try await store.read({ try throttle.wait(presented, $0, now) })
    {
      throw Refusal.tooManyTries(retryAfter: wait)
    }
    var checks: [FactorCheck] = []
    for factor in FactorID.allCases {
      guard let authenticator = credential.authenticators.first(where: { $0.factor == factor }),
        let value = request.presented[factor]
      else { continue }
      let id = "\(evidencePrefix)-\(factor.rawValue)"
      switch authenticator {
      case .pin(let salt, let verifier):
        checks.append(pinCheck(value, credential.id, salt, verifier, evidenceID: id))
      case .otp(let secret):
        checks.append(try await otpCheck(value, secret, of: credential, evidenceID: id, now: now))
      case .sms: checks.append(try await smsCheck(value, credential.id, evidenceID: id))
      // Its PIN is for the page, and must not come through the partner.
      case .page: throw Refusal.unknownFactor
      // The provider gives its token to the gateway, never to the caller.
      case .eidApp: throw Refusal.unknownFactor
      case .eid(let issuer, let subject, let level):
        checks.append(
          try await eidCheck(value, (issuer, subject, level), of: credential, for: request, evidenceID: id, now: now))
      case .partner(let subject):
        checks.append(try await partnerCheck(value, subject, credential, request, evidenceID: id, now: now))
      }
    }
    return checks
  }

  static func complete(_ checks: [FactorCheck], with macs: ArraySlice<[UInt8]>) throws -> [DecidedCheck] {
    var macs = macs
    return checks.map { check in
      defer { macs = macs.dropFirst(check.deviceMessages.count) }
      return check.finish(Array(macs.prefix(check.deviceMessages.count)))
    }
  }
}
