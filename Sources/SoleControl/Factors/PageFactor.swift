import Octets
import AuditLog
public import Throttling
public import Vocabulary
package import WireJSON

/// A page of ours that the customer reaches by a link from the partner's messenger, and where a PIN is entered.
package struct PageFactor: OutOfBandFactor, Equatable {
  package static var id: FactorID { .page }
  package static let traits = FactorTraits(
    isGuessable: true, isCheckedElsewhere: false, isAboutDigests: true, isForPages: false)
  package static var hasPage: Bool { true }

  /// Recipient of the links.
  private let to: MessageRecipient
  let pin: PINVerifier

  init(_ recipient: MessageRecipient, _ pin: PINVerifier) {
    self.to = recipient
    self.pin = pin
  }

  package var recipient: MessageRecipient? { to }
  package var members: [(String, JSONValue)] { pin.members + to.members }

  package init?(members object: JSONObject) {
    guard let recipient = MessageRecipient(json: object), let pin = PINVerifier(members: object) else { return nil }
    self.init(recipient, pin)
  }

  package func ask(_ waiting: NewPending, in authorizations: AuthorizationService) async throws {
    let (context, request) = (authorizations.context, waiting.request)
    let rules = context.rules
    // Before a factor is used up.
    let partner = try await context.name(of: request.partner)
    let refusal: Refusal? = try await authorizations.write(reading: waiting.keys + waiting.decided.keys) {
      transaction in
      try waiting.checkMayWait(rules, transaction)
      if let refusal = try waiting.decided.decide(in: transaction, rules, waiting.time) { return refusal }
      try waiting.add(rules, transaction)
      try transaction.append(waiting.event)
      return nil
    }
    if let refusal { throw refusal }
    let url = rules.confirmationURL + waiting.link
    let message = Message(
      id: request.id, recipient: to.name, credential: request.credential, content: .confirmation(url: url),
      text: MessageText(to, rules).confirmation(
        url, partner: partner, count: request.numSignatures, minutes: rules.pendingLife / 60,
        description: request.description))
    try await authorizations.factors.deliver(message, waiting.sent, undoing: [waiting.key]) { transaction in
      try transaction.put(.ended(.withdrawn), ofPending: request.id)
      try transaction.append(request.denied("undelivered"))
    }
  }
}

extension CredentialPlan.Factor {
  /// - Parameter pin: the PIN that is entered on the page, kept as the other PIN is.
  public static func page(_ recipient: MessageRecipient, pin: String) -> Self {
    Self { id, _, context in Authenticator(PageFactor(recipient, try await PINVerifier(of: pin, id, context))) }
  }
}

/// The content of the confirmation page.
public struct PendingConfirmation: Sendable {
  public enum State: Sendable, Equatable {
    case waiting
    case approved
    case denied
    /// Too many wrong PINs.
    case failed
  }

  public let id: String
  public let credential: Credential
  public let numSignatures: Int
  public let hashAlgorithm: HashAlgorithm?
  public let digests: [[UInt8]]
  public let description: String?
  public let state: State
}

/// The customer's action on the page.
public enum ConfirmationAnswer: Sendable {
  case approve(pin: String)
  case deny
}

extension AuthorizationService {
  // MARK: The page

  /// Finds the authorization to which a link leads.
  ///
  /// - Throws: `Refusal.invalidHandle` if it is unknown or too old.
  public func confirmation(link: String) async throws -> PendingConfirmation {
    let found = try await loadPending(link)
    guard found.pendingRequest.lifetime(context.rules).isOpen(at: context.clock.now()) else {
      throw Refusal.invalidHandle
    }
    return found.confirmation
  }

  /// The customer's answer. Anyone who has the link may refuse; to approve takes the PIN, which is checked and counted
  /// as any other.
  ///
  /// - Returns: the state afterwards. An authorization that was answered before keeps its state.
  /// - Throws: `Refusal.wrongFactor`, `Refusal.lockedFactor`, `Refusal.invalidHandle`.
  public func answer(
    _ answer: ConfirmationAnswer, link: String, from origin: Origin? = nil
  ) async throws -> PendingConfirmation.State {
    let found = try await loadPending(link)
    guard found.pendingRequest.lifetime(context.rules).isOpen(at: context.clock.now()) else {
      throw Refusal.invalidHandle
    }
    guard case .waiting = found.stored.state else { return found.confirmation.state }
    switch answer {
    case .deny: try await deny(found)
    case .approve(let pin): try await approve(found, pin, origin)
    }
    // Another answer may have been first.
    return try await loadPending(link).confirmation.state
  }

  private func loadPending(_ link: String) async throws -> LoadedPending {
    let digest = OctetDigest.sha256(link)
    guard let found = try await loadPending(.link(digest)), found.stored.state.isKnownToCustomers
    else { throw Refusal.invalidHandle }
    return found
  }

  private func deny(_ found: LoadedPending) async throws {
    try await write(reading: [found.key(.exclusive)]) { transaction in
      guard try found.isWaiting(in: transaction) else { return }
      try transaction.put(.ended(.denied), ofPending: found.pendingRequest.id)
      try transaction.append(found.pendingRequest.denied("customer"))
    }
  }

  private func approve(_ found: LoadedPending, _ pin: String, _ origin: Origin?) async throws {
    let (pendingRequest, credential, rules) = (found.pendingRequest, found.credential, context.rules)
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    guard let page = credential.authenticator(PageFactor.self) else { throw Refusal.invalidHandle }
    let now = try context.decidingTime()
    // A random id, because one authorization can see several tries.
    let check = page.pin.check(pin, of: credential.id, for: PageFactor.id, evidenceID: try await context.randomID())
    let prepared = PreparedFactors(
      throttle: FactorThrottle(credential, client: nil, origin: origin), checks: [check])
    let (decided, approval) = try await factors.complete(prepared, thenAuthenticate: Approval.macKey) { evidence in
      Approval(pending: pendingRequest.id, evidence: evidence[0], time: now).canonical()
    }
    let refusal: Refusal? = try await write(
      reading: [.credential(credential.id), found.key(.exclusive)] + decided.keys
    ) { transaction in
      try found.usable.requireUnchanged(in: transaction)
      guard case .waiting(let tries)? = try transaction.pending(handle: found.stored.handle)?.state else { return nil }
      guard let refusal = try decided.decide(in: transaction, rules, now) else {
        try transaction.put(.approved(approval), ofPending: pendingRequest.id)
        try transaction.append(pendingRequest.confirmed(decided.evidence[0]))
        return nil
      }
      if case .wrongFactor = refusal {
        let isOver = tries + 1 >= rules.maximumPendingTries
        try transaction.put(isOver ? .ended(.failed) : .waiting(tries: tries + 1), ofPending: pendingRequest.id)
        if isOver { try transaction.append(pendingRequest.denied("tries")) }
        // An authorization that is over is not wrong but failed.
        return isOver ? nil : refusal
      }
      return refusal
    }
    if let refusal { throw refusal }
  }
}

extension PendingState {
  /// Whether its link leads somewhere.
  fileprivate var isKnownToCustomers: Bool {
    switch self {
    case .ended(.withdrawn), .ended(.expired), .ended(.cancelled): false
    default: true
    }
  }
}

extension LoadedPending {
  fileprivate var confirmation: PendingConfirmation {
    let state: PendingConfirmation.State =
      switch stored.state {
      case .waiting: .waiting
      case .approved, .issued: .approved
      case .ended(.failed): .failed
      case .ended: .denied
      }
    return PendingConfirmation(
      id: pendingRequest.id, credential: credential, numSignatures: pendingRequest.numSignatures,
      hashAlgorithm: pendingRequest.hashAlgorithm,
      digests: pendingRequest.digests, description: pendingRequest.description, state: state)
  }
}
