import SoleControl
import Vocabulary

/// Authorizations that wait.
extension MemoryTransaction {
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
}

extension StoredPending {
  fileprivate func with(_ state: PendingState) -> StoredPending {
    StoredPending(
      id: id, handle: handle, link: link, credential: credential, request: request, expires: expires, state: state)
  }
}
