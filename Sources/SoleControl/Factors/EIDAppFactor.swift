import Octets
import AuditLog
public import Vocabulary
package import WireJSON

/// The person's approval in the app of an eID provider, which the provider asks for (OpenID Connect CIBA Core).
package struct EIDAppFactor: OutOfBandFactor, Equatable {
  package static var id: FactorID { .eidApp }
  package static let traits = FactorTraits(
    isGuessable: false, isCheckedElsewhere: false, isAboutDigests: true, isForPages: false)
  package static var hasPage: Bool { false }

  /// The person at the provider.
  let issuer, subject: String
  let minimumLevel: AssuranceLevel
  /// The person's name for the provider (`login_hint`).
  let hint: String

  init(issuer: String, subject: String, minimumLevel: AssuranceLevel, hint: String) {
    self.issuer = issuer
    self.subject = subject
    self.minimumLevel = minimumLevel
    self.hint = hint
  }

  package var members: [(String, JSONValue)] {
    [
      ("issuer", .string(issuer)), ("subject", .string(subject)), ("minimumLevel", .string(minimumLevel.name)),
      ("hint", .string(hint)),
    ]
  }

  package init?(members object: JSONObject) {
    guard let issuer = object["issuer"]?.string, let subject = object["subject"]?.string,
      let level = object["minimumLevel"]?.string.flatMap(AssuranceLevel.init(parsing:)),
      let hint = object["hint"]?.string
    else { return nil }
    self.init(issuer: issuer, subject: subject, minimumLevel: level, hint: hint)
  }

  package func bindingMessage(
    _ request: AuthorizationRequest, _ credential: Credential, _ context: ServiceContext
  ) async throws -> String? {
    let rules = context.rules
    return BindingMessage.text(
      partner: try await context.name(of: credential.partner), description: request.description,
      count: request.numSignatures,
      digests: request.digests, language: rules.language, longest: rules.longestBindingMessage)
  }

  // MARK: Asking

  /// Has the provider ask the person (OpenID Connect CIBA Core §7).
  ///
  /// Wrong factors of the caller are counted before the person is asked. Right ones are used up only when the provider
  /// has taken the request: an attempt at a provider that does not answer uses nothing up.
  package func ask(_ waiting: NewPending, in authorizations: AuthorizationService) async throws {
    let (context, factors) = (authorizations.context, authorizations.factors)
    guard let backchannel = factors.outside.backchannel else {
      throw InternalFault.eidProvider("no provider has an app")
    }
    let notification = try await context.randomSecret()
    try await rehearse(waiting, authorizations)
    let (rules, request) = (context.rules, waiting.request)
    // In line before the provider is asked, so that many calls at once do not ask more often than allowed.
    try await authorizations.write(reading: waiting.keys) { transaction in
      try waiting.checkMayWait(rules, transaction)
      try waiting.add(rules, transaction)
    }
    let acknowledgement: BackchannelAcknowledgement
    do {
      acknowledgement = try await backchannel.ask(
        BackchannelRequest(
          issuer: issuer, loginHint: hint, bindingMessage: request.bindingMessage ?? "",
          lifetime: request.expires - waiting.time, notificationToken: notification))
    } catch .unavailable(let outage) {
      let event = factors.outageEntries.entry(
        Self.id, request.credential, of: request.partner, pending: request.id, isQuestion: outage.mayHaveArrived,
        at: context.clock.now())
      try await withdraw(waiting, event, wasSent: outage.mayHaveArrived, authorizations)
      throw BackchannelError.unavailable(outage).asFault(Self.id)
    } catch {
      try await withdraw(waiting, request.denied(error.reason), authorizations)
      throw error.asFault(Self.id)
    }
    try await keep(acknowledgement, notification, of: waiting, authorizations)
  }

  /// Thrown to undo a transaction that was made to see whether it would succeed.
  private struct Rehearsed: Error {}

  /// Decides the caller's factors, keeps what a wrong one costs, and undoes what right ones would use up.
  private func rehearse(_ waiting: NewPending, _ authorizations: AuthorizationService) async throws {
    guard !waiting.decided.checks.isEmpty else { return }
    let rules = authorizations.context.rules
    let refusal: Refusal
    do {
      refusal = try await authorizations.write(reading: waiting.keys + waiting.decided.keys) { transaction in
        try waiting.checkMayWait(rules, transaction)
        if let refusal = try waiting.decided.decide(in: transaction, rules, waiting.time) { return refusal }
        throw Rehearsed()
      }
    } catch is Rehearsed {
      return
    }
    throw refusal
  }

  /// The provider has taken the request: uses up the caller's factors, and keeps what the result is asked for with.
  private func keep(
    _ acknowledgement: BackchannelAcknowledgement, _ notification: String, of waiting: NewPending,
    _ authorizations: AuthorizationService
  ) async throws {
    let (rules, request, time) = (authorizations.context.rules, waiting.request, waiting.time)
    let binding = BackchannelBinding(
      pending: request.id, issuer: issuer, request: OctetDigest.sha256(acknowledgement.id),
      notification: OctetDigest.sha256(notification), began: time)
    let refusal: Refusal?
    do {
      let stored = StoredBackchannelRequest(
        pending: request.id, request: binding.request, row: try await authorizations.context.protectedRow(binding),
        sealed: try SealedBox.requestID(handle: waiting.handle).seal(Array(acknowledgement.id.utf8)),
        schedule: PollSchedule(
          interval: acknowledgement.interval, due: authorizations.context.clock.now() + acknowledgement.interval))
      refusal = try await authorizations.write(
        reading: [.credential(request.credential), waiting.key] + waiting.decided.keys
      ) { transaction in
        try waiting.credential.requireUnchanged(in: transaction)
        if let refusal = try waiting.decided.decide(in: transaction, rules, time) {
          try transaction.put(.ended(.withdrawn), ofPending: request.id)
          try transaction.append(request.denied("factor"))
          return refusal
        }
        try transaction.add(stored)
        try transaction.append(waiting.event)
        return nil
      }
    } catch {
      try? await withdraw(waiting, request.denied("store"), authorizations)
      throw error
    }
    if let refusal { throw refusal }
  }

  /// - Parameter wasSent: whether the person may have been asked. If not, the question does not count: an outage must
  ///   not use up those of the hour.
  private func withdraw(
    _ waiting: NewPending, _ event: AuditEvent?, wasSent: Bool = true, _ authorizations: AuthorizationService
  ) async throws {
    try await authorizations.write(reading: [.message(waiting.id, .exclusive), waiting.key]) { transaction in
      if wasSent {
        try transaction.markFailed(message: waiting.id)
      } else {
        try transaction.remove(message: waiting.id)
      }
      try transaction.put(.ended(.withdrawn), ofPending: waiting.id)
      if let event { try transaction.append(event) }
    }
  }

  // MARK: Looking for the answer

  /// Asks the provider what became of the request, if it is time to. Of several calls at once, also in several
  /// processes, one asks; the others say that it waits.
  package func poll(
    _ found: LoadedPending, handle: String, in authorizations: AuthorizationService
  ) async throws -> Bool {
    let (context, pending) = (authorizations.context, found.pendingRequest.id)
    guard found.credential.isEnabled else { throw Refusal.credentialDisabled }
    // Without a request the gateway stopped while it asked; the handle was not given out.
    guard let backchannel = authorizations.factors.outside.backchannel,
      let (stored, request) = try await backchannelRequest(found, authorizations),
      let id = SealedBox.requestID(handle: handle).openText(stored.sealed), OctetDigest.sha256(id) == request.request
    else { throw Refusal.invalidHandle }
    let now = context.clock.now()
    let lease = now + context.rules.pollLease
    let isOurs = try await authorizations.write(
      reading: [found.key(.shared), .backchannelRequest(pending, .exclusive)]
    ) { transaction in
      guard try found.isWaiting(in: transaction),
        let current = try transaction.backchannelRequest(ofPending: pending)?.schedule, current.due <= now,
        current.lease <= now
      else { return false }
      try transaction.put(PollSchedule(interval: current.interval, due: now, lease: lease), ofPending: pending)
      return true
    }
    guard isOurs else { return false }
    let answer: BackchannelResult
    do {
      answer = try await backchannel.result(of: id, issuer: request.issuer)
    } catch {
      try await reschedule(pending, authorizations)
      throw error.asFault(Self.id)
    }
    switch answer {
    case .waiting:
      try await reschedule(pending, authorizations)
      return false
    case .slowDown:
      try await reschedule(pending, slower: true, authorizations)
      return false
    case .denied: try await end(found, .denied, "customer", authorizations)
    case .expired: try await end(found, .expired, "expired", authorizations)
    case .failed(let reason): try await end(found, .failed, reason, authorizations)
    case .approved(let statement): try await settle(found, request, statement, authorizations)
    }
    return true
  }

  /// The request of an authorization; nil if there is none.
  ///
  /// - Throws: `InternalFault.rowIntegrity` if it is not as a gateway wrote it.
  private func backchannelRequest(
    _ found: LoadedPending, _ authorizations: AuthorizationService
  ) async throws -> (StoredBackchannelRequest, BackchannelBinding)? {
    let id = found.pendingRequest.id
    guard
      let stored = try await authorizations.read(
        reading: [.backchannelRequest(id)], { try $0.backchannelRequest(ofPending: id) })
    else { return nil }
    let credential = found.pendingRequest.credential
    let request = try await authorizations.context.verifiedValue(
      stored.row, as: BackchannelBinding.self, where: { $0.pending == id && $0.request == stored.request },
      named: ("credential", .string(credential.rawValue)), else: InternalFault.rowIntegrity(credential))
    return (stored, request)
  }

  /// Seconds that CIBA Core §11 adds for `slow_down`.
  private static let slowing: UnixTime = 5

  /// Ends the lease of a poll that brought nothing. News that came meanwhile, such as the provider's notification,
  /// stays.
  private func reschedule(_ pending: String, slower: Bool = false, _ authorizations: AuthorizationService) async throws
  {
    let now = authorizations.context.clock.now()
    try await authorizations.write(reading: [.backchannelRequest(pending, .exclusive)]) { transaction in
      guard var schedule = try transaction.backchannelRequest(ofPending: pending)?.schedule else { return }
      if slower { schedule.interval += Self.slowing }
      if schedule.due != PollSchedule.atOnce { schedule.due = now + schedule.interval }
      schedule.lease = 0
      try transaction.put(schedule, ofPending: pending)
    }
  }

  private func end(
    _ found: LoadedPending, _ end: PendingState.End, _ reason: String, _ authorizations: AuthorizationService
  ) async throws {
    try await authorizations.write(reading: [found.key(.exclusive)]) { transaction in
      guard try found.isWaiting(in: transaction) else { return }
      try transaction.put(.ended(end), ofPending: found.pendingRequest.id)
      try transaction.append(found.pendingRequest.denied(reason))
    }
  }

  // MARK: Approval

  /// Holds an approval against the person of the authenticator and our rules, and keeps it with a MAC.
  private func settle(
    _ found: LoadedPending, _ request: BackchannelBinding, _ statement: BackchannelStatement,
    _ authorizations: AuthorizationService
  ) async throws {
    let pendingRequest = found.pendingRequest
    let now = authorizations.context.clock.now()
    if let reason = rejection(of: statement, request, authorizations.context.rules, now) {
      return try await end(found, .failed, reason, authorizations)
    }
    let person: JSONValue = ["issuer": .string(statement.issuer), "subject": .string(statement.subject)]
    let pseudonym = try await authorizations.context.macs([(.pseudonym, person.canonical())])[0]
    let evidence = Evidence(
      factor: Self.id, id: try await authorizations.context.randomID(),
      detail: Self.detail(of: statement, pseudonym: pseudonym))
    let approval = try await authorizations.context.protectedRow(
      Approval(pending: pendingRequest.id, evidence: evidence, time: now))
    let once = SingleUse.digest(
      "ID token", issuer: statement.issuer, id: statement.tokenID ?? Hex.encode(statement.tokenDigest))
    try await authorizations.write(
      reading: [.credential(found.usable.id), found.key(.exclusive), .usedToken(once, .exclusive)]
    ) { transaction in
      try found.usable.requireUnchanged(in: transaction)
      guard try found.isWaiting(in: transaction) else { return }
      guard try transaction.use(once: once, until: statement.expires + SingleUse.clockDifference, now: now) else {
        try transaction.put(.ended(.failed), ofPending: pendingRequest.id)
        return try transaction.append(pendingRequest.denied("used"))
      }
      try transaction.put(.approved(approval), ofPending: pendingRequest.id)
      try transaction.append(pendingRequest.confirmed(evidence))
    }
  }

  /// Seconds by which the provider's clock may be behind ours.
  private static let clockSkew: UnixTime = 60

  /// The reason is for the audit log.
  private func rejection(
    of statement: BackchannelStatement, _ request: BackchannelBinding, _ rules: ServiceContext.Rules, _ now: UnixTime
  ) -> String? {
    // Octet by octet: Swift's own comparison takes different spellings of a letter for the same.
    if ![issuer, request.issuer].allSatisfy({ $0.utf8.elementsEqual(statement.issuer.utf8) }) { return "issuer" }
    if !statement.subject.utf8.elementsEqual(subject.utf8) { return "subject" }
    if statement.level < minimumLevel { return "level" }
    let age = statement.maximumAge ?? rules.maximumAuthenticationAge
    if statement.authenticationTime < now - age { return "age" }
    if statement.issued < request.began - Self.clockSkew { return "iat" }
    return nil
  }

  private static func detail(of statement: BackchannelStatement, pseudonym: [UInt8]) -> JSONObject {
    var detail = JSONObject([
      ("provider", .string(statement.issuer)), ("subject", .octets(pseudonym)),
      ("acr", .string(statement.acr)), ("level", .string(statement.level.name)),
      ("amr", .array(statement.amr.map(JSONValue.string))),
      (statement.isTimeOfIssue ? "issued" : "authTime", .integer(statement.authenticationTime)),
      ("token", .octets(statement.tokenDigest)),
    ])
    if let id = statement.tokenID { detail["tokenID"] = .string(Hex.encode(OctetDigest.sha256(id))) }
    return detail
  }
}

extension Authenticator {
  public static func eidApp(
    issuer: String, subject: String, minimumLevel: AssuranceLevel, hint: String
  ) -> Authenticator {
    Authenticator(EIDAppFactor(issuer: issuer, subject: subject, minimumLevel: minimumLevel, hint: hint))
  }
}

extension CredentialPlan.Factor {
  /// - Parameter hint: `login_hint`, complete (`LoginHint`).
  public static func eidApp(issuer: String, subject: String, minimumLevel: AssuranceLevel, hint: String) -> Self {
    Self { _, _, _ in .eidApp(issuer: issuer, subject: subject, minimumLevel: minimumLevel, hint: hint) }
  }
}
