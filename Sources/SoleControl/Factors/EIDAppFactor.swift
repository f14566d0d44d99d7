import AuditLog
import WireJSON

extension SigningService {
  /// What the person reads in the app; nil for a factor that has no app.
  func bindingMessage(
    _ request: AuthorizationRequest, _ credential: Credential, _ enrolment: Enrolment
  ) -> String? {
    guard case .eidApp = enrolment else { return nil }
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
    _ terms: PendingTerms, _ seal: [UInt8], _ handle: String,
    _ attempt: FactorAttempt
  ) async throws {
    guard let eidApp else { throw InternalFault.eidProvider("no provider has an app") }
    let notification = try await randomID() + randomID()
    try await rehearse(decided, terms, sent, seal, attempt)
    let rules = rules
    // In line before the provider is asked, so that many calls at once do not ask more often than allowed.
    try await store.write { transaction in
      try Self.checkMayWait(terms, sent, seal, rules, transaction)
      try Self.count(sent, transaction)
      try transaction.removePending(expiredBefore: sent.time - rules.longestTransaction)
      try transaction.add(pending)
    }
    let ticket: EIDAppTicket
    do {
      ticket = try await eidApp.ask(
        EIDAppRequest(
          issuer: issuer, loginHint: hint, bindingMessage: terms.bindingMessage ?? "",
          lifetime: terms.expires - sent.time, notificationToken: notification))
    } catch .unavailable(let outage) {
      let event = outageEntries.entry(
        terms.factor, terms.credential, pending: terms.id, isQuestion: outage.mayHaveArrived, at: clock.now())
      try await withdraw(terms, sent, event, wasSent: outage.mayHaveArrived)
      throw EIDAppError.unavailable(outage).asFault(terms.factor)
    } catch {
      try await withdraw(terms, sent, Self.denied(terms, error.reason))
      throw error.asFault(terms.factor)
    }
    let request = AppRequest(
      pending: terms.id, issuer: issuer, request: Self.digest(ofSecret: ticket.id),
      notification: Self.digest(ofSecret: notification), began: sent.time)
    let refusal: Refusal?
    do {
      let stored = StoredAppRequest(
        pending: terms.id, request: request.request, row: try await sealed(request),
        sealed: try SealedRequestID.seal(ticket.id, with: handle),
        schedule: PollSchedule(interval: ticket.interval, due: clock.now() + ticket.interval))
      refusal = try await store.write { transaction in
        guard try transaction.seal(of: terms.credential) == seal else { throw Refusal.unavailable }
        if let refusal = try attempt.decide(decided, transaction, rules, sent.time) {
          try transaction.put(.ended(.withdrawn), ofPending: terms.id)
          try transaction.append(Self.denied(terms, "factor"), at: sent.time)
          return refusal
        }
        try transaction.add(stored)
        try transaction.append(Self.pending(terms, decided), at: sent.time)
        return nil
      }
    } catch {
      try? await withdraw(terms, sent, Self.denied(terms, "store"))
      throw error
    }
    if let refusal { throw refusal }
  }

  /// Decides the caller's factors, keeps what a wrong one costs, and undoes what right ones would use up.
  private func rehearse(
    _ decided: [DecidedCheck], _ terms: PendingTerms, _ sent: SentMessage, _ seal: [UInt8], _ attempt: FactorAttempt
  ) async throws {
    guard !decided.isEmpty else { return }
    let rules = rules
    let refusal: Refusal
    do {
      refusal = try await store.write { transaction in
        try Self.checkMayWait(terms, sent, seal, rules, transaction)
        if let refusal = try attempt.decide(decided, transaction, rules, sent.time) { return refusal }
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
    _ terms: PendingTerms, _ sent: SentMessage, _ event: AuditEvent?, wasSent: Bool = true
  ) async throws {
    let now = clock.now()
    try await store.write { transaction in
      if wasSent { try transaction.markFailed(message: sent.id) } else { try transaction.remove(message: sent.id) }
      try transaction.put(.ended(.withdrawn), ofPending: terms.id)
      if let event { try transaction.append(event, at: now) }
    }
  }

  // MARK: Looking for the answer

  /// Asks the provider what became of the request, if it is time to. Of several calls at once, also in several processes,
  /// one asks; the others say that it waits.
  ///
  /// - Returns: whether the authorization waits no longer.
  func hasNews(_ found: PendingCandidate, _ handle: String) async throws -> Bool {
    guard found.credential.isEnabled else { throw Refusal.credentialDisabled }
    // Without a request the gateway stopped while it asked; nobody got the handle.
    guard let eidApp, let (stored, request) = try await appRequest(found),
      let id = SealedRequestID.open(stored.sealed, with: handle), Self.digest(ofSecret: id) == request.request
    else { throw Refusal.invalidHandle }
    let now = clock.now()
    let lease = now + rules.pollLease
    let isOurs = try await store.write { transaction in
      guard try transaction.isWaiting(found),
        let current = try transaction.appRequest(ofPending: found.terms.id)?.schedule, current.due <= now,
        current.lease <= now
      else { return false }
      try transaction.put(
        PollSchedule(interval: current.interval, due: now, lease: lease), ofPending: found.terms.id)
      return true
    }
    guard isOurs else { return false }
    let answer: EIDAppAnswer
    do {
      answer = try await eidApp.result(of: id, issuer: request.issuer)
    } catch {
      try await reschedule(found)
      throw error.asFault(found.terms.factor)
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
  /// - Throws: `InternalFault.rowIntegrity` if it is not what the gateway once sealed.
  private func appRequest(_ found: PendingCandidate) async throws -> (StoredAppRequest, AppRequest)? {
    let id = found.terms.id
    guard let stored = try await store.read({ try $0.appRequest(ofPending: id) }) else { return nil }
    let credential = found.terms.credential
    let request = try await unsealed(
      stored.row, as: AppRequest.self, where: { $0.pending == id && $0.request == stored.request },
      named: ("credential", .string(credential.text)), else: .rowIntegrity(credential))
    return (stored, request)
  }

  /// Seconds that CIBA Core §11 adds for `slow_down`.
  private static let slowing: UnixTime = 5

  /// Ends the lease of a poll that brought nothing. What came meanwhile, such as the provider's word that there is news,
  /// stays.
  private func reschedule(_ found: PendingCandidate, slower: Bool = false) async throws {
    let now = clock.now()
    let id = found.terms.id
    try await store.write { transaction in
      guard var schedule = try transaction.appRequest(ofPending: id)?.schedule else { return }
      if slower { schedule.interval += Self.slowing }
      if schedule.due != PollSchedule.atOnce { schedule.due = now + schedule.interval }
      schedule.lease = 0
      try transaction.put(schedule, ofPending: id)
    }
  }

  private func end(_ found: PendingCandidate, _ end: PendingState.End, _ reason: String) async throws {
    let now = clock.now()
    try await store.write { transaction in
      guard try transaction.isWaiting(found) else { return }
      try transaction.put(.ended(end), ofPending: found.terms.id)
      try transaction.append(Self.denied(found.terms, reason), at: now)
    }
  }

  // MARK: Approval

  /// Holds an approval against the enrolled person and our rules, and seals it.
  private func settle(_ found: PendingCandidate, _ request: AppRequest, _ statement: EIDAppStatement) async throws {
    let (terms, credential) = (found.terms, found.credential)
    if let reason = rejection(of: statement, credential, request) { return try await end(found, .failed, reason) }
    let now = clock.now()
    let person: JSONValue = ["issuer": .string(statement.issuer), "subject": .string(statement.subject)]
    let pseudonym = try await codes([(.pseudonym, person.canonical())])[0]
    let evidence = Evidence(
      factor: .eidApp, id: try await randomID(), detail: Self.detail(of: statement, pseudonym: pseudonym))
    let sealed = try await sealed(Approval(pending: terms.id, evidence: evidence, time: now))
    let once = SingleUse.digest(
      "ID token", issuer: statement.issuer, id: statement.tokenID ?? Hex.encode(statement.tokenDigest))
    try await store.write { transaction in
      guard try transaction.seal(of: credential.id) == found.row.seal else { throw Refusal.unavailable }
      guard try transaction.isWaiting(found) else { return }
      guard try transaction.use(once: once, until: statement.expires + SingleUse.clockDifference, now: now) else {
        try transaction.put(.ended(.failed), ofPending: terms.id)
        return try transaction.append(Self.denied(terms, "used"), at: now)
      }
      try transaction.put(.approved(sealed), ofPending: terms.id)
      try transaction.append(
        AuditEvent(
          .authorizationConfirmed,
          [
            ("pending", .string(terms.id)), ("credential", .string(terms.credential.text)),
            ("evidence", evidence.json),
          ]), at: now)
    }
  }

  /// Seconds by which the provider's clock may be behind ours.
  private static let clockSkew: UnixTime = 60

  private func rejection(of statement: EIDAppStatement, _ credential: Credential, _ request: AppRequest) -> String? {
    guard
      case .eidApp(let issuer, let subject, let minimum, _)? = credential.enrolments.first(where: {
        $0.factor == .eidApp
      })
    else { return "enrolment" }
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if ![issuer, request.issuer].allSatisfy({ $0.utf8.elementsEqual(statement.issuer.utf8) }) { return "issuer" }
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "subject" }
    if statement.level < minimum { return "level" }
    let age = statement.maximumAge ?? rules.maximumAuthenticationAge
    if statement.authenticationTime < clock.now() - age { return "age" }
    if statement.issued < request.began - Self.clockSkew { return "iat" }
    return nil
  }

  private static func detail(of statement: EIDAppStatement, pseudonym: [UInt8]) -> JSONObject {
    var detail = JSONObject([
      ("provider", .string(statement.issuer)), ("subject", .string(Hex.encode(pseudonym))),
      ("acr", .string(statement.acr)), ("level", .string(statement.level.name)),
      ("amr", .array(statement.amr.map(JSONValue.string))),
      (statement.isTimeOfIssue ? "issued" : "authTime", .integer(statement.authenticationTime)),
      ("token", .string(Hex.encode(statement.tokenDigest))),
    ])
    if let id = statement.tokenID { detail["tokenID"] = .string(Hex.encode(digest(ofSecret: id))) }
    return detail
  }

  // MARK: The provider's word

  /// The provider says that there is news of a request (CIBA Core §10.2): the next `authorizeCheck` asks it at once.
  ///
  /// - Returns: false if the token is not the one of that request; then nothing has changed. An unknown request is not told
  ///   apart from a wrong token.
  public func notified(request id: String, token: String) async throws -> Bool {
    let digest = Self.digest(ofSecret: id)
    let presented = Self.digest(ofSecret: token)
    let stored = try await store.read { try $0.appRequest(digest) }
    // Before the device works: anybody may call this.
    guard let stored, let check = SealCheck<AppRequest>(stored.row, where: { $0.request == digest }),
      Self.isEqual(presented, check.value.notification)
    else { return false }
    guard check.isRight(try await codes([check.message])[0]) else { return false }
    try await store.write { transaction in
      guard let current = try transaction.appRequest(digest) else { return }
      var schedule = current.schedule
      schedule.due = PollSchedule.atOnce
      try transaction.put(schedule, ofPending: current.pending)
    }
    return true
  }
}

extension EIDAppError {
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
