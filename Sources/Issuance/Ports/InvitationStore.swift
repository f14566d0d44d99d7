public import Throttling
public import Vocabulary

/// The part of the store that keeps invitations, read and written in the transactions of `IssuanceStore`.
public protocol InvitationReading: ThrottleReading {
  /// - Parameter link: SHA-256.
  func invitation(_ link: [UInt8]) throws -> Invitation?
  /// An instance's invitations that wait and are due by `time`, as `dueNotices`.
  func dueInvitations(instance: String, by time: UnixTime, perPartner: Int, limit: Int) throws -> [Invitation]
  /// Those that expired by `time`, of all instances, the first first.
  func expiredInvitations(by time: UnixTime, limit: Int) throws -> [Invitation]
}

public protocol InvitationWriting: InvitationReading {
  /// `StoreError.corrupt` if there is one of this link.
  func add(_ invitation: Invitation) throws
  /// Keeps its state, its attempts and when the next one is due. `StoreError.corrupt` if there is none of this link.
  func put(_ invitation: Invitation) throws
  /// False if it was not there.
  func removeInvitation(_ link: [UInt8]) throws -> Bool
}
