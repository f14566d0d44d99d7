import Octets
import TransparencyLog

/// A time-stamp (RFC 3161) of a checkpoint, as it is kept: one for each day.
public struct KeptStamp: Sendable, Equatable {
  /// Days since 1970, UTC.
  public let day: Int64
  /// As the log signed it: a signed note without cosignatures.
  public let checkpoint: [UInt8]
  /// The `TimeStampToken`, DER (RFC 3161 §2.4.2).
  public let token: [UInt8]

  public init(day: Int64, checkpoint: [UInt8], token: [UInt8]) {
    self.day = day
    self.checkpoint = checkpoint
    self.token = token
  }

  /// The digest that is stamped: SHA-256 of the checkpoint's octets, with the log's signature.
  public var imprint: [UInt8] { OctetDigest.sha256(checkpoint) }

  /// Number of entries of the checkpoint; nil if it is none.
  public var size: UInt64? { (try? SignedNote(checkpoint)).flatMap { try? Checkpoint(text: $0.text) }?.head.size }
}

/// The store as those see it who have checkpoints stamped.
public protocol StampStore: Sendable {
  /// The newest checkpoint, and when it was signed: UTC, milliseconds since 1970. Nil before the first.
  func signedCheckpoint() async throws -> (octets: [UInt8], time: Int64)?

  /// - Parameter day: since 1970, UTC.
  func hasStamp(of day: Int64) async throws -> Bool

  /// Keeps a stamp unless there is one of its day; durable when it returns.
  func keep(_ stamp: KeptStamp) async throws
}

/// Has a checkpoint of each UTC day stamped: the first that it sees.
public actor CheckpointStamper {
  private static let secondsOfDay: Int64 = 86400

  private let store: any StampStore
  private let now: @Sendable () -> Int64
  private let token: @Sendable (_ imprint: [UInt8]) async throws -> [UInt8]
  /// The last day of which there is a stamp.
  private var done: Int64?

  /// - Parameters:
  ///   - now: UTC, seconds since 1970.
  ///   - token: has a SHA-256 digest stamped, and gives back the token, verified.
  public init(
    _ store: any StampStore, now: @escaping @Sendable () -> Int64,
    token: @escaping @Sendable (_ imprint: [UInt8]) async throws -> [UInt8]
  ) {
    self.store = store
    self.now = now
    self.token = token
  }

  /// Does what is left to be done today.
  ///
  /// - Returns: nil if there was nothing.
  /// - Throws: what the store or `token` throws. The day is tried again the next time.
  public func stamp() async throws -> KeptStamp? {
    let day = now() / Self.secondsOfDay
    guard day != done else { return nil }
    if try await store.hasStamp(of: day) {
      done = day
      return nil
    }
    guard let (octets, time) = try await store.signedCheckpoint(), time / (Self.secondsOfDay * 1000) == day else {
      return nil
    }
    let token = try await token(OctetDigest.sha256(octets))
    // One of after midnight is none of this day.
    guard now() / Self.secondsOfDay == day else { return nil }
    let stamp = KeptStamp(day: day, checkpoint: octets, token: token)
    try await store.keep(stamp)
    done = day
    return stamp
  }
}
