/// The parts of a stored log, as a reader gets them, in this order.
public struct LogReaders: Sendable {
  /// The signed checkpoint; empty if there is none yet.
  public var checkpoint: @Sendable ([UInt8]) throws -> Void = { _ in }
  /// Number of entries, by their positions; for showing progress.
  public var total: @Sendable (Int64) -> Void = { _ in }
  public var entry: @Sendable (AuditEntry, _ position: Int64) throws -> Void
  /// Octets of each stored tile. Nil: tiles are not read.
  public var tile: (@Sendable ([UInt8], _ level: Int, _ index: UInt64) throws -> Void)?

  public init(entry: @escaping @Sendable (AuditEntry, _ position: Int64) throws -> Void) { self.entry = entry }
}
