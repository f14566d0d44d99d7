import SoleControl
import Vocabulary

/// Jobs, and who is told of their end.
extension MemoryTransaction {
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
}

extension StoredJob {
  fileprivate func with(_ state: JobState) -> StoredJob {
    StoredJob(id: id, operation: operation, instance: instance, row: row, state: state)
  }
}
