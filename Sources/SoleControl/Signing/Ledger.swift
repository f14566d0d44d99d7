public import Vocabulary

/// The ledger: one slot per authorized signature (design §5).
public enum SlotState: Int, Sendable {
  case authorized = 0
  /// A signing operation holds it. After a crash it stays so: spent.
  case reserved = 1
  case consumed = 2
  /// An operation that certainly made no signature gave it back; it can be reserved again.
  case released = 3
  var isFree: Bool { self == .authorized || self == .released }
}

/// The ledger's entry for a SAD.
public struct Activation: Sendable, Equatable {
  public let digest: ActivationDigest
  /// Canonical text of the `Binding`.
  public let binding: [UInt8]
  public let expires: UnixTime
  /// Nothing more is signed under it, and the same request again gets nothing either.
  public let isRevoked: Bool
  /// Another one took its place. Nothing more is reserved under it; what was reserved before goes on.
  public let isReplaced: Bool

  public init(
    digest: ActivationDigest, binding: [UInt8], expires: UnixTime, isRevoked: Bool = false, isReplaced: Bool = false
  ) {
    self.digest = digest
    self.binding = binding
    self.expires = expires
    self.isRevoked = isRevoked
    self.isReplaced = isReplaced
  }

  /// Whether slots can be reserved under it, but for its expiry.
  var isAlive: Bool { !isRevoked && !isReplaced }
}

/// One call for signatures that got slots.
public struct SigningOperation: Sendable, Equatable {
  public enum State: Int, Sendable {
    case reserved = 0
    case completed = 1
    case released = 2
    /// The gateway stopped before the outcome was recorded.
    case unknown = 3
  }

  public let id: String
  public let activation: ActivationDigest
  /// SHA-256 over all that was asked for; the same request again has the same.
  public let requestDigest: [UInt8]
  /// The gateway process that reserved; only its own are marked unknown when it starts again.
  public let instance: String
  public let state: State
  /// The digests that are signed and the caller's preparation: the canonical text of a `SigningWork`.
  public let work: [UInt8]
  /// In request order, and after them the time-stamps of those that ask for one; empty until completed.
  public let signatures: [[UInt8]]

  public init(
    id: String, activation: ActivationDigest, requestDigest: [UInt8], instance: String, state: State, work: [UInt8],
    signatures: [[UInt8]]
  ) {
    self.id = id
    self.activation = activation
    self.requestDigest = requestDigest
    self.instance = instance
    self.state = state
    self.work = work
    self.signatures = signatures
  }
}

/// The part of a factor that changes while it is used.
public struct FactorState: Sendable, Equatable {
  /// Wrong tries since the last success.
  public var failures: Int
  /// The last TOTP time step that was accepted; steps up to it are used up.
  public var lastStep: Int64

  public static let fresh = FactorState(failures: 0, lastStep: -1)

  public init(failures: Int, lastStep: Int64) {
    self.failures = failures
    self.lastStep = lastStep
  }
}

/// An open challenge from credentials/getChallenge.
public struct Challenge: Sendable, Equatable {
  /// SHA-256 of the challenge text.
  public let digest: [UInt8]
  public let credential: CredentialID
  public let factor: FactorID
  public let expires: UnixTime

  public init(digest: [UInt8], credential: CredentialID, factor: FactorID, expires: UnixTime) {
    self.digest = digest
    self.credential = credential
    self.factor = factor
    self.expires = expires
  }
}
