public import Throttling
public import AuditLog
public import Vocabulary

/// The store of sole control. `StoreConformance` is the suite that every implementation passes.
///
/// Promises:
/// - `write` runs its body in one serializable transaction and returns only when the commit is durable.
///   If the body throws, nothing of it remains.
/// - Many bodies may share one commit; each sees the effects of those before it.
/// - `read` sees one committed state.
/// - Bodies are synchronous and may be run on any thread, and more than once. So they do nothing but use their
///   argument: no clock, no random numbers, no variable outside (Specs/decisions/0049-bodies-of-the-store.md).
///
/// A body reads the rows that it declares, and changes those that it declares as exclusive: a store that several
/// gateways share locks them all at once before it runs the bodies. A store that needs no locks does not ask for the
/// keys.
public protocol SoleControlStore: Sendable {
  func read<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Result
  ) async throws -> Result

  func write<Result: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlWriting) throws -> Result
  ) async throws -> Result
}

/// Thrown by `write` and `read` for faults of the store itself.
public enum StoreError: Error, Equatable, Sendable {
  /// Nothing was committed; trying again later can help.
  case unavailable(StoreFault)
  /// The commit was asked for and no answer came: it may or may not have happened.
  case outcomeUnknown(StoreFault)
  /// The store holds something that it could not have written.
  case corrupt
  /// A text holds U+0000, which not every database keeps. Nothing was changed.
  case unstorable
  /// A row that the call needs is not as a gateway wrote it. Nothing was changed.
  case edited(EditedRow)

  public var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
  public var isOutcomeUnknown: Bool { if case .outcomeUnknown = self { true } else { false } }
}

/// Reason why a store does not work, for the log alone: no caller is told.
public struct StoreFault: Equatable, Sendable, CustomStringConvertible {
  /// The database's own code, in its most detailed form; nil if the fault is not the database's.
  public let code: Int?
  /// The database's own words, without values of any row.
  public let text: String

  public init(code: Int?, _ text: String) {
    (self.code, self.text) = (code, text)
  }

  public var description: String { code.map { "\(text) (\($0))" } ?? text }
}

/// The part of the store that takes entries of the audit log, in the transactions of `SoleControlStore`.
public protocol AuditWriting {
  /// Appends to the audit log, as a part of this transaction, with the time at which the store records it.
  func append(_ event: AuditEvent) throws
}

/// All that sole control reads. A function that needs less takes only the part that it uses.
public protocol SoleControlReading: AccessTokenReading, CredentialReading, FactorReading, LedgerReading, PendingReading,
  JobReading, ThrottleReading
{}

/// All that sole control writes, composed for the stores that implement it.
public protocol SoleControlWriting: SoleControlReading, CredentialWriting, FactorWriting, LedgerWriting, PendingWriting,
  JobWriting, ThrottleWriting, AuditWriting
{}

/// The store as the decision about factors sees it.
package typealias FactorTransaction = FactorWriting & ThrottleWriting & AuditWriting

/// The store as messages to customers are sent, or were not delivered.
package typealias MessageTransaction = PendingWriting & FactorTransaction

/// The store as credentials are made and unlocked.
package typealias CredentialTransaction = CredentialWriting & FactorWriting & AuditWriting

/// The store as authorizations are granted.
package typealias GrantTransaction = AccessTokenReading & CredentialReading & FactorTransaction & LedgerWriting
  & PendingWriting

/// The store as slots are reserved and signatures recorded.
package typealias SigningTransaction = AccessTokenReading & CredentialReading & LedgerWriting & JobWriting
  & AuditWriting

/// Whether a store looks for rows that were put back, removed or added by somebody who is no gateway.
public enum RowChecks: Sendable {
  /// At the start, before each transaction that changes rows, and when it is asked to.
  case all
  /// Never: for the commands that make a database or take it as it is, and for tests of what a row's own MAC finds.
  case none
}

/// The store as one gateway uses it, beyond what its services ask of it: to start, to say that it is ready, and to be
/// the only one under its name.
public protocol GatewayStore: Sendable {
  /// - Parameter horizon: up to which time what is over may be deleted; asked at each commit.
  func deleteOnly(until horizon: @escaping @Sendable () -> UnixTime)

  /// Writes and commits as much as a signature does. Throws if it cannot, or if another gateway took this one's place.
  func checkReadiness() async throws

  /// Looks at all rows, without keeping others waiting.
  ///
  /// - Throws: `StoreError.edited` if some were put back, removed or added by somebody who is no gateway.
  func checkRows() async throws

  /// Changes nothing more, though each row is as a gateway wrote it: the whole database may be an older copy.
  func refuseChanges(because reason: String)

  /// Takes all rows as they are, with an entry in the audit log. For a store that was opened without checks.
  ///
  /// - Returns: the tables that were not as the gateways left them.
  func acceptRows() async throws -> [String]

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
  /// Another process has taken it, or may have.
  case lost(String)

  public var description: String {
    switch self {
    case .held(let name):
      "another gateway serves this database as instance '\(name)'; stop it, or give this one a name of its own (\"instance\")"
    case .lost(let name):
      """
      this gateway lost its place as instance '\(name)': another one took it while this one was stalled, or the \
      database's file, or the row of the lease in it, was changed by hand. It signs nothing any more; start it again
      """
    }
  }
}
