public import Vocabulary

/// The store as one gateway uses it, beyond what its services ask of it: to start, to say that it is ready, and to be
/// the only one under its name.
public protocol GatewayStore: Sendable {
  /// - Parameter horizon: up to which time what is over may be deleted; asked at each commit.
  func deleteOnly(until horizon: @escaping @Sendable () -> UnixTime)

  /// Writes and commits as much as a signature does. Throws if it cannot, or if another gateway took this one's place.
  func checkReadiness() async throws

  /// Time of the last entry of the audit log; nil if it has none.
  func lastAuditTime() async throws -> UnixTime?

  /// Makes this process the holder. From then on everything that this store writes is written under the lease.
  ///
  /// - Parameters:
  ///   - machine: names the running system. The caller has made sure that no other process of the same one holds the
  ///     lease, so what such a process left is taken at once.
  ///   - life: time for which a holder elsewhere that does not renew is waited for.
  /// - Throws: `LeaseError.held` if another process renews it.
  func takeLease(
    of name: String, incarnation: String, machine: String, life: Duration
  ) async throws -> InstanceLease

  /// Shows the others that this process lives.
  ///
  /// - Throws: `LeaseError.lost`.
  func renewLease() async throws

  /// Lets another process take the name at once. Nothing is written afterwards.
  func giveBackLease() async throws

  /// Ends this process's right, because it knows otherwise that it has none.
  func loseLease()

  /// Ends the use of the store. Nothing can be read or written afterwards.
  func close() throws
}

/// The right of one process to serve a database under an instance's name.
///
/// Safety comes from the row alone: each write compares it in its own transaction, so a process that lost the lease,
/// paused as it may have been, changes nothing any more. Times only say when to look (Specs/decisions/0036-leases.md).
public struct InstanceLease: Sendable, Equatable {
  /// Of the instance.
  public let name: String
  /// Of the process; random.
  public let incarnation: String
  /// One more than the last holder's.
  public let fence: Int64

  public init(name: String, incarnation: String, fence: Int64) {
    self.name = name
    self.incarnation = incarnation
    self.fence = fence
  }
}

public enum LeaseError: Error, Equatable, CustomStringConvertible {
  /// Another process renews it.
  case held(String)
  /// Another process has taken it.
  case lost(String)

  public var description: String {
    switch self {
    case .held(let name):
      "another gateway serves this database as instance '\(name)'; stop it, or give this one a name of its own (\"instance\")"
    case .lost(let name):
      "another gateway took this one's place as instance '\(name)'; nothing is signed any more, restart it"
    }
  }
}
