public import Vocabulary

/// The part of the store that knows the access tokens, read in the transactions of `SoleControlStore`.
public protocol AccessTokenReading {
  /// Whether there is an access token of this digest. It may be over.
  func hasAccessToken(_ digest: [UInt8]) throws -> Bool
}

extension AccessTokenReading {
  /// - Throws: `Refusal.unknownToken` if the principal's token was remembered, and has been revoked since.
  func requireToken(of principal: Principal) throws {
    guard let token = principal.rememberedToken, try !hasAccessToken(token.digest) else { return }
    throw Refusal.unknownToken
  }
}

extension Principal {
  /// Rows that `requireToken` reads.
  var keys: [SoleControlKey] { rememberedToken.map { [.accessToken($0.digest)] } ?? [] }

  /// Runs the transaction that decides a call, which begins with `requireToken`, and notes that it did.
  func deciding<Output>(_ transaction: () async throws -> Output) async throws -> Output {
    do {
      let output = try await transaction()
      rememberedToken?.noteConfirmed()
      return output
    } catch let error as StoreError where error.isOutcomeUnknown {
      rememberedToken?.noteConfirmed()
      throw error
    }
  }
}

/// The part of the store that keeps credentials, read and written in the transactions of `SoleControlStore`.
public protocol CredentialReading {
  func credential(_ id: CredentialID) throws -> ProtectedRow?
  /// The MAC alone: whether a credential is still the one that was read before.
  func mac(of id: CredentialID) throws -> [UInt8]?
  /// In order of id, beginning after `after`.
  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [ProtectedRow]
}

public protocol CredentialWriting: CredentialReading {
  /// Adds the credential, or replaces the row of the same id.
  func put(_ row: ProtectedRow, of credential: Credential) throws
}

/// The part of the store that keeps what happens to factors: tries, challenges, codes, messages, and what is good once;
/// read and written in the transactions of `SoleControlStore`.
public protocol FactorReading {
  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState
  func challenge(_ digest: [UInt8]) throws -> Challenge?
  /// The challenges of a credential's factor that were not taken, oldest first. They may have expired.
  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge]
  /// Whether a token was used (`use(once:until:)`) and is still remembered.
  func isUsed(_ digest: [UInt8]) throws -> Bool
  /// The open one-time code of a factor. It may have expired.
  func oneTimeCode(_ factor: FactorID, of credential: CredentialID) throws -> OneTimeCode?
  /// The messages to a customer for a factor after `time`, oldest first.
  func messages(_ factor: FactorID, of credential: CredentialID, after time: UnixTime) throws -> [SentMessage]
  /// Number of messages that went through a partner after `time`, and the time of the oldest of them.
  func messages(of partner: PartnerID, after time: UnixTime) throws -> (count: Int, oldest: UnixTime?)
}

public protocol FactorWriting: FactorReading {
  func put(_ state: FactorState, _ factor: FactorID, of credential: CredentialID) throws
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
}

/// The part of the store that keeps the ledger: SADs, their slots, and the operations that hold them; read and written
/// in the transactions of `SoleControlStore`.
public protocol LedgerReading {
  func activation(_ digest: ActivationDigest) throws -> Activation?
  /// The slots of a SAD; index i stands for the i-th digest of its binding.
  func slots(_ activation: ActivationDigest) throws -> [SlotState]
  /// The newest operation of a request that was not released.
  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation?
  func operation(id: String) throws -> SigningOperation?
  /// The successor of an extended SAD.
  func successor(of activation: ActivationDigest) throws -> Successor?
}

public protocol LedgerWriting: LedgerReading {
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
}

/// The part of the store that keeps authorizations which wait for their customer, read and written in the transactions
/// of `SoleControlStore`.
public protocol PendingReading {
  /// - Parameter handle: SHA-256 of it.
  func pending(handle: [UInt8]) throws -> StoredPending?
  /// - Parameter link: SHA-256 of it.
  func pending(link: [UInt8]) throws -> StoredPending?
  /// Times at which those of a credential expire that wait at `time`, the next first.
  func waiting(_ credential: CredentialID, at time: UnixTime) throws -> [UnixTime]
  /// Those that still wait and expired by `time`, and those that were approved, never asked for, and expired by
  /// `approved`. The oldest first.
  func overdue(by time: UnixTime, approved: UnixTime, limit: Int) throws -> [StoredPending]
  /// The request to a provider for an authorization.
  func backchannelRequest(ofPending id: String) throws -> StoredBackchannelRequest?
  /// - Parameter request: SHA-256 of the provider's id.
  func backchannelRequest(_ request: [UInt8]) throws -> StoredBackchannelRequest?
}

public protocol PendingWriting: PendingReading {
  func add(_ pending: StoredPending) throws
  /// Changes the state of the one with this id. `StoreError.corrupt` if there is none.
  func put(_ state: PendingState, ofPending id: String) throws
  /// Adds what a provider was asked for an authorization that is in the store.
  func add(_ request: StoredBackchannelRequest) throws
  /// Changes when the provider is asked next. Does nothing if there is no such request.
  func put(_ schedule: PollSchedule, ofPending id: String) throws
  /// Removes those that expired before `time`, whatever became of them, and what providers were asked for them.
  func removePending(expiredBefore time: UnixTime) throws
}

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
