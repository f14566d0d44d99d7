/// The part of the store that keeps authorizations which wait for their customer, read and written in the transactions
/// of `SoleControlStore`.
public protocol PendingReading {
  /// - Parameter handle: SHA-256 of it.
  func pending(handle: [UInt8]) throws -> StoredPending?
  /// - Parameter link: SHA-256 of it.
  func pending(link: [UInt8]) throws -> StoredPending?
  /// When those of a credential expire that wait at `time`, the next first.
  func waiting(_ credential: CredentialID, at time: UnixTime) throws -> [UnixTime]
  /// Those that still wait and expired by `time`, and those that were approved, never asked for, and expired by
  /// `approved`. The oldest first.
  func overdue(by time: UnixTime, approved: UnixTime, limit: Int) throws -> [StoredPending]
  /// What a provider was asked for an authorization.
  func backchannelRequest(ofPending id: String) throws -> StoredBackchannelRequest?
  /// - Parameter request: SHA-256 of the provider's id.
  func backchannelRequest(_ request: [UInt8]) throws -> StoredBackchannelRequest?
}

public protocol PendingWriting: PendingReading {
  func add(_ pending: StoredPending) throws
  /// Changes the state of the one with this id. `StoreError.corrupt` if there is none.
  func put(_ state: PendingState, ofPending id: String) throws
  /// Adds what a provider was asked for an authorization that is in the store.
  func add(_ request: StoredBackchannelRequest) throws
  /// Changes when the provider is asked next. Does nothing if there is no such request.
  func put(_ schedule: PollSchedule, ofPending id: String) throws
  /// Removes those that expired before `time`, whatever became of them, and what providers were asked for them.
  func removePending(expiredBefore time: UnixTime) throws
}
