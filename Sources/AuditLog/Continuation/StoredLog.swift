/// A stored log as it was at one time, to look things up in. Nothing that it says is believed.
public protocol StoredLog {
  /// The signed checkpoint; empty if there is none.
  func checkpoint() throws -> [UInt8]

  /// Cosignatures that are kept, at most `LogReaders.mostCosignatures`.
  func cosignatures() throws -> [KeptCosignature]

  /// Hands over each time-stamp that is kept, at most `LogReaders.mostStamps`, in the order of their days.
  func stamps(_ accept: (KeptStamp) throws -> Void) throws

  /// Hands over the entries behind a position, in order.
  func entries(after position: Int64, _ accept: (AuditEntry, _ position: Int64) throws -> Void) throws

  /// Octets of an entry's header; nil if there is none.
  func header(at position: Int64) throws -> [UInt8]?

  /// Octets of a stored tile, full or partial; nil if there is none.
  func tile(_ level: Int, _ index: UInt64) throws -> [UInt8]?

  /// Hands over the stored tiles of a level from an index on.
  func tiles(_ level: Int, from index: UInt64, _ accept: ([UInt8], _ index: UInt64) throws -> Void) throws

  /// The ends of all lanes.
  func lanes() throws -> [Lane]

  /// The lanes as far as their entries are in the tree.
  func progress() throws -> [Lane]
}
