import Crypto
import AuditLog
import Issuance
import OAuth
import SoleControl
import Throttling
import Vocabulary

/// The view of a body that a store in memory runs. Its rows replace the store's when the body succeeds.
final class MemoryTransaction: SoleControlWriting {
  var state: MemoryState
  var wasAskedForNotices = false

  /// As it was when the body began.
  let before: MemoryState
  private let declared: Declaration
  private let report: (BodyFault) -> Void

  init(_ state: MemoryState, _ declared: Declaration, report: @escaping (BodyFault) -> Void) {
    (self.state, before) = (state, state)
    self.declared = declared
    self.report = report
  }

  /// Reports a body that uses a row which none of these keys declares, in this way or exclusively.
  func uses(_ lock: RowLock, _ keys: (RowLock) -> [SoleControlKey]) {
    if let fault = declared.fault(lock, keys) { report(fault) }
  }

  func uses(_ lock: RowLock, issuance keys: (RowLock) -> [IssuanceKey]) {
    if let fault = declared.fault(lock, issuance: keys) { report(fault) }
  }

  func uses(_ lock: RowLock, oauth keys: (RowLock) -> [OAuthKey]) {
    if let fault = declared.fault(lock, oauth: keys) { report(fault) }
  }

  // MARK: Credentials

  func credential(_ id: CredentialID) throws -> ProtectedRow? {
    uses(.shared) { keys(to: id, $0) }
    return state.credentials[id]?.row
  }

  func mac(of id: CredentialID) throws -> [UInt8]? { try credential(id)?.mac }

  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [ProtectedRow] {
    uses(.shared) { _ in [.credentials(of: signer)] }
    return state.credentials.filter { $0.value.signer == signer && $0.key.rawValue > after?.rawValue ?? "" }
      .sorted { $0.key.rawValue < $1.key.rawValue }.prefix(limit).map(\.value.row)
  }

  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState {
    uses(.shared) { [.factorState(factor, credential, $0)] }
    return state.factors["\(credential) \(factor)"] ?? .fresh
  }

  func activation(_ digest: ActivationDigest) throws -> Activation? {
    uses(.shared) { keys(to: digest, $0) }
    return state.activations[digest]
  }

  func slots(_ activation: ActivationDigest) throws -> [SlotState] {
    uses(.shared) { keys(to: activation, $0) }
    return state.slots[activation]?.map(\.state) ?? []
  }

  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation? {
    uses(.shared) { [.request(activation, requestDigest, $0)] }
    return state.operations.values
      .filter { $0.activation == activation && $0.requestDigest == requestDigest && $0.state != .released }
      .min { $0.state.rawValue < $1.state.rawValue }
  }

  func operation(id: String) throws -> SigningOperation? {
    uses(.shared) { keys(toOperation: id, $0) }
    return state.operations[id]
  }

  func job(_ id: JobID) throws -> StoredJob? {
    uses(.shared) { [.job(id, $0)] }
    return state.jobs[id]
  }

  func job(of operation: String) throws -> StoredJob? {
    uses(.shared) { lock in
      [.jobs(ofOperation: operation, lock)]
        + (state.operations[operation].map { [.request($0.activation, $0.requestDigest, lock)] } ?? [])
    }
    return state.jobs.values.filter { $0.operation == operation }
      .max { ($0.state.expires ?? .max, $0.id.rawValue) < ($1.state.expires ?? .max, $1.id.rawValue) }
  }

  func openJobs(instance: String) throws -> [StoredJob] {
    uses(.shared) { [.openJobs(instance: instance, $0)] }
    return state.jobs.values.filter { $0.instance == instance && $0.state == .open }
      .sorted { $0.id.rawValue < $1.id.rawValue }
  }

  func dueNotifications(instance: String, by time: UnixMilliseconds, perPartner: Int, limit: Int) throws
    -> [CompletionNotification]
  {
    uses(.shared) { _ in [.dueNotifications(instance: instance)] }
    wasAskedForNotices = true
    var counts: [PartnerID: Int] = [:]
    let due = state.notifications.values.filter { $0.instance == instance && $0.due <= time }
      .sorted { ($0.due, $0.id) < ($1.due, $1.id) }
    return Array(
      due.filter { notification in
        counts[notification.partner, default: 0] += 1
        return counts[notification.partner, default: 0] <= perPartner
      }.prefix(limit))
  }

  func challenge(_ digest: [UInt8]) throws -> Challenge? {
    let found = state.challenges.first { $0.challenge.digest == digest }?.challenge
    if let found { uses(.shared) { [.challenges(found.factor, found.credential, $0)] } }
    return found
  }

  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge] {
    uses(.shared) { [.challenges(factor, credential, $0)] }
    return state.challenges.sorted { $0.made < $1.made }.map(\.challenge).filter {
      $0.credential == credential && $0.factor == factor
    }
  }

  func put(_ row: ProtectedRow, of credential: Credential) throws {
    uses(.exclusive) { [.credential(credential.id, $0)] }
    state.credentials[credential.id] = MemoryState.Holding(row: row, signer: credential.signer)
  }

  func put(_ factorState: FactorState, _ factor: FactorID, of credential: CredentialID) throws {
    uses(.exclusive) { [.factorState(factor, credential, $0)] }
    state.factors["\(credential) \(factor)"] = factorState
  }

  func add(_ activation: Activation, slots: Int) throws {
    guard state.activations.updateValue(activation, forKey: activation.digest) == nil else { throw StoreError.corrupt }
    state.slots[activation.digest] = Array(
      repeating: MemoryState.Slot(state: .authorized), count: slots)
  }

  func reserve(_ slots: [Int], for operation: SigningOperation) throws {
    uses(.exclusive) { keys(to: operation.activation, $0) }
    state.operations[operation.id] = operation
    for slot in slots {
      state.slots[operation.activation]?[slot] = MemoryState.Slot(state: .reserved, operation: operation.id)
    }
  }

  func complete(_ operation: SigningOperation, signatures: [[UInt8]]) throws {
    try settle(operation, .completed, .consumed, signatures)
  }

  func release(_ operation: SigningOperation) throws {
    uses(.exclusive) { keys(to: operation.activation, $0) }
    try settle(operation, .released, .released, [])
  }

  private func settle(
    _ operation: SigningOperation, _ newState: SigningOperation.State, _ slot: SlotState, _ signatures: [[UInt8]]
  ) throws {
    uses(.exclusive) { keys(toOperation: operation.id, $0) }
    guard state.operations[operation.id]?.state == .reserved else { throw StoreError.corrupt }
    state.operations[operation.id] = operation.with(newState, signatures)
    state.slots[operation.activation] = state.slots[operation.activation]?.map {
      $0.state == .reserved && $0.operation == operation.id
        ? MemoryState.Slot(state: slot, operation: operation.id) : $0
    }
  }

  func revoke(_ activation: ActivationDigest) throws {
    uses(.exclusive) { keys(to: activation, $0) }
    guard let old = state.activations[activation] else { return }
    state.activations[activation] = Activation(
      digest: old.digest, binding: old.binding, expires: old.expires, isRevoked: true, isReplaced: old.isReplaced)
  }

  func markUnknown(instance: String) throws -> [SigningOperation] {
    uses(.exclusive) { [.operations(instance: instance, $0)] }
    let ofJobs = try Set(openJobs(instance: instance).map(\.operation))
    let found = state.operations.values
      .filter { $0.instance == instance && $0.state == .reserved && !ofJobs.contains($0.id) }
      .sorted { $0.id < $1.id }
    for operation in found { state.operations[operation.id] = operation.with(.unknown, []) }
    return found
  }

  func add(_ job: StoredJob) throws {
    // A caller that looks first whether there is one must keep others from adding theirs meanwhile.
    uses(.exclusive) { lock in
      [.jobs(ofOperation: job.operation, lock)]
        + (state.operations[job.operation].map { [.request($0.activation, $0.requestDigest, lock)] } ?? [])
    }
    guard state.jobs.updateValue(job, forKey: job.id) == nil else { throw StoreError.corrupt }
  }

  func end(_ job: JobID, as newState: JobState) throws {
    uses(.exclusive) { [.job(job, $0)] }
    guard let old = state.jobs[job], old.state == .open, newState != .open else { throw StoreError.corrupt }
    state.jobs[job] = old.with(newState)
  }

  func removeJobs(expiredBy time: UnixMilliseconds) throws -> Int {
    let before = state.jobs.count
    state.jobs = state.jobs.filter { job in job.value.state.expires.map { $0 > time } ?? true }
    return before - state.jobs.count
  }

  func add(_ notification: CompletionNotification) throws {
    guard state.notifications.updateValue(notification, forKey: notification.id) == nil else {
      throw StoreError.corrupt
    }
  }

  func postponeNotification(_ id: String, attempts: Int, until due: UnixMilliseconds) throws {
    uses(.exclusive) { [.notification(id, $0)] }
    state.notifications[id] = state.notifications[id].map {
      CompletionNotification(
        id: $0.id, instance: $0.instance, partner: $0.partner, uri: $0.uri, job: $0.job, isCompleted: $0.isCompleted,
        attempts: attempts, due: due)
    }
  }

  func removeNotification(_ id: String) throws {
    uses(.exclusive) { [.notification(id, $0)] }
    state.notifications[id] = nil
  }

  func add(_ challenge: Challenge, keep: Int) throws {
    uses(.exclusive) { [.challenges(challenge.factor, challenge.credential, $0)] }
    state.made += 1
    state.challenges.append(MemoryState.OpenChallenge(challenge: challenge, made: state.made))
    let same = state.challenges.filter {
      $0.challenge.credential == challenge.credential && $0.challenge.factor == challenge.factor
    }
    for old in same.sorted(by: { $0.made < $1.made }).dropLast(keep) {
      state.challenges.removeAll { $0.made == old.made }
    }
  }

  func take(challenge digest: [UInt8]) throws -> Bool {
    guard let found = state.challenges.first(where: { $0.challenge.digest == digest })?.challenge else { return false }
    uses(.exclusive) { [.challenges(found.factor, found.credential, $0)] }
    state.challenges.removeAll { $0.challenge.digest == digest }
    return true
  }

  func successor(of activation: ActivationDigest) throws -> Successor? {
    uses(.shared) { keys(to: activation, $0) }
    return state.successors[activation]
  }

  func add(_ successor: Successor) throws {
    uses(.exclusive) { keys(to: successor.extended, $0) }
    guard state.successors.updateValue(successor, forKey: successor.extended) == nil else { throw StoreError.corrupt }
    guard let old = state.activations[successor.extended] else { return }
    state.activations[old.digest] = Activation(
      digest: old.digest, binding: old.binding, expires: old.expires, isRevoked: old.isRevoked, isReplaced: true)
  }

  // MARK: Authorizations that wait

  func pending(handle: [UInt8]) throws -> StoredPending? {
    uses(.shared) { [.pending(.handle(handle), $0)] }
    return state.pending.values.first { $0.handle == handle }
  }

  func pending(link: [UInt8]) throws -> StoredPending? {
    uses(.shared) { [.pending(.link(link), $0)] }
    return state.pending.values.first { $0.link == link }
  }

  func waiting(_ credential: CredentialID, at time: UnixTime) throws -> [UnixTime] {
    uses(.shared) { [.waiting(credential, $0)] }
    return state.pending.values.filter { pending in
      if case .waiting = pending.state { pending.credential == credential && pending.expires > time } else { false }
    }.map(\.expires).sorted()
  }

  func overdue(by time: UnixTime, approved: UnixTime, limit: Int) throws -> [StoredPending] {
    uses(.shared) { [.overduePending($0)] }
    let overdue = state.pending.values.filter { pending in
      switch pending.state {
      case .waiting: pending.expires <= time
      case .approved: pending.expires <= min(time, approved)
      case .issued, .ended: false
      }
    }
    return Array(overdue.sorted { ($0.expires, $0.id) < ($1.expires, $1.id) }.prefix(limit))
  }

  func backchannelRequest(ofPending id: String) throws -> StoredBackchannelRequest? {
    uses(.shared) { [.backchannelRequest(id, $0)] }
    return state.backchannelRequests[id]
  }

  func backchannelRequest(_ request: [UInt8]) throws -> StoredBackchannelRequest? {
    uses(.shared) { _ in [.backchannelRequestNamed(request)] }
    return state.backchannelRequests.values.first { $0.request == request }
  }

  func add(_ request: StoredBackchannelRequest) throws {
    guard !state.backchannelRequests.values.contains(where: { $0.request == request.request }),
      state.backchannelRequests.updateValue(request, forKey: request.pending) == nil
    else { throw StoreError.corrupt }
  }

  func put(_ schedule: PollSchedule, ofPending id: String) throws {
    uses(.exclusive) { [.backchannelRequest(id, $0)] }
    state.backchannelRequests[id]?.schedule = schedule
  }

  func add(_ pending: StoredPending) throws {
    uses(.exclusive) { [.waiting(pending.credential, $0)] }
    guard state.pending.updateValue(pending, forKey: pending.id) == nil else { throw StoreError.corrupt }
  }

  func put(_ pendingState: PendingState, ofPending id: String) throws {
    guard let old = state.pending[id] else { throw StoreError.corrupt }
    uses(.exclusive) { lock in
      [.pending(.handle(old.handle), lock), .overduePending(lock)]
        + (old.link.map { [.pending(.link($0), lock)] } ?? [])
    }
    state.pending[id] = old.with(pendingState)
  }

  func removePending(expiredBefore time: UnixTime) throws {
    for id in state.pending.filter({ $0.value.expires < time }).keys { state.backchannelRequests[id] = nil }
    state.pending = state.pending.filter { $0.value.expires >= time }
  }

  // MARK: One-time codes and messages

  func oneTimeCode(_ factor: FactorID, of credential: CredentialID) throws -> OneTimeCode? {
    uses(.shared) { [.oneTimeCode(factor, credential, $0)] }
    return state.codes["\(credential) \(factor)"]
  }

  func messages(_ factor: FactorID, of credential: CredentialID, after time: UnixTime) throws -> [SentMessage] {
    uses(.shared) { [.messages(factor, credential, $0)] }
    return state.messages.filter { $0.credential == credential && $0.factor == factor && $0.time > time }
      .sorted { ($0.time, $0.id) < ($1.time, $1.id) }
  }

  func messages(of partner: PartnerID, after time: UnixTime) throws -> (count: Int, oldest: UnixTime?) {
    uses(.shared) { [.partnerMessages(partner, $0)] }
    let times = state.messages.filter { $0.partner == partner && $0.time > time }.map(\.time)
    return (times.count, times.min())
  }

  func put(_ code: OneTimeCode) throws {
    uses(.exclusive) { [.oneTimeCode(code.factor, code.credential, $0)] }
    state.codes["\(code.credential) \(code.factor)"] = code
  }

  func take(oneTimeCode id: String) throws -> Bool {
    guard let (key, code) = state.codes.first(where: { $0.value.id == id }) else { return false }
    uses(.exclusive) { [.oneTimeCode(code.factor, code.credential, $0)] }
    state.codes[key] = nil
    return true
  }

  func add(_ message: SentMessage, forgotten: UnixTime) throws {
    uses(.exclusive) { [.messages(message.factor, message.credential, $0)] }
    uses(.exclusive) { [.partnerMessages(message.partner, $0)] }
    state.messages.removeAll { $0.time <= forgotten }
    state.messages.append(message)
  }

  func markFailed(message id: String) throws {
    uses(.exclusive) { [.message(id, $0)] }
    state.messages = state.messages.map { message in
      guard message.id == id else { return message }
      return SentMessage(
        id: id, partner: message.partner, credential: message.credential, factor: message.factor, time: message.time,
        hasFailed: true)
    }
  }

  func remove(message id: String) throws {
    uses(.exclusive) { [.message(id, $0)] }
    state.messages.removeAll { $0.id == id }
  }

  // MARK: Used tokens

  func isUsed(_ digest: [UInt8]) throws -> Bool {
    uses(.shared) { [.usedToken(digest, $0)] }
    return state.used[digest] != nil
  }

  func use(once digest: [UInt8], until time: UnixTime) throws -> Bool {
    uses(.exclusive) { [.usedToken(digest, $0)] }
    guard state.used[digest] == nil else { return false }
    state.used[digest] = time
    return true
  }

  func removeUsed(until time: UnixTime) throws { state.used = state.used.filter { $0.value > time } }

  // MARK: Attempts

  func throttleRecord(_ key: ThrottleKey) throws -> ThrottleRecord {
    if let fault = declared.fault(.shared, key) { report(fault) }
    return state.throttle[key]?.record ?? .none
  }

  func put(_ record: ThrottleRecord, _ key: ThrottleKey, expires: Int64) throws {
    if let fault = declared.fault(.exclusive, key) { report(fault) }
    state.throttle[key] = MemoryState.Counter(record: record, expires: expires)
  }

  func removeThrottling(of owner: [UInt8]) throws -> Int {
    if let fault = declared.fault(owner: owner) { report(fault) }
    let keys = state.throttle.keys.filter { $0.owner == owner }
    for key in keys {
      guard var row = state.throttle.removeValue(forKey: key), row.record.succeeded > 0 else { continue }
      row.record.failures = 0
      row.record.until = 0
      state.throttle[key] = row
    }
    return keys.count
  }

  func removeThrottling(expiredBefore time: Int64) throws {
    state.throttle = state.throttle.filter { $0.value.expires >= time }
  }

  func append(_ event: AuditEvent) throws {
    // No clock and no random octets: a body is run twice, and has to come to the same entries.
    let partner = event.partner.map { Array(SHA256.hash(data: Array($0.utf8))) } ?? []
    state.log.entries.append(
      state.log.lane.append(event, partner: partner, at: 0, salt: [UInt8](repeating: 0, count: AuditEntry.saltLength)))
  }
}

// Keys that cover a row, be it by what else the rows say.
extension MemoryTransaction {
  private func keys(to credential: CredentialID, _ lock: RowLock) -> [SoleControlKey] {
    let pending = before.pending.values.filter { $0.credential == credential }
    let jobs = before.jobs.values.filter {
      String(decoding: $0.row.text, as: UTF8.self).contains("\"\(credential.rawValue)\"")
    }
    return [.credential(credential, lock)] + pending.map { .credentialOfPending(.handle($0.handle)) }
      + pending.compactMap(\.link).map { .credentialOfPending(.link($0)) } + jobs.map { .partsOfJob($0.id, lock) }
  }

  private func keys(to activation: ActivationDigest, _ lock: RowLock) -> [SoleControlKey] {
    var keys: [SoleControlKey] = [.activation(activation, lock)]
    var next: ActivationDigest? = activation
    while let one = next {
      keys.append(.activations(from: one, lock))
      next = before.successors.values.first { $0.activation == one }?.extended
    }
    return keys
      + before.jobs.values.filter { before.operations[$0.operation]?.activation == activation }
      .map { .partsOfJob($0.id, lock) }
  }

  private func keys(toOperation id: String, _ lock: RowLock) -> [SoleControlKey] {
    [.operation(id, lock)] + before.jobs.values.filter { $0.operation == id }.map { .partsOfJob($0.id, lock) }
  }
}

extension StoredJob {
  fileprivate func with(_ state: JobState) -> StoredJob {
    StoredJob(id: id, operation: operation, instance: instance, row: row, state: state)
  }
}

extension SigningOperation {
  fileprivate func with(_ state: State, _ signatures: [[UInt8]]) -> SigningOperation {
    SigningOperation(
      id: id, activation: activation, requestDigest: requestDigest, instance: instance, state: state, work: work,
      signatures: signatures)
  }
}

extension StoredPending {
  fileprivate func with(_ state: PendingState) -> StoredPending {
    StoredPending(
      id: id, handle: handle, link: link, credential: credential, request: request, expires: expires, state: state)
  }
}
