public import Throttling
import AuditLog
import Lifetimes
import Octets
import WireJSON

/// What the confirmation page shows.
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

/// What the customer does on the page.
public enum ConfirmationAnswer: Sendable {
  case approve(pin: String)
  case deny
}

extension SigningService {
  /// What a link leads to.
  ///
  /// - Throws: `Refusal.invalidHandle` if it is unknown or too old.
  public func confirmation(link: String) async throws -> PendingConfirmation {
    let found = try await loadPending(link)
    guard found.pendingRequest.lifetime(rules).isOpen(at: clock.now()) else { throw Refusal.invalidHandle }
    return found.confirmation
  }

  /// The customer's answer. Whoever has the link may refuse; to approve takes the PIN, which is checked and counted as
  /// any other.
  ///
  /// - Returns: the state afterwards. An authorization that was answered before keeps its state.
  /// - Throws: `Refusal.wrongFactor`, `Refusal.lockedFactor`, `Refusal.invalidHandle`.
  public func answer(
    _ answer: ConfirmationAnswer, link: String, from origin: Origin? = nil
  ) async throws -> PendingConfirmation.State {
    let found = try await loadPending(link)
    guard found.pendingRequest.lifetime(rules).isOpen(at: clock.now()) else { throw Refusal.invalidHandle }
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
    guard let found = try await loadPending({ try $0.pending(link: digest) }), found.stored.state.isKnownToCustomers
    else { throw Refusal.invalidHandle }
    return found
  }

  private func deny(_ found: LoadedPending) async throws {
    let now = clock.now()
    try await store.write { transaction in
      guard try transaction.isWaiting(found) else { return }
      try transaction.put(.ended(.denied), ofPending: found.pendingRequest.id)
      try transaction.append(Self.denied(found.pendingRequest, "customer"), at: now)
    }
  }

  private func approve(_ found: LoadedPending, _ pin: String, _ origin: Origin?) async throws {
    let (pendingRequest, credential) = (found.pendingRequest, found.credential)
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    guard case .page(_, let salt, let verifier)? = credential.authenticators.first(where: { $0.factor == .page }) else {
      throw Refusal.invalidHandle
    }
    let now = try decidingTime()
    // A random id, because one authorization can see several tries.
    let check = pinCheck(pin, credential.id, salt, verifier, factor: .page, evidenceID: try await randomID())
    let approval = Approval(pending: pendingRequest.id, evidence: check.evidence, time: now).canonical()
    let macs = try await self.macs([(.pending, approval)] + check.deviceMessages)
    let decided = try Self.complete([check], with: macs.dropFirst())[0]
    let approvalRow = ProtectedRow(text: approval, mac: macs[0])
    let rules = rules
    let throttle = FactorThrottle(credential, client: nil, origin: origin)
    let refusal: Refusal? = try await store.write { transaction in
      guard try transaction.mac(of: credential.id) == found.row.mac else { throw Refusal.unavailable }
      guard case .waiting(let tries)? = try transaction.pending(handle: found.stored.handle)?.state else { return nil }
      guard let refusal = try throttle.decide([decided], transaction, rules, now) else {
        try transaction.put(.approved(approvalRow), ofPending: pendingRequest.id)
        try transaction.append(
          AuditEvent(
            .authorizationConfirmed,
            [
              ("pending", .string(pendingRequest.id)), ("credential", .string(pendingRequest.credential.rawValue)),
              ("evidence", decided.json),
            ]), at: now)
        return nil
      }
      if case .wrongFactor = refusal {
        let isOver = tries + 1 >= rules.maximumPendingTries
        try transaction.put(isOver ? .ended(.failed) : .waiting(tries: tries + 1), ofPending: pendingRequest.id)
        if isOver { try transaction.append(Self.denied(pendingRequest, "tries"), at: now) }
        // What is over is not wrong but failed.
        return isOver ? nil : refusal
      }
      return refusal
    }
    if let refusal { throw refusal }
  }
}

extension SoleControlReading {
  func isWaiting(_ found: LoadedPending) throws -> Bool {
    if case .waiting? = try pending(handle: found.stored.handle)?.state { true } else { false }
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
