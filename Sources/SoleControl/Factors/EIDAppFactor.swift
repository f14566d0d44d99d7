import AuditLog
import Octets
import WireJSON

extension SigningService {
  /// What the person reads in the app; nil for a factor that has no app.
  func bindingMessage(
    _ request: AuthorizationRequest, _ credential: Credential, _ authenticator: Authenticator
  ) -> String? {
    guard case .eidApp = authenticator else { return nil }
    return BindingMessage.text(
      partner: rules.name(of: credential.partner), description: request.description, count: request.numSignatures,
      digests: request.digests, language: rules.language, longest: rules.longestBindingMessage)
  }

  // MARK: Asking

  /// Thrown to undo a transaction that was made to see whether it would succeed.
  private struct Rehearsed: Error {}

  /// Has the provider ask the person (OpenID Connect CIBA Core §7).
  ///
  /// Wrong factors of the caller are counted before the person is asked. Right ones are used up only when the provider has
  /// taken the request: a provider that does not answer costs nobody anything.
  func ask(
    _ issuer: String, _ hint: String, _ pending: StoredPending, _ sent: SentMessage, _ decided: [DecidedCheck],
    _ pendingRequest: PendingRequest, _ mac: [UInt8], _ handle: String,
    _ throttle: FactorThrottle
  ) async throws {
    guard let backchannel else { throw InternalFault.eidProvider("no provider has an app") }
    let notification = try await randomID() + randomID()
    try await rehearse(decided, pendingRequest, sent, mac, throttle)
    let rules = rules
    // In line before the provider is asked, so that many calls at once do not ask more often than allowed.
    try await store.write { transaction in
      try Self.checkMayWait(pendingRequest, sent, mac, rules, transaction)
      try Self.count(sent, transaction)
      try transaction.removePending(expiredBefore: sent.time - rules.longestTransaction)
      try transaction.add(pending)
    }
    let acknowledgement: BackchannelAcknowledgement
    do {
      acknowledgement = try await backchannel.ask(
        BackchannelRequest(
          issuer: issuer, loginHint: hint, bindingMessage: pendingRequest.bindingMessage ?? "",
          lifetime: pendingRequest.expires - sent.time, notificationToken: notification))
    } catch .unavailable(let outage) {
      let event = outageEntries.entry(
        pendingRequest.factor, pendingRequest.credential, pending: pendingRequest.id, isQuestion: outage.mayHaveArrived,
        at: clock.now())
      try await withdraw(pendingRequest, sent, event, wasSent: outage.mayHaveArrived)
      throw BackchannelError.unavailable(outage).asFault(pendingRequest.factor)
    } catch {
      try await withdraw(pendingRequest, sent, Self.denied(pendingRequest, error.reason))
      throw error.asFault(pendingRequest.factor)
    }
    let request = BackchannelBinding(
      pending: pendingRequest.id, issuer: issuer, request: OctetDigest.sha256(acknowledgement.id),
      notification: OctetDigest.sha256(notification), began: sent.time)
    let refusal: Refusal?
    do {
      let stored = StoredBackchannelRequest(
        pending: pendingRequest.id, request: request.request, row: try await protectedRow(request),
        sealed: try SealedBox.requestID(handle: handle).seal(Array(acknowledgement.id.utf8)),
        schedule: PollSchedule(interval: acknowledgement.interval, due: clock.now() + acknowledgement.interval))
      refusal = try await store.write { transaction in
        guard try transaction.mac(of: pendingRequest.credential) == mac else { throw Refusal.unavailable }
        if let refusal = try throttle.decide(decided, transaction, rules, sent.time) {
          try transaction.put(.ended(.withdrawn), ofPending: pendingRequest.id)
          try transaction.append(Self.denied(pendingRequest, "factor"), at: sent.time)
          return refusal
        }
        try transaction.add(stored)
        try transaction.append(Self.pending(pendingRequest, decided), at: sent.time)
        return nil
      }
    } catch {
      try? await withdraw(pendingRequest, sent, Self.denied(pendingRequest, "store"))
      throw error
    }
    if let refusal { throw refusal }
  }

  /// Decides the caller's factors, keeps what a wrong one costs, and undoes what right ones would use up.
  private func rehearse(
    _ decided: [DecidedCheck], _ pendingRequest: PendingRequest, _ sent: SentMessage, _ mac: [UInt8],
    _ throttle: FactorThrottle
  ) async throws {
    guard !decided.isEmpty else { return }
    let rules = rules
    let refusal: Refusal
    do {
      refusal = try await store.write { transaction in
        try Self.checkMayWait(pendingRequest, sent, mac, rules, transaction)
        if let refusal = try throttle.decide(decided, transaction, rules, sent.time) { return refusal }
        throw Rehearsed()
      }
    } catch is Rehearsed {
      return
    }
    throw refusal
  }

  /// - Parameter wasSent: whether the person may have been asked. If not, the question does not count: an outage must
  ///   not use up those of the hour.
  private func withdraw(
    _ pendingRequest: PendingRequest, _ sent: SentMessage, _ event: AuditEvent?, wasSent: Bool = true
  ) async throws {
    let now = clock.now()
    try await store.write { transaction in
      if wasSent { try transaction.markFailed(message: sent.id) } else { try transaction.remove(message: sent.id) }
      try transaction.put(.ended(.withdrawn), ofPending: pendingRequest.id)
      if let event { try transaction.append(event, at: now) }
    }
  }

  // MARK: Looking for the answer

  /// Asks the provider what became of the request, if it is time to. Of several calls at once, also in several processes,
  /// one asks; the others say that it waits.
  ///
  /// - Returns: whether the authorization waits no longer.
  func poll(_ found: LoadedPending, _ handle: String) async throws -> Bool {
    guard found.credential.isEnabled else { throw Refusal.credentialDisabled }
    // Without a request the gateway stopped while it asked; nobody got the handle.
    guard let backchannel, let (stored, request) = try await backchannelRequest(found),
      let id = SealedBox.requestID(handle: handle).openText(stored.sealed), OctetDigest.sha256(id) == request.request
    else { throw Refusal.invalidHandle }
    let now = clock.now()
    let lease = now + rules.pollLease
    let isOurs = try await store.write { transaction in
      guard try transaction.isWaiting(found),
        let current = try transaction.backchannelRequest(ofPending: found.pendingRequest.id)?.schedule,
        current.due <= now,
        current.lease <= now
      else { return false }
      try transaction.put(
        PollSchedule(interval: current.interval, due: now, lease: lease), ofPending: found.pendingRequest.id)
      return true
    }
    guard isOurs else { return false }
    let answer: BackchannelResult
    do {
      answer = try await backchannel.result(of: id, issuer: request.issuer)
    } catch {
      try await reschedule(found)
      throw error.asFault(found.pendingRequest.factor)
    }
    switch answer {
    case .waiting:
      try await reschedule(found)
      return false
    case .slowDown:
      try await reschedule(found, slower: true)
      return false
    case .denied: try await end(found, .denied, "customer")
    case .expired: try await end(found, .expired, "expired")
    case .failed(let reason): try await end(found, .failed, reason)
    case .approved(let statement): try await settle(found, request, statement)
    }
    return true
  }

  /// The request of an authorization; nil if there is none.
  ///
  /// - Throws: `InternalFault.rowIntegrity` if it is not what the gateway wrote.
  private func backchannelRequest(_ found: LoadedPending) async throws -> (
    StoredBackchannelRequest, BackchannelBinding
  )? {
    let id = found.pendingRequest.id
    guard let stored = try await store.read({ try $0.backchannelRequest(ofPending: id) }) else { return nil }
    let credential = found.pendingRequest.credential
    let request = try await verifiedValue(
      stored.row, as: BackchannelBinding.self, where: { $0.pending == id && $0.request == stored.request },
      named: ("credential", .string(credential.rawValue)), else: InternalFault.rowIntegrity(credential))
    return (stored, request)
  }

  /// Seconds that CIBA Core §11 adds for `slow_down`.
  private static let slowing: UnixTime = 5

  /// Ends the lease of a poll that brought nothing. What came meanwhile, such as the provider's word that there is news,
  /// stays.
  private func reschedule(_ found: LoadedPending, slower: Bool = false) async throws {
    let now = clock.now()
    let id = found.pendingRequest.id
    try await store.write { transaction in
      guard var schedule = try transaction.backchannelRequest(ofPending: id)?.schedule else { return }
      if slower { schedule.interval += Self.slowing }
      if schedule.due != PollSchedule.atOnce { schedule.due = now + schedule.interval }
      schedule.lease = 0
      try transaction.put(schedule, ofPending: id)
    }
  }

  private func end(_ found: LoadedPending, _ end: PendingState.End, _ reason: String) async throws {
    let now = clock.now()
    try await store.write { transaction in
      guard try transaction.isWaiting(found) else { return }
      try transaction.put(.ended(end), ofPending: found.pendingRequest.id)
      try transaction.append(Self.denied(found.pendingRequest, reason), at: now)
    }
  }

  // MARK: Approval

  /// Holds an approval against the person of the authenticator and our rules, and protects it.
  private func settle(_ found: LoadedPending, _ request: BackchannelBinding, _ statement: BackchannelStatement)
    async throws
  {
    let (pendingRequest, credential) = (found.pendingRequest, found.credential)
    if let reason = rejection(of: statement, credential, request) { return try await end(found, .failed, reason) }
    let now = clock.now()
    let person: JSONValue = ["issuer": .string(statement.issuer), "subject": .string(statement.subject)]
    let pseudonym = try await macs([(.pseudonym, person.canonical())])[0]
    let evidence = Evidence(
      factor: .eidApp, id: try await randomID(), detail: Self.detail(of: statement, pseudonym: pseudonym))
    let approvalRow = try await protectedRow(Approval(pending: pendingRequest.id, evidence: evidence, time: now))
    let once = SingleUse.digest(
      "ID token", issuer: statement.issuer, id: statement.tokenID ?? Hex.encode(statement.tokenDigest))
    try await store.write { transaction in
      guard try transaction.mac(of: credential.id) == found.row.mac else { throw Refusal.unavailable }
      guard try transaction.isWaiting(found) else { return }
      guard try transaction.use(once: once, until: statement.expires + SingleUse.clockDifference, now: now) else {
        try transaction.put(.ended(.failed), ofPending: pendingRequest.id)
        return try transaction.append(Self.denied(pendingRequest, "used"), at: now)
      }
      try transaction.put(.approved(approvalRow), ofPending: pendingRequest.id)
      try transaction.append(
        AuditEvent(
          .authorizationConfirmed,
          [
            ("pending", .string(pendingRequest.id)), ("credential", .string(pendingRequest.credential.rawValue)),
            ("evidence", evidence.json),
          ]), at: now)
    }
  }

  /// Seconds by which the provider's clock may be behind ours.
  private static let clockSkew: UnixTime = 60

  private func rejection(of statement: BackchannelStatement, _ credential: Credential, _ request: BackchannelBinding)
    -> String?
  {
    guard
      case .eidApp(let issuer, let subject, let minimum, _)? = credential.authenticators.first(where: {
        $0.factor == .eidApp
      })
    else { return "authenticator" }
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if ![issuer, request.issuer].allSatisfy({ $0.utf8.elementsEqual(statement.issuer.utf8) }) { return "issuer" }
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "subject" }
    if statement.level < minimum { return "level" }
    let age = statement.maximumAge ?? rules.maximumAuthenticationAge
    if statement.authenticationTime < clock.now() - age { return "age" }
    if statement.issued < request.began - Self.clockSkew { return "iat" }
    return nil
  }

  private static func detail(of statement: BackchannelStatement, pseudonym: [UInt8]) -> JSONObject {
    var detail = JSONObject([
      ("provider", .string(statement.issuer)), ("subject", .string(Hex.encode(pseudonym))),
      ("acr", .string(statement.acr)), ("level", .string(statement.level.name)),
      ("amr", .array(statement.amr.map(JSONValue.string))),
      (statement.isTimeOfIssue ? "issued" : "authTime", .integer(statement.authenticationTime)),
      ("token", .string(Hex.encode(statement.tokenDigest))),
    ])
    if let id = statement.tokenID { detail["tokenID"] = .string(Hex.encode(OctetDigest.sha256(id))) }
    return detail
  }

  // MARK: The provider's word

  /// The provider says that there is news of a request (CIBA Core §10.2): the next `authorizeCheck` asks it at once.
  ///
  /// - Returns: false if the token is not the one of that request; then nothing has changed. An unknown request is not told
  ///   apart from a wrong token.
  public func receivePing(request id: String, token: String) async throws -> Bool {
    let digest = OctetDigest.sha256(id)
    let presented = OctetDigest.sha256(token)
    let stored = try await store.read { try $0.backchannelRequest(digest) }
    // Before the device works: anybody may call this.
    guard let stored, let check = Unverified<BackchannelBinding>(stored.row, where: { $0.request == digest }),
      ConstantTime.isEqual(presented, check.value.notification)
    else { return false }
    guard check.isRight(try await macs([check.message])[0]) else { return false }
    try await store.write { transaction in
      guard let current = try transaction.backchannelRequest(digest) else { return }
      var schedule = current.schedule
      schedule.due = PollSchedule.atOnce
      try transaction.put(schedule, ofPending: current.pending)
    }
    return true
  }
}

extension BackchannelError {
  /// For the audit log.
  fileprivate var reason: String {
    switch self {
    case .refused(let reason), .misconfigured(let reason): reason
    case .unavailable: "unavailable"
    }
  }

  /// What a caller of sole control gets for it.
  fileprivate func asFault(_ factor: FactorID) -> any Error {
    switch self {
    case .refused: Refusal.wrongFactor(factor)
    case .unavailable(let outage): Refusal.providerUnavailable(retryAfter: outage.retryAfter)
    case .misconfigured(let reason): InternalFault.eidProvider(reason)
    }
  }
}
