public import TransparencyLog

/// Verifies what a stored log has behind a checkpoint that the caller has verified before, without reading what is
/// before it.
///
/// The stored tiles have to make that checkpoint's root, and all entries behind it make the tree of the stored one: so
/// the log leads from one to the other. A lane that goes on has to do so from its last entry before, which is looked up
/// and held against the root. Not looked up are credentials, authorizations and calls of before that entries refer to;
/// how many do is told.
public enum LogContinuation {
  /// Sizes of what was verified.
  public struct Result: Sendable, Equatable {
    /// Number of entries of the checkpoint.
    public let since: UInt64
    /// Entries behind it.
    public let entries: Int64
    /// Entries in the tree of the stored checkpoint, with those of before.
    public let inTree: UInt64
    /// Entries that refer to what is before the checkpoint.
    public let unresolved: Int
  }

  /// Levels of tiles that a tree of 63 bits has.
  private static let levels = 8

  /// - Parameters:
  ///   - since: the checkpoint, with a name for findings.
  ///   - key: of the log.
  ///   - known: further signed checkpoints, of before or behind.
  ///   - progress: told of each position.
  /// - Throws: `LogVerifier.Finding`, or what the log throws.
  public static func verify(
    _ log: any StoredLog, since: (name: String, checkpoint: [UInt8]), key: NoteKey,
    known: [(name: String, checkpoint: [UInt8])] = [], progress: (Int64) -> Void = { _ in }
  ) throws -> Result {
    let begin = try LogInspection.read(since.checkpoint, named: since.name, key)
    let octets = try log.checkpoint()
    guard !octets.isEmpty else { throw LogVerifier.Finding.noCheckpoint }
    let stored = try LogInspection.read(octets, named: LogVerifier.stored, key)
    guard stored.head.size >= begin.head.size else {
      throw LogVerifier.Finding.checkpoint(name: since.name, size: begin.head.size, isShort: true)
    }
    let others = try known.map { try LogInspection.read($0.checkpoint, named: $0.name, key) } + [stored]
    for earlier in others where earlier.head.size < begin.head.size { try check(earlier, in: begin.head, log) }
    let later = others.filter { $0.head.size >= begin.head.size }

    var verifier = LogVerifier(
      after: try writer(begin, log), treeSize: stored.head.size, known: Set(later.map(\.head.size)))
    var meaning = LogMeaning(isContinued: true)
    var lanes = EarlierLanes(log, head: begin.head)
    try log.entries(after: Int64(begin.head.size)) { entry, position in
      if let header = EntryHeader(octets: entry.header), header.number > 1, verifier.lane(header.lane) == nil,
        let lane = try lanes.lane(header.lane)
      {
        verifier.adopt(lane)
      }
      try verifier.accept(entry, at: position)
      do throws(LogMeaning.Finding) { try meaning.accept(entry, at: position) } catch {
        throw LogVerifier.Finding.meaning(error)
      }
      progress(position)
    }
    for level in 0..<levels {
      try log.tiles(level, from: begin.head.size >> UInt64(8 * (level + 1))) { octets, index in
        try verifier.accept(tile: octets, level: level, index: index)
      }
    }
    try verifier.finishContinued(try log.lanes(), progress: try log.progress(), known: later)
    return Result(
      since: begin.head.size, entries: verifier.count - Int64(begin.head.size), inTree: stored.head.size,
      unresolved: meaning.unresolved)
  }

  /// The edge of the tree of a checkpoint, from the stored tiles.
  private static func writer(_ known: LogVerifier.Known, _ log: any StoredLog) throws -> TileWriter {
    do { return try TileWriter(known.head) { try log.octets(of: $0) } } catch is TileFault {
      throw LogVerifier.Finding.checkpoint(name: known.name, size: known.head.size, isShort: false)
    }
  }

  private static func check(_ known: LogVerifier.Known, in head: TreeHead, _ log: any StoredLog) throws {
    let root = try log.proven(try TileQuery.root(of: known.head.size, in: head))
    guard root == [known.head.root] else {
      throw LogVerifier.Finding.checkpoint(name: known.name, size: known.head.size, isShort: false)
    }
  }
}
