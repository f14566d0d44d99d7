/// The part of the store that keeps asynchronous calls, read and written in the transactions of `SoleControlStore`.
public protocol JobReading {
  func job(_ id: JobID) throws -> StoredJob?
  /// The job of an operation; of several, the open one or else the one that expires last.
  func job(of operation: String) throws -> StoredJob?
  /// In order of id.
  func openJobs(instance: String) throws -> [StoredJob]
  /// Notifications whose time has come, the oldest first, of each partner at most so many.
  func dueNotifications(instance: String, by time: UnixMilliseconds, perPartner: Int, limit: Int) throws
    -> [CompletionNotification]
}

public protocol JobWriting: JobReading {
  func add(_ job: StoredJob) throws
  /// Ends an open job. `StoreError.corrupt` if it is not open.
  func end(_ job: JobID, as state: JobState) throws
  /// Removes ended jobs whose time is over, and returns how many there were.
  func removeJobs(expiredBy time: UnixMilliseconds) throws -> Int
  func add(_ notification: CompletionNotification) throws
  /// Does nothing if the notification has gone; so does removing it.
  func postponeNotification(_ id: String, attempts: Int, until due: UnixMilliseconds) throws
  func removeNotification(_ id: String) throws
}
