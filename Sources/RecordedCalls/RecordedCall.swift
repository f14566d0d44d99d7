public import Vocabulary

/// The name of a call among those of a client. What the client chose is in it as a keyed digest alone: keys are often
/// numbers that can be guessed.
public struct CallKey: Hashable, Sendable {
  public let client: ClientID
  /// Keyed digest over everything that tells two calls apart.
  public let digest: [UInt8]

  public init(client: ClientID, digest: [UInt8]) {
    self.client = client
    self.digest = digest
  }
}

/// A call that has come, and can come again.
public struct IncomingCall: Equatable, Sendable {
  public let name: CallKey
  /// Keyed digest of the name and the canonical body. Two calls of one name that differ in it are not the same. A plain
  /// digest would confirm each guess at the personal data of the body.
  public let fingerprint: [UInt8]

  public init(name: CallKey, fingerprint: [UInt8]) {
    self.name = name
    self.fingerprint = fingerprint
  }
}

/// A call that had its effect, with the answer for it.
public struct RecordedCall: Equatable, Sendable {
  /// Seconds for which the answer is kept. A call that comes again later is a new one.
  public static let life: UnixTime = 30 * 86400

  public let call: IncomingCall
  /// Opaque to everybody but the maker of answers.
  public let answer: [UInt8]
  public let expires: UnixTime
  /// The signer of whom the answer tells; nil if it tells of none.
  public let signer: SignerID?

  public init(call: IncomingCall, answer: [UInt8], expires: UnixTime, signer: SignerID? = nil) {
    self.call = call
    self.answer = answer
    self.expires = expires
    self.signer = signer
  }

  /// Whether the call counts as one that came before. Also one of a clock that was ahead does: a call that is taken for
  /// none has its effect twice, so doubt speaks for the record, other than with tokens (`Lifetime`).
  func isOpen(at now: UnixTime) -> Bool { now < expires }
}

/// The call is another than the one that came with this key before.
public struct CallDiffers: Error, Equatable {
  public init() {}
}
