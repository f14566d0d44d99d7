/// The parts of a stored log, as a reader gets them: cosignatures, stamps, checkpoint, entries, tiles, progress.
public struct LogReaders: Sendable {
  /// Cosignatures that are kept, at most `mostCosignatures`. Not called for a log without a tree.
  public var cosignatures: @Sendable ([KeptCosignature]) throws -> Void = { _ in }
  /// Each time-stamp that is kept, at most `mostStamps`, in the order of their days.
  public var stamp: @Sendable (KeptStamp) throws -> Void = { _ in }
  /// The signed checkpoint; empty if there is none yet.
  public var checkpoint: @Sendable ([UInt8]) throws -> Void = { _ in }
  /// Number of entries, by their positions; for showing progress.
  public var total: @Sendable (Int64) -> Void = { _ in }
  public var entry: @Sendable (AuditEntry, _ position: Int64) throws -> Void
  /// Octets of each stored tile. Nil: tiles are not read.
  public var tile: (@Sendable ([UInt8], _ level: Int, _ index: UInt64) throws -> Void)?

  /// The lanes as far as their entries are in the tree, as they are stored. Not called for a log without a tree.
  public var progress: @Sendable ([Lane]) throws -> Void = { _ in }

  /// More witnesses than a log has had.
  public static let mostCosignatures = 1024
  /// More days than a log is kept.
  public static let mostStamps = 36_525

  public init(entry: @escaping @Sendable (AuditEntry, _ position: Int64) throws -> Void) { self.entry = entry }
}
