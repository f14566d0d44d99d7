import AuditLog
import Lifetimes
import Octets
import WireJSON

/// What a call of credentials/authorize or credentials/authorizeCheck brings.
public enum AuthorizationOutcome: Sendable {
  case granted(Authorization)
  /// The customer is being asked; the handle is for the next call.
  case pending(handle: String)
}

/// An authorization that waits, read from the store and held against its MACs.
struct LoadedPending: Sendable {
  let stored: StoredPending
  let pendingRequest: PendingRequest
  let row: ProtectedRow
  let credential: Credential
  /// If it was approved.
  let approval: Approval?
}

extension SigningService {
  // MARK: credentials/authorize

  /// Authorizes at once, or asks the customer past the caller if the request names a factor out of band
  /// (CSC v2 §11.6: 202 and a handle).
  ///
  /// The factors that the caller presents are checked and counted now, as `authorize` does it. What the customer is to
  /// approve is kept with a MAC of the device until the customer acts, the gateway may be restarted meanwhile.
  public func begin(_ request: AuthorizationRequest, as principal: Principal) async throws -> AuthorizationOutcome {
    guard !request.outOfBand.isEmpty else { return .granted(try await authorize(request, as: principal)) }
    let now = try decidingTime()
    guard let row = try await store.read({ try $0.credential(request.credential) }) else {
      throw Refusal.unknownCredential
    }
    let credential = try await confirmed(row, id: request.credential)
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    let request = try request.resolved(for: credential)
    try Self.check(request, credential)
    // One page at a time: a customer who is asked in two ways at once does not know what belongs together.
    guard request.outOfBand.count == 1,
      let authenticator = credential.authenticators.first(where: { request.outOfBand.contains($0.factor) })
    else { throw Refusal.unknownFactor }

    let (id, link) = (try await randomID(), try await randomID())
    let handle = try await randomID() + randomID()
    let throttle = FactorThrottle(credential, client: principal.client, origin: request.origin)
    let checks = try await prepare(request, for: credential, throttle, evidencePrefix: id, now: now)
    let secrets = (
      handle: OctetDigest.sha256(handle),
      link: authenticator.factor == .page ? OctetDigest.sha256(link) : nil
    )
    var asked = PendingRequest(
      id: id, handle: secrets.handle, link: secrets.link, service: rules.service, partner: credential.partner,
      signer: credential.signer,
      credential: credential.id, numSignatures: request.numSignatures, hashAlgorithm: request.hashAlgorithm,
      digests: request.digests, description: request.description, factor: authenticator.factor, evidence: [],
      expires: now + rules.pendingLife, bindingMessage: bindingMessage(request, credential, authenticator))
    let (decided, text, mac) = try await complete(checks, thenAuthenticate: .pending) {
      asked.evidence = $0
      return asked.canonical()
    }
    let pendingRequest = asked
    let pending = StoredPending(
      id: id, handle: secrets.handle, link: secrets.link, credential: credential.id,
      request: ProtectedRow(text: text, mac: mac), expires: pendingRequest.expires, state: .waiting(tries: 0))
    let sent = SentMessage(
      id: id, partner: credential.partner, credential: credential.id, factor: authenticator.factor, time: now)
    if case .eidApp(let issuer, _, _, let hint) = authenticator {
      try await ask(issuer, hint, pending, sent, decided, pendingRequest, row.mac, handle, throttle)
      return .pending(handle: handle)
    }
    guard case .page(let recipient, _, _) = authenticator else { throw Refusal.unknownFactor }

    try await add(pending, sent, decided, pendingRequest, row.mac, throttle)
    let message = Message(
      id: id, recipient: recipient.name, credential: credential.id,
      content: .confirmation(url: rules.confirmationURL + link),
      text: MessageText(recipient, rules).confirmation(
        rules.confirmationURL + link, partner: rules.name(of: credential.partner), count: pendingRequest.numSignatures,
        minutes: rules.pendingLife / 60, description: pendingRequest.description))
    try await deliver(message, sent) { transaction in
      try transaction.put(.ended(.withdrawn), ofPending: id)
      try transaction.append(Self.denied(pendingRequest, "undelivered"), at: now)
    }
    return .pending(handle: handle)
  }

  private func add(
    _ pending: StoredPending, _ sent: SentMessage, _ decided: [DecidedCheck], _ pendingRequest: PendingRequest,
    _ mac: [UInt8],
    _ throttle: FactorThrottle
  ) async throws {
    let rules = rules
    let now = sent.time
    let refusal: Refusal? = try await store.write { transaction in
      try Self.checkMayWait(pendingRequest, sent, mac, rules, transaction)
      if let refusal = try throttle.decide(decided, transaction, rules, now) { return refusal }
      try Self.count(sent, transaction)
      try transaction.removePending(expiredBefore: now - rules.longestTransaction)
      try transaction.add(pending)
      try transaction.append(Self.pending(pendingRequest, decided), at: now)
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Whether one more authorization of this credential may wait for its customer.
  static func checkMayWait(
    _ pendingRequest: PendingRequest, _ sent: SentMessage, _ mac: [UInt8], _ rules: Rules,
    _ transaction: any SoleControlWriting
  ) throws {
    guard try transaction.mac(of: pendingRequest.credential) == mac else { throw Refusal.unavailable }
    guard
      try transaction.factorState(pendingRequest.factor, of: pendingRequest.credential).failures
        < rules.maximumTries(of: pendingRequest.factor)
    else { throw Refusal.lockedFactor(pendingRequest.factor) }
    let waiting = try transaction.waiting(pendingRequest.credential, at: sent.time)
    if waiting.count >= rules.maximumPending, let next = waiting.first {
      throw Refusal.tooManyMessages(retryAfter: max(next - sent.time, 1))
    }
    try check(sent, rules.confirmationLimits, transaction)
  }

  static func pending(_ pendingRequest: PendingRequest, _ decided: [DecidedCheck]) -> AuditEvent {
    AuditEvent(
      .authorizationPending,
      [
        ("pending", .string(pendingRequest.id)), ("credential", .string(pendingRequest.credential.rawValue)),
        ("signer", .string(pendingRequest.signer.rawValue)), ("partner", .string(pendingRequest.partner.rawValue)),
        ("factor", .string(pendingRequest.factor.rawValue)),
        ("numSignatures", .integer(Int64(pendingRequest.numSignatures))),
        ("digests", .array(pendingRequest.digests.map { .string(Hex.encode($0)) })),
        ("evidence", .array(decided.map(\.json))), ("expires", .integer(pendingRequest.expires)),
      ])
  }

  // MARK: credentials/authorizeCheck

  /// What became of an authorization that waited (CSC v2 §11.7). After the approval it is the same SAD again and again,
  /// until that expires.
  public func check(handle: String, as principal: Principal) async throws -> AuthorizationOutcome {
    let digest = OctetDigest.sha256(handle)
    // Again if the provider has the answer now, or another call made the SAD meanwhile.
    for _ in 0..<3 {
      let found = try await loadPending { try $0.pending(handle: digest) }
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
    guard found.pendingRequest.lifetime(rules).isOpen(at: clock.now()) else { throw Refusal.invalidHandle }
    let (factor, credential) = (found.pendingRequest.factor, found.pendingRequest.credential)
    let state = try await store.read { try $0.factorState(factor, of: credential) }
    guard state.failures < rules.maximumTries(of: factor) else { throw Refusal.lockedFactor(factor) }
    if factor == .eidApp, try await poll(found, handle) { return nil }
    return .pending(handle: handle)
  }

  private func issued(_ sealed: [UInt8], _ handle: String) async throws -> Authorization {
    guard let sad = SealedBox.pending(handle: handle).openSAD(sealed),
      let activation = try await store.read({ try $0.activation(sad.digest) }), activation.isAlive,
      let binding = Binding(canonical: activation.binding), case let now = clock.now(), binding.lifetime.isOpen(at: now)
    else { throw Refusal.invalidHandle }
    return Authorization(sad: sad, activation: sad.digest, expiresIn: binding.expires - now)
  }

  /// Makes the SAD of an approved authorization, which only now is possible: the handle, which nobody but the caller has,
  /// is what it is kept under.
  ///
  /// - Returns: nil if the authorization changed meanwhile.
  private func issue(_ found: LoadedPending, _ handle: String) async throws -> Authorization? {
    let (pendingRequest, credential) = (found.pendingRequest, found.credential)
    guard let approval = found.approval else { throw Refusal.invalidHandle }
    let now = try decidingTime()
    let expires = approval.time + rules.activationLife
    guard Lifetime(issued: approval.time, expires: expires).isOpen(at: now) else { throw Refusal.invalidHandle }
    // The credential may have been changed since it was asked for.
    try Self.checkRequest(pendingRequest.request, credential)
    let evidence = pendingRequest.evidence + [approval.evidence]
    guard credential.signer == pendingRequest.signer,
      credential.expression?.isSatisfied(by: Set(evidence.map(\.factor))) == true
    else { throw Refusal.policyNotSatisfied }

    let binding = Binding(
      service: rules.service, partner: credential.partner, client: nil, signer: credential.signer,
      credential: credential.id, scal: credential.scal, numSignatures: pendingRequest.numSignatures,
      hashAlgorithm: pendingRequest.hashAlgorithm, digests: pendingRequest.digests, evidence: evidence, issued: now,
      expires: expires)
    let text = binding.canonical()
    let id = try await sadID()
    let sad = SignatureActivationData(id: id, mac: try await self.macs([(.activation, id + text)])[0])
    let activation = Activation(digest: sad.digest, binding: text, expires: expires)
    let sealed = try SealedBox.pending(handle: handle).seal(sad.octets)
    let isDone: Bool = try await store.write { transaction in
      guard try transaction.mac(of: credential.id) == found.row.mac else { throw Refusal.unavailable }
      guard try transaction.pending(handle: found.stored.handle)?.state == found.stored.state else { return false }
      try transaction.add(activation, slots: pendingRequest.numSignatures)
      try transaction.put(.issued(sealed: sealed), ofPending: pendingRequest.id)
      try transaction.append(
        Self.granted(activation, binding, pending: pendingRequest.id), at: now)
      return true
    }
    return isDone ? Authorization(sad: sad, activation: sad.digest, expiresIn: expires - now) : nil
  }

  // MARK: Reading

  /// Nil if there is none.
  ///
  /// - Throws: `InternalFault.rowIntegrity` if request or approval are not what the gateway wrote.
  func loadPending(
    _ find: @escaping @Sendable (any SoleControlReading) throws -> StoredPending?
  ) async throws -> LoadedPending? {
    let found = try await store.read { store in
      try find(store).map { stored in (stored, try store.credential(stored.credential)) }
    }
    guard let (stored, row) = found, let row else { return nil }
    let credential = try await confirmed(row, id: stored.credential)
    let fault = InternalFault.rowIntegrity(stored.credential)
    let name: (String, JSONValue) = ("credential", .string(stored.credential.rawValue))
    // Handle and link are part of what the MAC covers: an approval is for whoever asked, and by whoever got the link.
    let pendingRequest = Unverified<PendingRequest>(stored.request) {
      $0.id == stored.id && $0.handle == stored.handle && $0.link == stored.link && $0.credential == stored.credential
        && $0.expires == stored.expires && $0.service == rules.service
    }
    guard let pendingRequest else { throw try await integrityFault(stored.request, named: name, fault) }
    var messages = [pendingRequest.message]
    var approval: Unverified<Approval>?
    if case .approved(let row) = stored.state {
      approval = Unverified(row) {
        $0.pending == pendingRequest.value.id && $0.evidence.factor == pendingRequest.value.factor
      }
      guard let approval else { throw try await integrityFault(row, named: name, fault) }
      messages.append(approval.message)
    }
    let macs = try await self.macs(messages)
    guard pendingRequest.isRight(macs[0]) else { throw try await integrityFault(stored.request, named: name, fault) }
    if let approval, !approval.isRight(macs[1]) { throw try await integrityFault(approval.row, named: name, fault) }
    return LoadedPending(
      stored: stored, pendingRequest: pendingRequest.value, row: row, credential: credential, approval: approval?.value)
  }

  static func denied(_ pendingRequest: PendingRequest, _ reason: String) -> AuditEvent {
    AuditEvent(
      .authorizationDenied,
      [
        ("pending", .string(pendingRequest.id)), ("credential", .string(pendingRequest.credential.rawValue)),
        ("factor", .string(pendingRequest.factor.rawValue)), ("reason", .string(reason)),
      ])
  }
}
