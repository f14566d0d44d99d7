public import Throttling
public import Vocabulary

/// Rows of sole control's store that a body declares, before it runs, to read, or exclusively to change.
///
/// Three things need no declaration: adding a row under a new random name, removing what is over, and the audit log.
/// Rows that go with their parent are declared with it (Specs/decisions/0049-bodies-of-the-store.md).
public enum SoleControlKey: Sendable, Hashable {
  /// A credential. Exclusively also to remove it, with all that hangs on it.
  case credential(CredentialID, RowLock = .shared)
  case credentials(of: SignerID)

  /// An access token, by its digest.
  case accessToken([UInt8])

  // Factors
  case factorState(FactorID, CredentialID, RowLock = .shared)
  /// All challenges of a credential's factor.
  case challenges(FactorID, CredentialID, RowLock = .shared)
  /// The open code of a credential's factor.
  case oneTimeCode(FactorID, CredentialID, RowLock = .shared)
  /// All messages to a customer for a factor.
  case messages(FactorID, CredentialID, RowLock = .shared)
  /// All messages through a partner.
  case partnerMessages(PartnerID, RowLock = .shared)
  /// A message, by its id.
  case message(String, RowLock = .shared)
  /// A token that is good once, by its digest.
  case usedToken([UInt8], RowLock = .shared)

  // The ledger
  /// A SAD with its slots and its successor. The slots that an operation holds go with the operation when it completes.
  case activation(ActivationDigest, RowLock = .shared)
  /// A SAD, the one that took its place, and so on.
  case activations(from: ActivationDigest, RowLock = .shared)
  /// The operations of one request under a SAD, and their jobs.
  case request(ActivationDigest, [UInt8], RowLock = .shared)
  /// An operation, by its id.
  case operation(String, RowLock = .shared)
  /// All reserved operations of an instance, but those of open jobs.
  case operations(instance: String, RowLock = .shared)

  // Authorizations that wait
  case pending(PendingName, RowLock = .shared)
  /// The credential that is named in it.
  case credentialOfPending(PendingName)
  /// Those of a credential that wait.
  case waiting(CredentialID, RowLock = .shared)
  /// Those whose time is over.
  case overduePending(RowLock = .shared)
  /// The request to a provider, by the id of what waits.
  case backchannelRequest(String, RowLock = .shared)
  /// The same, by SHA-256 of the provider's id.
  case backchannelRequestNamed([UInt8])

  // Jobs
  case job(JobID, RowLock = .shared)
  /// The operation of a job, its SAD, and the credential that the job names.
  case partsOfJob(JobID, RowLock = .shared)
  case jobs(ofOperation: String, RowLock = .shared)
  case openJobs(instance: String, RowLock = .shared)
  /// A notification, by its id.
  case notification(String, RowLock = .shared)
  case dueNotifications(instance: String)

  // Attempts
  case throttle(ThrottleKey, RowLock = .shared)
  /// All counters of an owner (`ThrottleKey.owner`).
  case throttling(owner: [UInt8], RowLock = .shared)

  /// The secret by which an authorization that waits is found; SHA-256 of it.
  public enum PendingName: Sendable, Hashable {
    case handle([UInt8])
    case link([UInt8])
  }
}
