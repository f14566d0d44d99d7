import Octets
import AuditLog
public import Throttling
public import Vocabulary
package import WireJSON

/// A one-time code that is sent to the customer by the partner's messenger.
package struct SMSFactor: Factor, Equatable {
  package static var id: FactorID { .sms }
  package static let traits = FactorTraits(
    isGuessable: true, isCheckedElsewhere: false, isAboutDigests: false, isForPages: true)
  package static func maximumTries(_ rules: ServiceContext.Rules) -> Int { rules.maximumCodeTries }

  /// Recipient of the codes.
  private let to: MessageRecipient

  init(_ recipient: MessageRecipient) { to = recipient }

  package var recipient: MessageRecipient? { to }
  package var members: [(String, JSONValue)] { to.members }

  package init?(members object: JSONObject) {
    guard let recipient = MessageRecipient(json: object) else { return nil }
    self.init(recipient)
  }

  /// The MAC of the presented code, under the id of the code that is open now.
  package func prepare(_ presented: PresentedFactor, in factors: FactorService) async throws -> FactorCheck {
    let (evidenceID, credential) = (presented.evidenceID, presented.credential.id)
    let open = try await factors.read(reading: [.oneTimeCode(Self.id, credential)]) {
      try $0.oneTimeCode(Self.id, of: credential)
    }
    let id = open?.id ?? ""
    return FactorCheck(
      factor: Self.id, evidenceID: evidenceID, deviceMessages: [Self.message(presented.value, id: id, credential)]
    ) { macs in
      DecidedCheck(
        factor: Self.id, evidenceID: evidenceID, detail: [("code", .string(id))],
        verdict: CodeVerdict(id: id, mac: macs[0]))
    }
  }

  /// The message of the device's MAC of a one-time code.
  private static func message(
    _ code: String, id: String, _ credential: CredentialID
  ) -> (key: MACKey, message: [UInt8]) {
    let text: JSONValue = [
      "id": .string(id), "credential": .string(credential.rawValue), "factor": .string(Self.id.rawValue),
      "code": .string(code),
    ]
    return (.oneTimeCode, text.canonical())
  }

  // MARK: Sending

  /// Makes a new one-time code and hands it to the partner's messenger (CSC v1 §11.8; v2 §11.10). A code that was open
  /// before is dead.
  ///
  /// Counted against the limits, and recorded, before it is sent: many calls at once do not send more than one message.
  package func challenge(_ request: ChallengeRequest, in factors: FactorService) async throws -> String? {
    let (context, credential) = (factors.context, request.credential.credential)
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    // Before a message is counted.
    let partner = try await context.name(of: credential.partner)
    let code = try await Self.randomCode(context)
    let id = try await context.randomID()
    let mac = try await context.macs([Self.message(code, id: id, credential.id)])[0]
    let (now, rules) = (try context.decidingTime(), context.rules)
    let open = OneTimeCode(id: id, credential: credential.id, factor: Self.id, mac: mac, expires: now + rules.codeLife)
    let sent = SentMessage(id: id, partner: credential.partner, credential: credential.id, factor: Self.id, time: now)
    try await factors.write(
      reading: [
        .credential(credential.id), .factorState(Self.id, credential.id),
        .oneTimeCode(Self.id, credential.id, .exclusive),
      ] + sent.keys + FactorThrottle.codeKeys(request).exclusive
    ) { transaction in
      try request.credential.requireUnchanged(in: transaction)
      guard try transaction.factorState(Self.id, of: credential.id).failures < rules.maximumTries(of: Self.id) else {
        throw Refusal.lockedFactor(Self.id)
      }
      try sent.check(rules.messageLimits, transaction)
      try FactorThrottle.countCode(request, transaction, now)
      try sent.count(transaction)
      try transaction.put(open)
      try transaction.append(Self.event(.codeSent, sent))
    }
    let text = MessageText(to, rules).oneTimeCode(
      code, partner: partner, minutes: rules.codeLife / 60,
      description: request.description)
    let message = Message(
      id: id, recipient: to.name, credential: credential.id, content: .oneTimeCode(code), text: text)
    try await factors.deliver(
      message, sent, undoing: [.oneTimeCode(Self.id, credential.id, .exclusive)]
    ) { transaction in
      _ = try transaction.take(oneTimeCode: id)
      try transaction.append(Self.event(.codeUndelivered, sent))
    }
    return nil
  }

  private static let digits = 6

  /// Six digits, each of the million equally likely but for 2⁻⁴⁴.
  private static func randomCode(_ context: ServiceContext) async throws -> String {
    let number = try await context.random(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000
    let text = String(number)
    return String(repeating: "0", count: digits - text.count) + text
  }

  private static func event(_ kind: AuditEvent.Kind, _ message: SentMessage) -> AuditEvent {
    AuditEvent(
      kind,
      [
        ("code", .string(message.id)), ("credential", .string(message.credential.rawValue)),
        ("partner", .string(message.partner.rawValue)), ("factor", .string(message.factor.rawValue)),
      ])
  }
}

extension FactorService {
  /// Sends the customer a one-time code (CSC v1 §11.8 `credentials/sendOTP`).
  ///
  /// - Parameter description: the partner's words about the transaction; shown to the customer.
  /// - Throws: `Refusal.noChallenge` if the credential has no code that is sent.
  public func sendCode(
    for id: CredentialID, description: String?, as principal: Principal, from origin: Origin? = nil
  ) async throws {
    _ = try await challenge(for: id, factor: .sms, description: description, as: principal, from: origin)
  }
}

extension CredentialPlan.Factor {
  public static func sms(_ recipient: MessageRecipient) -> Self {
    Self { _, _, _ in Authenticator(SMSFactor(recipient)) }
  }
}

private struct CodeVerdict: Verdict {
  /// The open code's id as it was before the device computed the MAC of the presented one.
  let id: String
  let mac: [UInt8]

  func keys(of factor: FactorID, _ credential: CredentialID) -> [SoleControlKey] {
    [.factorState(factor, credential, .exclusive), .oneTimeCode(factor, credential, .exclusive)]
  }

  /// If no code is open there is nothing to guess: such a try is refused and not counted, so that a code that was never
  /// delivered, or a messenger that is down, does not lock the factor. A right code that comes too late is not
  /// counted either.
  func decide(_ factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    let (transaction, credential, rules) = (decision.transaction, decision.credential, decision.rules)
    var state = try transaction.factorState(factor, of: credential)
    guard state.failures < rules.maximumTries(of: factor) else { return .lockedFactor(factor) }
    guard let open = try transaction.oneTimeCode(factor, of: credential) else { return .wrongFactor(factor) }
    guard open.id == id, ConstantTime.isEqual(open.mac, mac) else {
      state.failures += 1
      try transaction.put(state, factor, of: credential)
      return try decision.refused(factor, "wrong")
    }
    _ = try transaction.take(oneTimeCode: id)
    guard Lifetime(expires: open.expires, longest: rules.codeLife).isOpen(at: decision.now) else {
      return try decision.refused(factor, "expired")
    }
    if state.failures > 0 {
      state.failures = 0
      try transaction.put(state, factor, of: credential)
    }
    return nil
  }
}

/// An open one-time code that was sent to a customer. The code itself is stored nowhere.
public struct OneTimeCode: Sendable, Equatable {
  /// Random; a part of what the MAC covers, so that equal codes have different MACs.
  public let id: String
  public let credential: CredentialID
  public let factor: FactorID
  /// The device's MAC of the code.
  public let mac: [UInt8]
  public let expires: UnixTime

  public init(id: String, credential: CredentialID, factor: FactorID, mac: [UInt8], expires: UnixTime) {
    self.id = id
    self.credential = credential
    self.factor = factor
    self.mac = mac
    self.expires = expires
  }
}
