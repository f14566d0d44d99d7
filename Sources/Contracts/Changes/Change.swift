public import Vocabulary

/// An act that waits for a second person, or waited.
public struct Change: Sendable, Equatable {
  public enum State: String, Sendable { case proposed, approved, rejected }

  /// 128 random bits in hexadecimal.
  public let id: String
  public let act: ContractAct
  /// Id of the operator.
  public let proposedBy: String
  /// Seconds since 1970.
  public let proposed: UnixTime
  /// Time after which it is not approved any more.
  public let expires: UnixTime
  public var state: State
  /// Id of the operator who approved or rejected it.
  public var decidedBy: String?

  public init(
    id: String, act: ContractAct, proposedBy: String, proposed: UnixTime, expires: UnixTime, state: State = .proposed,
    decidedBy: String? = nil
  ) {
    self.id = id
    self.act = act
    self.proposedBy = proposedBy
    self.proposed = proposed
    self.expires = expires
    self.state = state
    self.decidedBy = decidedBy
  }

  public func isOpen(at time: UnixTime) -> Bool { state == .proposed && time < expires }
}
