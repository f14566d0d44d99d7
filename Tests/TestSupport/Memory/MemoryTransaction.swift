import Crypto
import AuditLog
import Contracts
import Enrolment
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

  func uses(_ lock: RowLock, contracts keys: (RowLock) -> [ContractKey]) {
    if let fault = declared.fault(lock, contracts: keys) { report(fault) }
  }

  func uses(_ lock: RowLock, enrolment keys: (RowLock) -> [EnrolmentKey]) {
    if let fault = declared.fault(lock, enrolment: keys) { report(fault) }
  }

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
  func keys(to credential: CredentialID, _ lock: RowLock) -> [SoleControlKey] {
    let pending = before.pending.values.filter { $0.credential == credential }
    let jobs = before.jobs.values.filter {
      String(decoding: $0.row.text, as: UTF8.self).contains("\"\(credential.rawValue)\"")
    }
    return [.credential(credential, lock)] + pending.map { .credentialOfPending(.handle($0.handle)) }
      + pending.compactMap(\.link).map { .credentialOfPending(.link($0)) } + jobs.map { .partsOfJob($0.id, lock) }
  }

  func keys(to activation: ActivationDigest, _ lock: RowLock) -> [SoleControlKey] {
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

  func keys(toOperation id: String, _ lock: RowLock) -> [SoleControlKey] {
    [.operation(id, lock)] + before.jobs.values.filter { $0.operation == id }.map { .partsOfJob($0.id, lock) }
  }
}
