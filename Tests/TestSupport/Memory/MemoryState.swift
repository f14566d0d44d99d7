import AuditLog
import Contracts
import Enrolment
import Issuance
import OAuth
import RecordedCalls
import SoleControl
import Vocabulary
import Throttling

/// All rows of a store in memory. Two are compared, to find what a body did otherwise the second time.
struct MemoryState: Equatable {
  struct Holding: Equatable {
    var row: ProtectedRow
    var signer: SignerID
  }

  struct Slot: Equatable {
    var state: SlotState
    /// Id of the operation that took it.
    var operation: String?
  }

  struct OpenChallenge: Equatable {
    var challenge: Challenge
    /// Counts up, so that the order is known.
    var made: Int
  }

  struct Counter: Equatable {
    var record: ThrottleRecord
    var expires: Int64
  }

  struct Log: Equatable {
    var entries: [AuditEntry] = []
    var lane = Lane(id: 1, instance: "memory")

    /// The lane has a hash over all entries.
    static func == (left: Log, right: Log) -> Bool { left.lane == right.lane }
  }

  var credentials: [CredentialID: Holding] = [:]
  var factors: [String: FactorState] = [:]
  var activations: [ActivationDigest: Activation] = [:]
  var slots: [ActivationDigest: [Slot]] = [:]
  var operations: [String: SigningOperation] = [:]
  var jobs: [JobID: StoredJob] = [:]
  var notifications: [String: CompletionNotification] = [:]
  var challenges: [OpenChallenge] = []
  var made = 0
  var pending: [String: StoredPending] = [:]
  var backchannelRequests: [String: StoredBackchannelRequest] = [:]
  var successors: [ActivationDigest: Successor] = [:]
  var codes: [String: OneTimeCode] = [:]
  var messages: [SentMessage] = []
  var used: [[UInt8]: UnixTime] = [:]
  var log = Log()
  var tokens: [[UInt8]: TokenRecord] = [:]
  var accounts: [String: Account] = [:]
  var entries: [String: OAuthEntry] = [:]
  var subjects: [SignerID: ProtectedRow] = [:]
  var lifecycleGrants: [[UInt8]: StoredLifecycleGrant] = [:]
  var revocations: [String: Revocation] = [:]
  var notices: [String: OwnerNotice] = [:]
  var invitations: [[UInt8]: Invitation] = [:]
  var signers: [SignerID: Signer] = [:]
  var calls: [CallKey: RecordedCall] = [:]
  var throttle: [ThrottleKey: Counter] = [:]
  var contracts = MemoryContracts()
}
