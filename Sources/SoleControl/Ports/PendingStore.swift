/// The part of the store that keeps authorizations which wait for their customer, read and written in the transactions
/// of `SoleControlStore`.
public protocol PendingReading {
  /// - Parameter handle: SHA-256 of it.
  func pending(handle: [UInt8]) throws -> StoredPending?
  /// - Parameter link: SHA-256 of it.
  func pending(link: [UInt8]) throws -> StoredPending?
  /// When those of a credential expire that wait at `time`, the next first.
  func waiting(_ credential: CredentialID, at time: UnixTime) throws -> [UnixTime]
}

public protocol PendingWriting: PendingReading {
  func add(_ pending: StoredPending) throws
  /// Changes the state of the one with this id. `StoreError.corrupt` if there is none.
  func put(_ state: PendingState, ofPending id: String) throws
  /// Removes those that expired before `time`, whatever became of them.
  func removePending(expiredBefore time: UnixTime) throws
}
