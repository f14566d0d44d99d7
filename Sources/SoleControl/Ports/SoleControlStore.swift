public import Throttling
public import AuditLog

/// Where sole control keeps its state. `StoreConformance` is the suite that every implementation passes.
///
/// Promises:
/// - `write` runs its body in one serializable transaction and returns only when the commit is durable.
///   If the body throws, nothing of it remains.
/// - Many bodies may share one commit; each sees the effects of those before it.
/// - `read` sees one committed state.
/// - Bodies are synchronous and may be run on any thread. They do nothing but use their argument.
public protocol SoleControlStore: Sendable {
  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Result
  ) async throws -> Result

  func write<Result: Sendable>(
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

/// Why a store does not work, for the log alone: no caller is told.
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

public protocol SoleControlReading: JobReading, PendingReading, ThrottleReading {
  func credential(_ id: CredentialID) throws -> ProtectedRow?
  /// The MAC alone: whether a credential is still the one that was read before.
  func mac(of id: CredentialID) throws -> [UInt8]?
  /// In order of id, beginning after `after`.
  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [ProtectedRow]
  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState
  func activation(_ digest: ActivationDigest) throws -> Activation?
  /// The slots of a SAD; index i stands for the i-th digest of its binding.
  func slots(_ activation: ActivationDigest) throws -> [SlotState]
  /// The newest operation of a request that was not released.
  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation?
  func operation(id: String) throws -> SigningOperation?
  func challenge(_ digest: [UInt8]) throws -> Challenge?
  /// The challenges of a credential's factor that were not taken, oldest first. They may have expired.
  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge]
  /// Whether a token was used (`use(once:until:)`) and is still remembered.
  func isUsed(_ digest: [UInt8]) throws -> Bool
  /// What took the place of an extended SAD.
  func successor(of activation: ActivationDigest) throws -> Successor?
  /// The open one-time code of a factor. It may have expired.
  func oneTimeCode(_ factor: FactorID, of credential: CredentialID) throws -> OneTimeCode?
  /// The messages to a customer for a factor after `time`, oldest first.
  func messages(_ factor: FactorID, of credential: CredentialID, after time: UnixTime) throws -> [SentMessage]
  /// How many messages went through a partner after `time`, and when the oldest of them.
  func messages(of partner: PartnerID, after time: UnixTime) throws -> (count: Int, oldest: UnixTime?)
}

public protocol SoleControlWriting: SoleControlReading, JobWriting, PendingWriting, ThrottleWriting {
  /// Adds the credential, or replaces the row of the same id.
  func put(_ row: ProtectedRow, of credential: Credential) throws
  func put(_ state: FactorState, _ factor: FactorID, of credential: CredentialID) throws
  /// Adds a SAD with `slots` authorized slots.
  func add(_ activation: Activation, slots: Int) throws
  /// Adds an operation in state reserved, with its work, and makes its slots reserved.
  func reserve(_ slots: [Int], for operation: SigningOperation) throws
  /// Makes the operation completed, with its signatures, and its slots consumed.
  func complete(_ operation: SigningOperation, signatures: [[UInt8]]) throws
  /// Makes the operation released and its slots free again.
  func release(_ operation: SigningOperation) throws
  /// Makes the SAD revoked. Unknown ones are left alone.
  func revoke(_ activation: ActivationDigest) throws
  /// Notes what takes the place of a SAD, and makes that one replaced. There is one successor at most.
  func add(_ successor: Successor) throws
  /// Makes every reserved operation of the instance unknown, except those of open jobs, and returns them. Their slots
  /// stay reserved.
  func markUnknown(instance: String) throws -> [SigningOperation]
  /// Adds a challenge. Of the open ones of this credential and factor only the `keep` newest remain.
  func add(_ challenge: Challenge, keep: Int) throws
  /// Takes a challenge out of the store; false if it was not there.
  func take(challenge digest: [UInt8]) throws -> Bool
  /// Makes this the open code of its credential and factor; one that was open before is gone.
  func put(_ code: OneTimeCode) throws
  /// Removes the open code of this id; false if it was not there.
  func take(oneTimeCode id: String) throws -> Bool
  /// Adds a message, and forgets those at and before `forgotten`.
  func add(_ message: SentMessage, forgotten: UnixTime) throws
  /// Notes that a message was not delivered.
  func markFailed(message id: String) throws
  /// Forgets a message that was not sent.
  func remove(message id: String) throws
  /// Notes that a token was used, by a digest of what makes it unique. False if it was used before, by whichever
  /// gateway of this store.
  ///
  /// - Parameter time: until when it is remembered; not before the token is refused for its age by every clock.
  func use(once digest: [UInt8], until time: UnixTime) throws -> Bool
  /// Forgets the used tokens whose time is over.
  func removeUsed(until time: UnixTime) throws
  /// Appends to the audit log, as a part of this transaction.
  func append(_ event: AuditEvent, at time: UnixTime) throws
}
