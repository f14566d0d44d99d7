/// An authorization that waits, as the store keeps it.
public struct StoredPending: Sendable, Equatable {
  public let id: String
  /// SHA-256 of the handle.
  public let handle: [UInt8]
  /// SHA-256 of the text in the page's address; nil if the customer is asked in another way.
  public let link: [UInt8]?
  public let credential: CredentialID
  /// Canonical text of what is asked, and the device's MAC over it.
  public let request: ProtectedRow
  public let expires: UnixTime
  public let state: PendingState

  public init(
    id: String, handle: [UInt8], link: [UInt8]?, credential: CredentialID, request: ProtectedRow, expires: UnixTime,
    state: PendingState
  ) {
    self.id = id
    self.handle = handle
    self.link = link
    self.credential = credential
    self.request = request
    self.expires = expires
    self.state = state
  }
}

public enum PendingState: Sendable, Equatable {
  public enum End: Int, Sendable, CaseIterable {
    /// By the customer.
    case denied = 0
    /// Too many wrong tries.
    case failed = 1
    /// The customer could not be asked.
    case withdrawn = 2
    /// Nobody answered, or nobody asked for the answer, in time.
    case expired = 3
    /// By the caller.
    case cancelled = 4
  }

  /// Wrong tries so far.
  case waiting(tries: Int)
  /// Canonical text of the approval, and the device's MAC over it. There is no SAD yet.
  case approved(ProtectedRow)
  /// The SAD, encrypted under a key derived from the handle.
  case issued(sealed: [UInt8])
  case ended(End)
}
