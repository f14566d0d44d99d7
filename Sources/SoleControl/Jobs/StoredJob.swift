/// A job as the store keeps it. What was accepted never changes and has a MAC; the state does and is not.
public struct StoredJob: Sendable, Equatable {
  public let id: JobID
  /// Id of the operation that it carries out.
  public let operation: String
  /// The gateway process that accepted it, which alone carries it out.
  public let instance: String
  /// Canonical text of the `SigningJob` and the device's MAC over it.
  public let row: ProtectedRow
  public let state: JobState

  public init(id: JobID, operation: String, instance: String, row: ProtectedRow, state: JobState) {
    self.id = id
    self.operation = operation
    self.instance = instance
    self.row = row
    self.state = state
  }
}

/// A job is open until it has ended in one of two ways, and forgotten when its time is over.
public enum JobState: Sendable, Equatable {
  case open
  /// The operation has the signatures.
  case completed(expires: UnixMilliseconds)
  /// The operation is released.
  case failed(JobFailure, expires: UnixMilliseconds)

  /// Nil while it is open.
  public var expires: UnixMilliseconds? {
    switch self {
    case .open: nil
    case .completed(let expires), .failed(_, let expires): expires
    }
  }

  func isOver(at now: UnixMilliseconds) -> Bool { expires.map { $0 <= now } ?? false }
}

/// Why a job ended without signatures: what the same call would have got if it had been synchronous.
public enum JobFailure: String, Sendable, CaseIterable {
  case unavailable
  case parametersNotSupported
  case credentialDisabled
  case credentialDeleted
  case authorizationRevoked
  case certificateExpired
  /// Not the caller's fault.
  case fault
}
