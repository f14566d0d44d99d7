/// Sizes of a stored log and of its tree, for an operator. Nothing is verified.
public struct LogState: Sendable, Equatable {
  /// Number of entries.
  public let entries: Int64
  /// The signed checkpoint (C2SP tlog-checkpoint); empty before the first.
  public let checkpoint: [UInt8]
  /// When it was signed: UTC, milliseconds since 1970.
  public let time: Int64

  public init(entries: Int64, checkpoint: [UInt8], time: Int64) {
    self.entries = entries
    self.checkpoint = checkpoint
    self.time = time
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
