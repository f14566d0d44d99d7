public import Throttling
import AuditLog
import Lifetimes
import Octets
import WireJSON

extension SigningService {
  private static let digits = 6

  /// What the device's MAC of a one-time code covers.
  private static func codeMessage(_ code: String, id: String, _ credential: CredentialID, _ factor: FactorID) -> [UInt8]
  {
    let text: JSONValue = [
      "id": .string(id), "credential": .string(credential.rawValue), "factor": .string(factor.rawValue),
      "code": .string(code),
    ]
    return text.canonical()
  }

  /// Makes a new one-time code and hands it to the partner's messenger (CSC v1 §11.8; v2 §11.8). A code that was open
  /// before is dead.
  ///
  /// Counted against the limits, and recorded, before it is sent: many calls at once do not send more than one message.
  ///
  /// - Parameter description: what the partner says about the transaction; shown to the customer.
  public func sendCode(
    for id: CredentialID, description: String?, as principal: Principal, from origin: Origin? = nil
  ) async throws {
    guard let row = try await store.read({ try $0.credential(id) }) else { throw Refusal.unknownCredential }
    let credential = try await confirmed(row, id: id)
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    guard case .sms(let recipient)? = credential.authenticators.first(where: { $0.factor == .sms }) else {
      throw Refusal.noChallenge
    }
    guard credential.isEnabled else { throw Refusal.credentialDisabled }

    let code = try await randomCode()
    let codeID = try await randomID()
    let mac = try await macs([(.oneTimeCode, Self.codeMessage(code, id: codeID, id, .sms))])[0]
    let now = try decidingTime()
    let open = OneTimeCode(id: codeID, credential: id, factor: .sms, mac: mac, expires: now + rules.codeLife)
    let sent = SentMessage(id: codeID, partner: credential.partner, credential: id, factor: .sms, time: now)
    let rules = rules
    try await store.write { transaction in
      guard try transaction.mac(of: id) == row.mac else { throw Refusal.unavailable }
      guard try transaction.factorState(.sms, of: id).failures < rules.maximumTries(of: .sms) else {
        throw Refusal.lockedFactor(.sms)
      }
      try Self.check(sent, rules.messageLimits, transaction)
      try Self.countCodeRequest(credential, principal.client, origin, transaction, now)
      try Self.count(sent, transaction)
      try transaction.put(open)
      try transaction.append(Self.event(.codeSent, sent), at: now)
    }
    let text = MessageText(recipient, rules).oneTimeCode(
      code, partner: rules.name(of: credential.partner), minutes: rules.codeLife / 60, description: description)
    try await deliver(
      Message(
        id: codeID, recipient: recipient.name, credential: id, content: .oneTimeCode(code), text: text), sent
    ) { transaction in
      _ = try transaction.take(oneTimeCode: codeID)
      try transaction.append(Self.event(.codeUndelivered, sent), at: now)
    }
  }

  /// Six digits, each of the million equally likely but for 2⁻⁴⁴.
  private func randomCode() async throws -> String {
    let octets: [UInt8]
    do { octets = try await device.random(count: 8) } catch { throw error.asFault }
    let number = octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000
    let text = String(number)
    return String(repeating: "0", count: Self.digits - text.count) + text
  }

  private static func event(_ kind: AuditEvent.Kind, _ message: SentMessage) -> AuditEvent {
    AuditEvent(
      kind,
      [
        ("code", .string(message.id)), ("credential", .string(message.credential.rawValue)),
        ("partner", .string(message.partner.rawValue)), ("factor", .string(message.factor.rawValue)),
      ])
  }

  /// The MAC of the presented code, under the id of the code that is open now.
  func smsCheck(_ code: String, _ credential: CredentialID, evidenceID: String) async throws -> FactorCheck {
    let open = try await store.read { try $0.oneTimeCode(.sms, of: credential) }
    let id = open?.id ?? ""
    return FactorCheck(
      factor: .sms, evidenceID: evidenceID,
      deviceMessages: [(.oneTimeCode, Self.codeMessage(code, id: id, credential, .sms))]
    ) { macs in
      DecidedCheck(
        factor: .sms, evidenceID: evidenceID, detail: [("code", .string(id))], verdict: .sms(code: id, mac: macs[0]))
    }
  }
}

extension DecidedCheck {
  /// Where no code is open there is nothing to guess: such a try is refused and not counted, so that a code that was
  /// never delivered, or a messenger that is down, locks nobody. A right code that comes too late is not counted either.
  func decideOneTimeCode(
    _ id: String, _ mac: [UInt8], _ transaction: any SoleControlWriting, _ credential: CredentialID,
    _ maximumTries: Int, _ life: UnixTime, _ now: UnixTime
  ) throws -> Refusal? {
    var state = try transaction.factorState(factor, of: credential)
    guard state.failures < maximumTries else { return .lockedFactor(factor) }
    guard let open = try transaction.oneTimeCode(factor, of: credential) else { return .wrongFactor(factor) }
    guard open.id == id, ConstantTime.isEqual(open.mac, mac) else {
      state.failures += 1
      try transaction.put(state, factor, of: credential)
      return try refused(transaction, credential, "wrong", now)
    }
    _ = try transaction.take(oneTimeCode: id)
    guard Lifetime(expires: open.expires, longest: life).isOpen(at: now) else {
      return try refused(transaction, credential, "expired", now)
    }
    if state.failures > 0 {
      state.failures = 0
      try transaction.put(state, factor, of: credential)
    }
    return nil
  }
}

extension AuthorizationRequest {
  /// With v1's `OTP` at the factor that it stands for: the code that was sent if the policy knows one, else that of the
  /// authenticator app.
  func resolved(for credential: Credential) throws -> AuthorizationRequest {
    guard let oneTimeCode else { return self }
    var request = self
    request.oneTimeCode = nil
    // Twice the same factor, as `OTP` and in `authData`.
    guard request.presented.updateValue(oneTimeCode, forKey: credential.oneTimeCodeFactor) == nil else {
      throw Refusal.unknownFactor
    }
    return request
  }
}

extension Credential {
  /// What v1 calls OTP.
  public var oneTimeCodeFactor: FactorID { expression?.factors.contains(.sms) == true ? .sms : .otp }
}
