public import AuditLog
public import Contracts
public import Issuance
public import OAuth
public import SoleControl
import Synchronization
public import Vocabulary

/// A store without a disk: each transaction works on a copy that replaces the state when it succeeds.
///
/// It is stricter with bodies than any real store. Each runs twice, the first time for nothing, and has to come to the
/// same end and the same rows; those that wait together are run in a shuffled order, as a store may that puts many into
/// one commit. A fault of a body is reported, which fails the test (`BodyFault`).
public final class MemoryStore: SoleControlStore, IssuanceStore, OAuthStore, ContractStore {
  private let state = Mutex(MemoryState())
  private let line: BodyLine
  private let report: @Sendable (BodyFault) -> Void
  private let questions = Mutex(0)
  /// How often the store was asked which notifications are due.
  public var noticeQuestions: Int { questions.withLock { $0 } }
  /// Number of bodies that wait for their group.
  public var waiting: Int { line.count }

  /// - Parameters:
  ///   - seed: of the order of bodies in a group.
  ///   - smallestGroup: number of bodies that are waited for, for tests of groups.
  ///   - report: told what a body does that it must not.
  public init(
    seed: UInt64 = BodyLine.seedOfRun, smallestGroup: Int = 1,
    report: @escaping @Sendable (BodyFault) -> Void = { $0.record() }
  ) {
    line = BodyLine(seed: seed, smallestGroup: smallestGroup)
    self.report = report
  }

  public func read<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Output
  ) async throws -> Output { try look(Declaration(keys()), body) }

  public func write<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlWriting) throws -> Output
  ) async throws -> Output { try await change(Declaration(keys()), body) }

  public func readIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey], _ body: @escaping @Sendable (any IssuanceSnapshot) throws -> Output
  ) async throws -> Output { try look(Declaration(keys()), body) }

  public func writeIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey],
    _ body: @escaping @Sendable (any IssuanceTransaction) throws -> Output
  ) async throws -> Output { try await change(Declaration(keys()), body) }

  public func readOAuth<Output: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthReading) throws -> Output
  ) async throws -> Output { try look(Declaration(keys()), body) }

  public func writeOAuth<Output: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthWriting) throws -> Output
  ) async throws -> Output { try await change(Declaration(keys()), body) }

  public func readContracts<Output: Sendable>(
    reading keys: @autoclosure () -> [ContractKey], _ body: @escaping @Sendable (any ContractReading) throws -> Output
  ) async throws -> Output { try look(Declaration(keys()), body) }

  public func writeContracts<Output: Sendable>(
    reading keys: @autoclosure () -> [ContractKey], _ body: @escaping @Sendable (any ContractWriting) throws -> Output
  ) async throws -> Output { try await change(Declaration(keys()), body) }

  // MARK: Running bodies

  func look<Output>(
    _ declared: Declaration, _ body: (MemoryTransaction) throws -> Output
  ) throws -> Output {
    var state = state.withLock { $0 }
    let (result, transaction) = twice(body, declared, on: &state)
    if transaction.wasAskedForNotices { questions.withLock { $0 += 1 } }
    return try result.get()
  }

  func change<Output: Sendable>(
    _ declared: Declaration, _ body: @escaping @Sendable (MemoryTransaction) throws -> Output
  ) async throws -> Output {
    let result: Result<Output, any Error> = await withCheckedContinuation { continuation in
      line.append { [self] in
        let result = state.withLock { twice(body, declared, on: &$0).result }
        return { continuation.resume(returning: result) }
      }
    }
    return try result.get()
  }

  /// Runs a body for nothing, and then in earnest.
  private func twice<Output>(
    _ body: (MemoryTransaction) throws -> Output, _ declared: Declaration, on state: inout MemoryState
  ) -> (result: Result<Output, any Error>, transaction: MemoryTransaction) {
    // A row that is not declared is reported once.
    let rehearsal = MemoryTransaction(state, declared) { _ in }
    // No body reads them, and there may be many.
    rehearsal.state.log.entries = []
    let first = run(body, rehearsal)
    let transaction = MemoryTransaction(state, declared, report: report)
    let second = run(body, transaction)
    if let difference = BodyFault.difference(first, second) {
      report(difference)
    } else if case .success = second, rehearsal.state != transaction.state {
      report(.rows)
    }
    if case .success = second { state = transaction.state }
    return (second, transaction)
  }

  private func run<Output>(
    _ body: (MemoryTransaction) throws -> Output, _ transaction: MemoryTransaction
  ) -> Result<Output, any Error> {
    BodyFault.$whileRunning.withValue(report) { Result { try body(transaction) } }
  }

  // MARK: For tests

  func withState<Output: Sendable>(_ body: (inout MemoryState) -> Output) -> Output {
    state.withLock { body(&$0) }
  }

  /// The log and its one lane.
  public var audit: (entries: [AuditEntry], lane: Lane) { state.withLock { ($0.log.entries, $0.log.lane) } }

  /// Exchanges a stored row, as somebody with access to the database file could.
  public func tamper(_ id: CredentialID, _ change: (ProtectedRow) -> ProtectedRow) {
    state.withLock { state in
      if let entry = state.credentials[id] { state.credentials[id]?.row = change(entry.row) }
    }
  }

  /// Exchanges what waits for a customer.
  public func tamper(_ change: (StoredPending) -> StoredPending) {
    state.withLock { state in state.pending = state.pending.mapValues(change) }
  }

  /// Exchanges what providers were asked.
  public func tamper(_ change: (StoredBackchannelRequest) -> StoredBackchannelRequest) {
    state.withLock { state in state.backchannelRequests = state.backchannelRequests.mapValues(change) }
  }

  public var pendings: [StoredPending] { state.withLock { Array($0.pending.values) } }
  public var backchannelRequests: [StoredBackchannelRequest] { state.withLock { Array($0.backchannelRequests.values) } }

  /// Exchanges a stored binding.
  public func tamper(_ change: (Activation) -> Activation) {
    state.withLock { state in state.activations = state.activations.mapValues(change) }
  }

  /// Exchanges who signers are.
  public func tamper(subjects change: (ProtectedRow) -> ProtectedRow) {
    state.withLock { state in state.subjects = state.subjects.mapValues(change) }
  }

  /// Exchanges stored lifecycle grants.
  public func tamper(lifecycleGrants change: (StoredLifecycleGrant) -> StoredLifecycleGrant) {
    state.withLock { state in state.lifecycleGrants = state.lifecycleGrants.mapValues(change) }
  }

  public var lifecycleGrants: [StoredLifecycleGrant] { state.withLock { Array($0.lifecycleGrants.values) } }
  public var invitations: [Invitation] { state.withLock { Array($0.invitations.values) } }
  public var operations: [SigningOperation] { state.withLock { Array($0.operations.values) } }

  public var notifications: [CompletionNotification] { state.withLock { Array($0.notifications.values) } }
  public var jobs: [StoredJob] { state.withLock { Array($0.jobs.values) } }

  /// Exchanges stored jobs.
  public func tamper(jobs change: (StoredJob) -> StoredJob) {
    state.withLock { state in state.jobs = state.jobs.mapValues(change) }
  }

  /// Exchanges stored operations.
  public func tamper(operations change: (SigningOperation) -> SigningOperation) {
    state.withLock { state in state.operations = state.operations.mapValues(change) }
  }
}
