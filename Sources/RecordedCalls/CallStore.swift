public import Vocabulary

/// The part of a store that keeps recorded calls, read in the transactions of the service whose effects they had.
public protocol CallReading {
  /// A call that was recorded. It may be over.
  func call(_ name: CallKey) throws -> RecordedCall?
}

public protocol CallWriting: CallReading {
  /// Adds the call, or replaces the one of the same name.
  func put(_ call: RecordedCall) throws
  /// Removes calls that expired before `time`. A bounded number at a time.
  func removeCalls(expiredBefore time: UnixTime) throws
  /// Removes the calls whose answers tell of a signer: what is erased of somebody is in none of them afterwards.
  func forgetCalls(about signer: SignerID) throws
}
