import TransparencyLog

/// Sizes of a stored log and of its tree, for an operator. Nothing is verified.
public struct LogState: Sendable, Equatable {
  /// Number of entries.
  public let entries: Int64
  /// The signed checkpoint (C2SP tlog-checkpoint); empty before the first.
  public let checkpoint: [UInt8]
  /// When it was signed: UTC, milliseconds since 1970.
  public let time: Int64
  /// The time at which the first entry behind the checkpoint was recorded: UTC, milliseconds since 1970. Nil if there
  /// is none, or none that can be read.
  public let waitingSince: Int64?

  /// - Parameter waiting: octets of the header behind the checkpoint; empty if there is none.
  public init(entries: Int64, checkpoint: [UInt8], time: Int64, waiting: [UInt8] = []) {
    self.entries = entries
    self.checkpoint = checkpoint
    self.time = time
    let since = EntryHeader.glance(at: waiting)?.time
    waitingSince = since.flatMap { (0...Cosignature.latestShown * 1000).contains($0) ? $0 : nil }
  }

  /// Number of entries that the checkpoint covers.
  public var size: Int64 { Self.size(of: checkpoint) }

  /// Number of entries of a signed checkpoint; 0 if it is none.
  public static func size(of checkpoint: [UInt8]) -> Int64 {
    Int64(clamping: (try? Checkpoint(text: SignedNote(checkpoint).text))?.head.size ?? 0)
  }
}

/// The log of a store as it is watched, without lanes and payloads.
public protocol LogWatchStore: Sendable {
  func logState() async throws -> LogState

  /// Octets of headers with their positions, in the order of the log.
  ///
  /// - Parameters:
  ///   - position: the one before the first.
  ///   - limit: of the headers.
  func headers(after position: Int64, limit: Int) async throws -> [(position: Int64, octets: [UInt8])]
}
