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
    /// Of the witnesses that were asked for, each once.
    public let witnessed: [LogInspection.Witnessed]
    /// Time-stamps that verify, of checkpoints that are not before. Nil if they were not looked at.
    public let stamps: LogInspection.Stamped?
  }

  /// Verifies that others have seen the log, too.
  public struct Demands {
    /// Each must have cosigned a checkpoint that is not before the caller's: one that is kept, or one from elsewhere.
    public var witnesses: [NoteKey]
    /// Throws unless a time-stamp is good, by whom its authority is known; a checkpoint that is not before the caller's
    /// has to have one then. Nil: time-stamps are not looked at.
    public var verifyStamp: ((KeptStamp) throws -> Void)?

    public init(witnesses: [NoteKey] = [], verifyStamp: ((KeptStamp) throws -> Void)? = nil) {
      self.witnesses = witnesses
      self.verifyStamp = verifyStamp
    }
  }

  /// Levels of tiles that a tree of 63 bits has.
  private static let levels = 8

  /// - Parameters:
  ///   - since: the checkpoint, with a name for findings.
  ///   - key: of the log.
  ///   - known: further signed checkpoints, of before or behind.
  ///   - demands: what the log has to have besides.
  ///   - progress: told of each position.
  /// - Throws: `LogVerifier.Finding`, or what the log throws.
  public static func verify(
    _ log: any StoredLog, since: (name: String, checkpoint: [UInt8]), key: NoteKey,
    known: [(name: String, checkpoint: [UInt8])] = [], demands: Demands = Demands(),
    progress: (Int64) -> Void = { _ in }
  ) throws -> Result {
    var seen: [LogInspection.Witnessed] = []
    let begin = try LogInspection.read(since.checkpoint, named: since.name, key, demands.witnesses, &seen)
    let octets = try log.checkpoint()
    guard !octets.isEmpty else { throw LogVerifier.Finding.noCheckpoint }
    let stored = try LogInspection.read(octets, named: LogVerifier.stored, key)
    guard stored.head.size >= begin.head.size else {
      throw LogVerifier.Finding.checkpoint(name: since.name, size: begin.head.size, isShort: true)
    }
    var others = [stored]
    for one in known {
      others.append(try LogInspection.read(one.checkpoint, named: one.name, key, demands.witnesses, &seen))
    }
    for kept in try log.cosignatures() {
      let cosigned = try LogInspection.read(kept, key)
      others.append(cosigned.known)
      seen.append(cosigned.seen)
    }
    // Others who saw what is before say nothing about the rest.
    let witnessed = try LogInspection.newest(
      of: demands.witnesses, in: seen.filter { $0.size > 0 && $0.size >= begin.head.size })
    let stamps = try Self.stamps(log, from: begin, key, demands)
    others += stamps?.known ?? []
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
      unresolved: meaning.unresolved, witnessed: witnessed, stamps: stamps?.found)
  }

  /// The stamped checkpoints from that of the caller on, with stamps that verify.
  private static func stamps(
    _ log: any StoredLog, from begin: LogVerifier.Known, _ key: NoteKey, _ demands: Demands
  ) throws -> (known: [LogVerifier.Known], found: LogInspection.Stamped)? {
    guard demands.verifyStamp != nil else { return nil }
    var stamped: [LogVerifier.Known] = []
    var last: Int64?
    try log.stamps { stamp in
      let known = try LogInspection.read(stamp, key)
      guard known.head.size >= begin.head.size else { return }
      try LogInspection.verify(stamp, of: known, by: demands.verifyStamp)
      stamped.append(known)
      last = stamp.day
    }
    guard let last else { throw LogVerifier.Finding.noStamp }
    return (stamped, LogInspection.Stamped(count: stamped.count, last: last))
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
