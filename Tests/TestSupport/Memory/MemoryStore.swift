import Throttling
public import AuditLog
public import Issuance
public import OAuth
public import SoleControl
import Synchronization
public import Vocabulary

/// A store without a disk: each transaction works on a copy that replaces the state when it succeeds.
public final class MemoryStore: SoleControlStore, IssuanceStore, OAuthStore {
  struct State {
    var credentials: [CredentialID: (row: ProtectedRow, signer: SignerID)] = [:]
    var factors: [String: FactorState] = [:]
    var activations: [ActivationDigest: Activation] = [:]
    var slots: [ActivationDigest: [(state: SlotState, operation: String?)]] = [:]
    var operations: [String: SigningOperation] = [:]
    var jobs: [JobID: StoredJob] = [:]
    var notifications: [String: CompletionNotification] = [:]
    var challenges: [(challenge: Challenge, made: Int)] = []
    var made = 0
    var pending: [String: StoredPending] = [:]
    var backchannelRequests: [String: StoredBackchannelRequest] = [:]
    var successors: [ActivationDigest: Successor] = [:]
    var codes: [String: OneTimeCode] = [:]
    var messages: [SentMessage] = []
    var used: [[UInt8]: UnixTime] = [:]
    var audit: [AuditEntry] = []
    var head = AuditHead.empty
    var tokens: [[UInt8]: TokenRecord] = [:]
    var accounts: [String: Account] = [:]
    var entries: [String: OAuthEntry] = [:]
    var subjects: [SignerID: ProtectedRow] = [:]
    var lifecycleGrants: [[UInt8]: StoredLifecycleGrant] = [:]
    var revocations: [String: Revocation] = [:]
    var throttle: [ThrottleKey: (record: ThrottleRecord, expires: Int64)] = [:]
  }

  private let state = Mutex(State())
  private let questions = Mutex(0)
  /// How often the store was asked which notifications are due.
  public var noticeQuestions: Int { questions.withLock { $0 } }

  public init() {}

  public func read<Output: Sendable>(
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Output
  ) async throws -> Output {
    let transaction = MemoryTransaction(state.withLock { $0 })
    defer { if transaction.wasAskedForNotices { questions.withLock { $0 += 1 } } }
    return try body(transaction)
  }

  public func write<Output: Sendable>(
    _ body: @escaping @Sendable (any SoleControlWriting) throws -> Output
  ) async throws -> Output {
    try state.withLock { state in
      let transaction = MemoryTransaction(state)
      let output = try body(transaction)
      state = transaction.state
      return output
    }
  }

  public func readIssuance<Output: Sendable>(
    _ body: @escaping @Sendable (any IssuanceReading) throws -> Output
  ) async throws -> Output {
    try body(MemoryTransaction(state.withLock { $0 }))
  }

  public func writeIssuance<Output: Sendable>(
    _ body: @escaping @Sendable (any IssuanceWriting & SoleControlWriting) throws -> Output
  ) async throws -> Output {
    try state.withLock { state in
      let transaction = MemoryTransaction(state)
      let output = try body(transaction)
      state = transaction.state
      return output
    }
  }

  public func readOAuth<Output: Sendable>(
    _ body: @escaping @Sendable (any OAuthReading) throws -> Output
  ) async throws -> Output {
    try body(MemoryTransaction(state.withLock { $0 }))
  }

  public func writeOAuth<Output: Sendable>(
    _ body: @escaping @Sendable (any OAuthWriting) throws -> Output
  ) async throws -> Output {
    try state.withLock { state in
      let transaction = MemoryTransaction(state)
      let output = try body(transaction)
      state = transaction.state
      return output
    }
  }

  /// The log and its head.
  public var audit: (entries: [AuditEntry], head: AuditHead) { state.withLock { ($0.audit, $0.head) } }

  /// Exchanges a stored row, as somebody with access to the database file could.
  public func tamper(_ id: CredentialID, _ change: (ProtectedRow) -> ProtectedRow) {
    state.withLock { state in
      if let entry = state.credentials[id] { state.credentials[id] = (change(entry.row), entry.signer) }
    }
  }

  /// Exchanges what waits for a customer.
  public func tamper(_ change: (StoredPending) -> StoredPending) {
    state.withLock { state in state.pending = state.pending.mapValues(change) }
  }

  /// Exchanges what providers were asked.
  public func tamper(_ change: (StoredBackchannelRequest) -> StoredBackchannelRequest) {
    state.withLock { state in state.backchannelRequests = state.backchannelRequests.mapValues(change) }
  }

  public var pendings: [StoredPending] { state.withLock { Array($0.pending.values) } }
  public var backchannelRequests: [StoredBackchannelRequest] { state.withLock { Array($0.backchannelRequests.values) } }

  /// Exchanges a stored binding.
  public func tamper(_ change: (Activation) -> Activation) {
    state.withLock { state in state.activations = state.activations.mapValues(change) }
  }

  /// Exchanges who signers are.
  public func tamper(subjects change: (ProtectedRow) -> ProtectedRow) {
    state.withLock { state in state.subjects = state.subjects.mapValues(change) }
  }

  /// Exchanges stored lifecycleGrants.
  public func tamper(lifecycleGrants change: (StoredLifecycleGrant) -> StoredLifecycleGrant) {
    state.withLock { state in state.lifecycleGrants = state.lifecycleGrants.mapValues(change) }
  }

  public var lifecycleGrants: [StoredLifecycleGrant] { state.withLock { Array($0.lifecycleGrants.values) } }
  public var operations: [SigningOperation] { state.withLock { Array($0.operations.values) } }

  public var notifications: [CompletionNotification] { state.withLock { Array($0.notifications.values) } }
  public var jobs: [StoredJob] { state.withLock { Array($0.jobs.values) } }

  /// Exchanges stored jobs.
  public func tamper(jobs change: (StoredJob) -> StoredJob) {
    state.withLock { state in state.jobs = state.jobs.mapValues(change) }
  }

  /// Exchanges stored operations.
  public func tamper(operations change: (SigningOperation) -> SigningOperation) {
    state.withLock { state in state.operations = state.operations.mapValues(change) }
  }
}

private final class MemoryTransaction: SoleControlWriting, IssuanceWriting {
  var state: MemoryStore.State
  var wasAskedForNotices = false

  init(_ state: MemoryStore.State) { self.state = state }

  func credential(_ id: CredentialID) throws -> ProtectedRow? { state.credentials[id]?.row }
  func mac(of id: CredentialID) throws -> [UInt8]? { state.credentials[id]?.row.mac }

  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [ProtectedRow] {
    state.credentials.filter { $0.value.signer == signer && $0.key.rawValue > after?.rawValue ?? "" }
      .sorted { $0.key.rawValue < $1.key.rawValue }.prefix(limit).map(\.value.row)
  }

  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState {
    state.factors["\(credential) \(factor)"] ?? .fresh
  }

  func activation(_ digest: ActivationDigest) throws -> Activation? { state.activations[digest] }
  func slots(_ activation: ActivationDigest) throws -> [SlotState] { state.slots[activation]?.map(\.state) ?? [] }

  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation? {
    state.operations.values
      .filter { $0.activation == activation && $0.requestDigest == requestDigest && $0.state != .released }
      .min { $0.state.rawValue < $1.state.rawValue }
  }

  func operation(id: String) throws -> SigningOperation? { state.operations[id] }

  func job(_ id: JobID) throws -> StoredJob? { state.jobs[id] }

  func job(of operation: String) throws -> StoredJob? {
    state.jobs.values.filter { $0.operation == operation }
      .max { ($0.state.expires ?? .max, $0.id.rawValue) < ($1.state.expires ?? .max, $1.id.rawValue) }
  }

  func openJobs(instance: String) throws -> [StoredJob] {
    state.jobs.values.filter { $0.instance == instance && $0.state == .open }.sorted { $0.id.rawValue < $1.id.rawValue }
  }

  func dueNotifications(instance: String, by time: UnixMilliseconds, perPartner: Int, limit: Int) throws
    -> [CompletionNotification]
  {
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
    state.challenges.first { $0.challenge.digest == digest }?.challenge
  }

  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge] {
    state.challenges.sorted { $0.made < $1.made }.map(\.challenge).filter {
      $0.credential == credential && $0.factor == factor
    }
  }

  func put(_ row: ProtectedRow, of credential: Credential) throws {
    state.credentials[credential.id] = (row, credential.signer)
  }

  func put(_ factorState: FactorState, _ factor: FactorID, of credential: CredentialID) throws {
    state.factors["\(credential) \(factor)"] = factorState
  }

  func add(_ activation: Activation, slots: Int) throws {
    guard state.activations.updateValue(activation, forKey: activation.digest) == nil else { throw StoreError.corrupt }
    state.slots[activation.digest] = Array(repeating: (.authorized, nil), count: slots)
  }

  func reserve(_ slots: [Int], for operation: SigningOperation) throws {
    state.operations[operation.id] = operation
    for slot in slots { state.slots[operation.activation]?[slot] = (.reserved, operation.id) }
  }

  func complete(_ operation: SigningOperation, signatures: [[UInt8]]) throws {
    try settle(operation, .completed, .consumed, signatures)
  }

  func release(_ operation: SigningOperation) throws { try settle(operation, .released, .released, []) }

  private func settle(
    _ operation: SigningOperation, _ newState: SigningOperation.State, _ slot: SlotState, _ signatures: [[UInt8]]
  ) throws {
    guard state.operations[operation.id]?.state == .reserved else { throw StoreError.corrupt }
    state.operations[operation.id] = operation.with(newState, signatures)
    state.slots[operation.activation] = state.slots[operation.activation]?.map {
      $0.state == .reserved && $0.operation == operation.id ? (slot, operation.id) : $0
    }
  }

  func revoke(_ activation: ActivationDigest) throws {
    guard let old = state.activations[activation] else { return }
    state.activations[activation] = Activation(
      digest: old.digest, binding: old.binding, expires: old.expires, isRevoked: true, isReplaced: old.isReplaced)
  }

  func markUnknown(instance: String) throws -> [SigningOperation] {
    let ofJobs = try Set(openJobs(instance: instance).map(\.operation))
    let found = state.operations.values
      .filter { $0.instance == instance && $0.state == .reserved && !ofJobs.contains($0.id) }
      .sorted { $0.id < $1.id }
    for operation in found { state.operations[operation.id] = operation.with(.unknown, []) }
    return found
  }

  func add(_ job: StoredJob) throws {
    guard state.jobs.updateValue(job, forKey: job.id) == nil else { throw StoreError.corrupt }
  }

  func end(_ job: JobID, as newState: JobState) throws {
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
    state.notifications[id] = state.notifications[id].map {
      CompletionNotification(
        id: $0.id, instance: $0.instance, partner: $0.partner, uri: $0.uri, job: $0.job, isCompleted: $0.isCompleted,
        attempts: attempts, due: due)
    }
  }

  func removeNotification(_ id: String) throws { state.notifications[id] = nil }

  func add(_ challenge: Challenge, keep: Int) throws {
    state.made += 1
    state.challenges.append((challenge, state.made))
    let same = state.challenges.filter {
      $0.challenge.credential == challenge.credential && $0.challenge.factor == challenge.factor
    }
    for old in same.sorted(by: { $0.made < $1.made }).dropLast(keep) {
      state.challenges.removeAll { $0.made == old.made }
    }
  }

  func take(challenge digest: [UInt8]) throws -> Bool {
    let before = state.challenges.count
    state.challenges.removeAll { $0.challenge.digest == digest }
    return state.challenges.count < before
  }

  func successor(of activation: ActivationDigest) throws -> Successor? { state.successors[activation] }

  func add(_ successor: Successor) throws {
    guard state.successors.updateValue(successor, forKey: successor.extended) == nil else { throw StoreError.corrupt }
    guard let old = state.activations[successor.extended] else { return }
    state.activations[old.digest] = Activation(
      digest: old.digest, binding: old.binding, expires: old.expires, isRevoked: old.isRevoked, isReplaced: true)
  }

  // MARK: Authorizations that wait

  func pending(handle: [UInt8]) throws -> StoredPending? { state.pending.values.first { $0.handle == handle } }
  func pending(link: [UInt8]) throws -> StoredPending? { state.pending.values.first { $0.link == link } }

  func waiting(_ credential: CredentialID, at time: UnixTime) throws -> [UnixTime] {
    state.pending.values.filter { pending in
      if case .waiting = pending.state { pending.credential == credential && pending.expires > time } else { false }
    }.map(\.expires).sorted()
  }

  func overdue(by time: UnixTime, approved: UnixTime, limit: Int) throws -> [StoredPending] {
    let overdue = state.pending.values.filter { pending in
      switch pending.state {
      case .waiting: pending.expires <= time
      case .approved: pending.expires <= min(time, approved)
      case .issued, .ended: false
      }
    }
    return Array(overdue.sorted { ($0.expires, $0.id) < ($1.expires, $1.id) }.prefix(limit))
  }

  func backchannelRequest(ofPending id: String) throws -> StoredBackchannelRequest? { state.backchannelRequests[id] }

  func backchannelRequest(_ request: [UInt8]) throws -> StoredBackchannelRequest? {
    state.backchannelRequests.values.first { $0.request == request }
  }

  func add(_ request: StoredBackchannelRequest) throws {
    guard try backchannelRequest(request.request) == nil,
      state.backchannelRequests.updateValue(request, forKey: request.pending) == nil
    else { throw StoreError.corrupt }
  }

  func put(_ schedule: PollSchedule, ofPending id: String) throws { state.backchannelRequests[id]?.schedule = schedule }

  func add(_ pending: StoredPending) throws {
    guard state.pending.updateValue(pending, forKey: pending.id) == nil else { throw StoreError.corrupt }
  }

  func put(_ pendingState: PendingState, ofPending id: String) throws {
    guard let old = state.pending[id] else { throw StoreError.corrupt }
    state.pending[id] = old.with(pendingState)
  }

  func removePending(expiredBefore time: UnixTime) throws {
    for id in state.pending.filter({ $0.value.expires < time }).keys { state.backchannelRequests[id] = nil }
    state.pending = state.pending.filter { $0.value.expires >= time }
  }

  // MARK: One-time codes and messages

  func oneTimeCode(_ factor: FactorID, of credential: CredentialID) throws -> OneTimeCode? {
    state.codes["\(credential) \(factor)"]
  }

  func messages(_ factor: FactorID, of credential: CredentialID, after time: UnixTime) throws -> [SentMessage] {
    state.messages.filter { $0.credential == credential && $0.factor == factor && $0.time > time }
      .sorted { ($0.time, $0.id) < ($1.time, $1.id) }
  }

  func messages(of partner: PartnerID, after time: UnixTime) throws -> (count: Int, oldest: UnixTime?) {
    let times = state.messages.filter { $0.partner == partner && $0.time > time }.map(\.time)
    return (times.count, times.min())
  }

  func put(_ code: OneTimeCode) throws { state.codes["\(code.credential) \(code.factor)"] = code }

  func take(oneTimeCode id: String) throws -> Bool {
    guard let key = state.codes.first(where: { $0.value.id == id })?.key else { return false }
    state.codes[key] = nil
    return true
  }

  func add(_ message: SentMessage, forgotten: UnixTime) throws {
    state.messages.removeAll { $0.time <= forgotten }
    state.messages.append(message)
  }

  func markFailed(message id: String) throws {
    state.messages = state.messages.map { message in
      guard message.id == id else { return message }
      return SentMessage(
        id: id, partner: message.partner, credential: message.credential, factor: message.factor, time: message.time,
        hasFailed: true)
    }
  }

  func remove(message id: String) throws { state.messages.removeAll { $0.id == id } }

  // MARK: Used tokens

  func isUsed(_ digest: [UInt8]) throws -> Bool { state.used[digest] != nil }

  func use(once digest: [UInt8], until time: UnixTime) throws -> Bool {
    guard state.used[digest] == nil else { return false }
    state.used[digest] = time
    return true
  }

  func removeUsed(until time: UnixTime) throws { state.used = state.used.filter { $0.value > time } }

  // MARK: Attempts

  func throttleRecord(_ key: ThrottleKey) throws -> ThrottleRecord { state.throttle[key]?.record ?? .none }

  func put(_ record: ThrottleRecord, _ key: ThrottleKey, expires: Int64) throws {
    state.throttle[key] = (record, expires)
  }

  func removeThrottling(of owner: [UInt8]) throws -> Int {
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

  // MARK: Subjects, lifecycleGrants, revocations

  func subject(of signer: SignerID) throws -> ProtectedRow? { state.subjects[signer] }
  func lifecycleGrant(_ digest: [UInt8]) throws -> StoredLifecycleGrant? { state.lifecycleGrants[digest] }

  func revocations(issuer: String, at time: UnixTime) throws -> [Revocation] {
    state.revocations.values.filter { $0.issuer == issuer && $0.expires > time }
      .sorted { $0.serialNumber < $1.serialNumber }
  }

  func put(_ subject: ProtectedRow, of signer: SignerID) throws { state.subjects[signer] = subject }

  func add(_ grant: StoredLifecycleGrant) throws {
    guard state.lifecycleGrants.updateValue(grant, forKey: grant.digest) == nil else { throw StoreError.corrupt }
  }

  func put(_ grantState: StoredLifecycleGrant.State, ofLifecycleGrant digest: [UInt8]) throws {
    guard let old = state.lifecycleGrants[digest] else { throw StoreError.corrupt }
    state.lifecycleGrants[digest] = StoredLifecycleGrant(
      digest: digest, row: old.row, expires: old.expires, state: grantState)
  }

  func remove(lifecycleGrant digest: [UInt8]) throws -> Bool {
    state.lifecycleGrants.removeValue(forKey: digest) != nil
  }

  func removeLifecycleGrants(expiredBefore time: UnixTime) throws {
    state.lifecycleGrants = state.lifecycleGrants.filter { $0.value.state != .open || $0.value.expires >= time }
  }

  func takeReservedLifecycleGrants(instance: String) throws -> [StoredLifecycleGrant] {
    let found = state.lifecycleGrants.values.filter { grant in
      if case .reserved(let owner, _, _) = grant.state { owner == instance } else { false }
    }
    for grant in found { state.lifecycleGrants[grant.digest] = nil }
    return found.sorted { $0.digest.lexicographicallyPrecedes($1.digest) }
  }

  func add(_ revocation: Revocation) throws {
    let key = "\(revocation.issuer) \(revocation.serialNumber)"
    state.revocations[key] = state.revocations[key] ?? revocation
    state.revocations = state.revocations.filter { $0.value.expires > revocation.time }
  }

  func remove(_ credential: CredentialID) throws -> Bool {
    for factor in FactorID.allCases {
      state.factors["\(credential) \(factor)"] = nil
      state.codes["\(credential) \(factor)"] = nil
    }
    state.challenges.removeAll { $0.challenge.credential == credential }
    for id in state.pending.filter({ $0.value.credential == credential }).keys { state.backchannelRequests[id] = nil }
    state.pending = state.pending.filter { $0.value.credential != credential }
    return state.credentials.removeValue(forKey: credential) != nil
  }

  func append(_ event: AuditEvent, at time: UnixTime) throws { state.audit.append(state.head.append(event, at: time)) }
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

extension MemoryTransaction: OAuthWriting {
  private static func key(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) -> String { "\(kind.rawValue) \(digest)" }

  func token(_ digest: [UInt8]) throws -> TokenRecord? { state.tokens[digest] }
  func account(_ username: String) throws -> Account? { state.accounts[username] }
  func entry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws -> OAuthEntry? { state.entries[Self.key(kind, digest)] }
  func put(_ token: TokenRecord) throws { state.tokens[token.digest] = token }
  func removeToken(_ digest: [UInt8]) throws { state.tokens[digest] = nil }
  func removeGrant(_ grant: String) throws { state.tokens = state.tokens.filter { $0.value.grant != grant } }
  func put(_ account: Account) throws { state.accounts[account.username] = account }
  func put(_ entry: OAuthEntry) throws { state.entries[Self.key(entry.kind, entry.digest)] = entry }
  func removeEntry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws { state.entries[Self.key(kind, digest)] = nil }

  func removeTokens(expiredBefore time: Int64) throws {
    state.tokens = state.tokens.filter { $0.value.expires >= time }
  }

  func removeEntries(expiredBefore time: Int64) throws {
    state.entries = state.entries.filter { $0.value.expires >= time }
  }

  func limit(_ kind: OAuthEntry.Kind, keptFor client: String, to count: Int, octets: Int) throws {
    var kept = state.entries.filter { $0.value.keptFor == client && $0.value.kind == kind }
      .sorted { $0.value.expires < $1.value.expires }[...]
    while kept.count > count || kept.reduce(0, { $0 + $1.value.body.count }) > octets {
      guard let oldest = kept.popFirst() else { return }
      state.entries[oldest.key] = nil
    }
  }
}

extension StoredPending {
  fileprivate func with(_ state: PendingState) -> StoredPending {
    StoredPending(
      id: id, handle: handle, link: link, credential: credential, request: request, expires: expires, state: state)
  }
}
