import Octets
import AuditLog
public import Vocabulary
import WireJSON

/// The outcome of a call of credentials/authorize or credentials/authorizeCheck.
public enum AuthorizationOutcome: Sendable {
  case granted(Authorization)
  /// The customer is being asked; the handle is for the next call.
  case pending(handle: String)
}

extension AuthorizationService {
  // MARK: credentials/authorize

  /// Authorizes at once, or asks the customer out of band if the request names such a factor (CSC v2 §11.8: 202 and a
  /// handle).
  ///
  /// The factors that the caller presents are checked and counted now, as `authorize` does it. The request that the
  /// customer is to approve is kept with a MAC of the device until the customer acts, the gateway may be restarted
  /// meanwhile.
  public func begin(_ request: AuthorizationRequest, as principal: Principal) async throws -> AuthorizationOutcome {
    guard !request.outOfBand.isEmpty else { return .granted(try await authorize(request, as: principal)) }
    try await requireToken(of: principal)
    let now = try context.decidingTime()
    let usable = try await credentials.usable(request.credential, as: principal)
    let credential = usable.credential
    let request = try request.resolved(for: credential)
    try request.check(credential)
    // One page at a time: a customer who is asked in two ways at once does not know what belongs together.
    guard request.outOfBand.count == 1, let id = request.outOfBand.first,
      let factor = credential.authenticator(id) as? any OutOfBandFactor
    else { throw Refusal.unknownFactor }
    let waiting = try await newPending(request, usable, factor, client: principal.client, now)
    try await factor.ask(waiting, in: self)
    return .pending(handle: waiting.handle)
  }

  private func newPending(
    _ request: AuthorizationRequest, _ usable: UsableCredential, _ factor: any OutOfBandFactor, client: ClientID?,
    _ now: UnixTime
  ) async throws -> NewPending {
    let (credential, kind, rules) = (usable.credential, type(of: factor), context.rules)
    let (id, link) = (try await context.randomID(), try await context.randomID())
    let handle = try await context.randomSecret()
    let message = try await factor.bindingMessage(request, credential, context)
    let prepared = try await factors.prepare(
      request, for: credential, client: client, evidencePrefix: id, now: now)
    var asked = PendingRequest(
      id: id, handle: OctetDigest.sha256(handle), link: kind.hasPage ? OctetDigest.sha256(link) : nil,
      service: rules.service, partner: credential.partner, signer: credential.signer,
      credential: credential.id, numSignatures: request.numSignatures, hashAlgorithm: request.hashAlgorithm,
      digests: request.digests, description: request.description, factor: kind.id, evidence: [],
      expires: now + rules.pendingLife, bindingMessage: message)
    let (decided, row) = try await factors.complete(prepared, thenAuthenticate: PendingRequest.macKey) {
      asked.evidence = $0
      return asked.canonical()
    }
    return NewPending(
      request: asked, row: row, decided: decided, credential: usable, handle: handle, link: link, time: now)
  }

  // MARK: credentials/authorizeCheck

  /// State of an authorization that waited (CSC v2 §11.7). After the approval it is the same SAD again and again,
  /// until that expires.
  public func check(handle: String, as principal: Principal) async throws -> AuthorizationOutcome {
    let digest = OctetDigest.sha256(handle)
    // Again if the provider has the answer now, or another call made the SAD meanwhile.
    for _ in 0..<3 {
      let found = try await loadPending(.handle(digest))
      guard let found, found.pendingRequest.partner == principal.partner, principal.mayUse(found.credential) else {
        throw Refusal.invalidHandle
      }
      switch found.stored.state {
      case .waiting: if let outcome = try await waiting(found, handle) { return outcome }
      case .ended(.withdrawn), .ended(.expired), .ended(.cancelled): throw Refusal.invalidHandle
      case .ended(.denied), .ended(.failed): throw Refusal.wrongFactor(found.pendingRequest.factor)
      case .issued(let sealed): return .granted(try await issued(sealed, handle))
      case .approved:
        if let authorization = try await issue(found, handle) { return .granted(authorization) }
      }
    }
    throw Refusal.unavailable
  }

  /// - Returns: nil if it waits no longer.
  private func waiting(_ found: LoadedPending, _ handle: String) async throws -> AuthorizationOutcome? {
    guard found.pendingRequest.lifetime(context.rules).isOpen(at: context.clock.now()) else {
      throw Refusal.invalidHandle
    }
    let (factor, credential) = (found.pendingRequest.factor, found.pendingRequest.credential)
    let state = try await read(reading: [.factorState(factor, credential)]) {
      try $0.factorState(factor, of: credential)
    }
    guard state.failures < context.rules.maximumTries(of: factor) else { throw Refusal.lockedFactor(factor) }
    // Gone from the credential since it was asked: nothing can approve any more.
    guard let asking = found.credential.authenticator(factor) as? any OutOfBandFactor else {
      throw Refusal.invalidHandle
    }
    return try await asking.poll(found, handle: handle, in: self) ? nil : .pending(handle: handle)
  }

  private func issued(_ sealed: [UInt8], _ handle: String) async throws -> Authorization {
    guard let sad = SealedBox.pending(handle: handle).openSAD(sealed),
      let activation = try await context.activation(sad.digest), activation.isAlive,
      let binding = Binding(canonical: activation.binding), case let now = context.clock.now(),
      binding.lifetime.isOpen(at: now)
    else { throw Refusal.invalidHandle }
    return Authorization(sad: sad, activation: sad.digest, expiresIn: binding.expires - now)
  }

  /// Makes the SAD of an approved authorization, which only now is possible: it is kept under the handle, which only
  /// the caller has.
  ///
  /// - Returns: nil if the authorization changed meanwhile.
  private func issue(_ found: LoadedPending, _ handle: String) async throws -> Authorization? {
    let (pendingRequest, credential) = (found.pendingRequest, found.credential)
    guard let approval = found.approval else { throw Refusal.invalidHandle }
    let now = try context.decidingTime()
    let expires = approval.time + context.rules.activationLife
    guard Lifetime(issued: approval.time, expires: expires).isOpen(at: now) else { throw Refusal.invalidHandle }
    // The credential may have been changed since it was asked for.
    try pendingRequest.request.checkRequest(credential)
    let evidence = pendingRequest.evidence + [approval.evidence]
    guard credential.signer == pendingRequest.signer,
      credential.expression?.isSatisfied(by: Set(evidence.map(\.factor))) == true
    else { throw Refusal.policyNotSatisfied }

    let binding = Binding(
      service: context.rules.service, partner: credential.partner, client: nil, signer: credential.signer,
      credential: credential.id, scal: credential.scal, numSignatures: pendingRequest.numSignatures,
      hashAlgorithm: pendingRequest.hashAlgorithm, digests: pendingRequest.digests, evidence: evidence, issued: now,
      expires: expires)
    let (sad, activation) = try await context.newSAD(for: binding)
    let sealed = try SealedBox.pending(handle: handle).seal(sad.octets)
    let isDone: Bool = try await write(
      reading: [.credential(found.usable.id), found.key(.exclusive)]
    ) { transaction in
      try found.usable.requireUnchanged(in: transaction)
      guard try transaction.pending(handle: found.stored.handle)?.state == found.stored.state else { return false }
      try transaction.add(activation, slots: pendingRequest.numSignatures)
      try transaction.put(.issued(sealed: sealed), ofPending: pendingRequest.id)
      try transaction.append(.authorizationGranted(activation, binding, pending: pendingRequest.id))
      return true
    }
    return isDone ? Authorization(sad: sad, activation: sad.digest, expiresIn: expires - now) : nil
  }

  // MARK: Reading

  /// Nil if there is none.
  ///
  /// - Throws: `InternalFault.rowIntegrity` if request or approval are not as a gateway wrote them.
  func loadPending(_ name: SoleControlKey.PendingName) async throws -> LoadedPending? {
    let found = try await read(reading: [.pending(name), .credentialOfPending(name)]) { store in
      try store.pending(name).map { stored in (stored, try store.credential(stored.credential)) }
    }
    guard let (stored, row) = found, let row else { return nil }
    let credential = try await credentials.confirmed(row, id: stored.credential)
    let fault = InternalFault.rowIntegrity(stored.credential)
    let name: (String, JSONValue) = ("credential", .string(stored.credential.rawValue))
    // Handle and link are part of what the MAC covers: an approval is for the caller who asked, and by the person who
    // got the link.
    let request = try await context.load(
      stored.request, as: PendingRequest.self,
      where: {
        $0.id == stored.id && $0.handle == stored.handle && $0.link == stored.link
          && $0.credential == stored.credential && $0.expires == stored.expires && $0.service == context.rules.service
      }, named: name, else: fault)
    var messages = [request.message]
    var approval: Unverified<Approval>?
    if case .approved(let row) = stored.state {
      let loaded = try await context.load(
        row, as: Approval.self,
        where: { $0.pending == request.value.id && $0.evidence.factor == request.value.factor }, named: name,
        else: fault)
      approval = loaded
      messages.append(loaded.message)
    }
    let macs = try await context.macs(messages)
    guard request.isRight(macs[0]) else { throw try await context.integrityFault(request.row, named: name, fault) }
    if let approval, !approval.isRight(macs[1]) {
      throw try await context.integrityFault(approval.row, named: name, fault)
    }
    return LoadedPending(
      stored: stored, pendingRequest: request.value, usable: UsableCredential(credential: credential, row: row),
      approval: approval?.value)
  }
}

extension PendingReading {
  fileprivate func pending(_ name: SoleControlKey.PendingName) throws -> StoredPending? {
    switch name {
    case .handle(let handle): try pending(handle: handle)
    case .link(let link): try pending(link: link)
    }
  }
}

extension AuthorizationService {
  /// Ended at a time, so that one transaction stays short.
  private static let endedAtOnce = 100

  /// Ends overdue authorizations: without an answer, or without a request for the answer. The audit log says so.
  ///
  /// - Returns: their number.
  public func endOverduePending() async throws -> Int {
    var count = 0
    while true {
      let now = context.clock.now()
      let life = context.rules.activationLife
      let ended = try await write(reading: [.overduePending(.exclusive)]) { transaction in
        let overdue = try transaction.overdue(by: now, approved: now - life, limit: Self.endedAtOnce)
        for pending in overdue {
          try transaction.put(.ended(.expired), ofPending: pending.id)
          // Not from the request, which is not verified here.
          try transaction.append(
            AuditEvent(
              .authorizationDenied,
              [
                ("pending", .string(pending.id)), ("credential", .string(pending.credential.rawValue)),
                ("reason", "expired"),
              ]))
        }
        return overdue.count
      }
      count += ended
      if ended < Self.endedAtOnce { return count }
    }
  }

  /// Ends an authorization that waits, or that was approved, for its caller, who has changed its mind. A SAD that it
  /// has made already is revoked.
  ///
  /// A provider's app goes on asking, because CIBA knows no way to call that off; what the person answers has no
  /// effect.
  ///
  /// - Throws: `Refusal.invalidHandle` if it is unknown, another's, or over.
  public func cancel(handle: String, as principal: Principal) async throws {
    let digest = OctetDigest.sha256(handle)
    guard let found = try await loadPending(.handle(digest)),
      found.pendingRequest.partner == principal.partner, principal.mayUse(found.credential)
    else { throw Refusal.invalidHandle }
    if case .issued(let sealed) = found.stored.state {
      guard let sad = SealedBox.pending(handle: handle).openSAD(sealed) else {
        throw Refusal.invalidHandle
      }
      return try await revoke(sad.digest)
    }
    let isDone = try await write(reading: [found.key(.exclusive)]) { transaction in
      switch try transaction.pending(handle: digest)?.state {
      case .waiting?, .approved?: break
      // A pending authorization that became a SAD meanwhile is revoked by the next call.
      default: return false
      }
      try transaction.put(.ended(.cancelled), ofPending: found.pendingRequest.id)
      try transaction.append(found.pendingRequest.denied("cancelled"))
      return true
    }
    guard isDone else { throw Refusal.invalidHandle }
  }
}
