import Synchronization
public import TransparencyLog

/// Verifies a stored log while its parts are read: `readers` goes to the store, and `finish` says what was found.
public final class LogInspection: Sendable {
  private struct State {
    var verifier: LogVerifier
    var meaning = LogMeaning()
    var stored: LogVerifier.Known?
    var cosigned: [Cosigned] = []
    var stamped: [LogVerifier.Known] = []
    var lastStamp: Int64?
    var progress: [Lane]?
  }

  /// A checkpoint that a witness cosigned, and where it is from.
  struct Cosigned {
    let known: LogVerifier.Known
    let seen: Witnessed
  }

  /// A witness, and how much of the log it has cosigned.
  public struct Witnessed: Sendable, Equatable {
    public let witness: NoteKey
    /// Number of entries.
    public let size: UInt64
    /// Seconds since 1970, by the witness's clock.
    public let time: UInt64

    public init(witness: NoteKey, size: UInt64, time: UInt64) {
      self.witness = witness
      self.size = size
      self.time = time
    }
  }

  /// Checkpoints that are kept with a time-stamp.
  public struct Stamped: Sendable, Equatable {
    public let count: Int
    /// The day of the last one: since 1970, UTC.
    public let last: Int64

    public init(count: Int, last: Int64) {
      self.count = count
      self.last = last
    }
  }

  /// Sizes of a whole log.
  public struct Result: Sendable, Equatable {
    public let entries: Int64
    /// Entries in the tree of the stored checkpoint.
    public let inTree: UInt64
    /// Of the witnesses that were asked for, each once.
    public let witnessed: [Witnessed]
    /// Nil if there are none.
    public let stamps: Stamped?

    public init(entries: Int64, inTree: UInt64, witnessed: [Witnessed] = [], stamps: Stamped? = nil) {
      self.entries = entries
      self.inTree = inTree
      self.witnessed = witnessed
      self.stamps = stamps
    }
  }

  private let state: Mutex<State>
  private let known: [LogVerifier.Known]
  private let key: NoteKey?
  private let witnesses: [NoteKey]
  /// Cosignatures on the checkpoints from elsewhere.
  private let seen: [Witnessed]
  private let verifyStamp: (@Sendable (KeptStamp) throws -> Void)?

  /// - Parameters:
  ///   - key: of the log. Nil: signatures of checkpoints are not looked at.
  ///   - known: signed checkpoints from elsewhere, with names for findings.
  ///   - witnesses: each must have cosigned a checkpoint that is kept, or one of `known`.
  ///   - verifyStamp: throws unless a time-stamp is good, by whom its authority is known; there has to be one then.
  ///     Nil: time-stamps are not looked at.
  /// - Throws: `LogVerifier.Finding.foreignCheckpoint`.
  public init(
    key: NoteKey?, known: [(name: String, checkpoint: [UInt8])] = [], witnesses: [NoteKey] = [],
    verifyStamp: (@Sendable (KeptStamp) throws -> Void)? = nil
  ) throws {
    self.key = key
    self.verifyStamp = verifyStamp
    self.witnesses = witnesses
    var seen: [Witnessed] = []
    self.known = try known.map { try Self.read($0.checkpoint, named: $0.name, key, witnesses, &seen) }
    self.seen = seen
    state = Mutex(State(verifier: LogVerifier(treeSize: 0)))
  }

  /// Reads a checkpoint, with a key holds it against that, and adds the cosignatures of witnesses.
  ///
  /// - Throws: `LogVerifier.Finding.foreignCheckpoint`.
  static func read(
    _ octets: [UInt8], named name: String, _ key: NoteKey?, _ witnesses: [NoteKey], _ seen: inout [Witnessed]
  ) throws -> LogVerifier.Known {
    do {
      let note = try SignedNote(octets)
      if let key {
        let policy = try LogPolicy(origin: key.name, logKeys: [key], witnesses: witnesses, quorum: 0)
        let verified = try policy.verify(note)
        let head = verified.checkpoint.head
        seen += verified.cosignatures.map { Witnessed(witness: $0.witness, size: head.size, time: $0.time) }
        return LogVerifier.Known(name: name, head: head)
      }
      return LogVerifier.Known(name: name, head: try Checkpoint(text: note.text).head)
    } catch { throw LogVerifier.Finding.foreignCheckpoint(name: name) }
  }

  /// Reads a checkpoint, and with a key holds it against that.
  ///
  /// - Throws: `LogVerifier.Finding.foreignCheckpoint`.
  static func read(_ octets: [UInt8], named name: String, _ key: NoteKey?) throws -> LogVerifier.Known {
    var ignored: [Witnessed] = []
    return try read(octets, named: name, key, [], &ignored)
  }

  /// Holds a kept cosignature against its key, and its checkpoint against the log's.
  static func read(_ kept: KeptCosignature, _ key: NoteKey?) throws -> Cosigned {
    let finding = LogVerifier.Finding.cosignature(witness: String(kept.witness.prefix(NoteKey.longestName)))
    guard let (note, witness) = try? kept.verified(), let cosignature = Cosignature(kept.signature) else {
      throw finding
    }
    let name = "the checkpoint that \(witness.name) cosigned"
    let known = try read(note.octets, named: name, key)
    return Cosigned(
      known: known, seen: Witnessed(witness: witness, size: known.head.size, time: cosignature.time))
  }

  /// Holds a time-stamp against its authority.
  static func verify(
    _ stamp: KeptStamp, of known: LogVerifier.Known, by verify: ((KeptStamp) throws -> Void)?
  ) throws {
    do { try verify?(stamp) } catch {
      throw LogVerifier.Finding.stamp(size: known.head.size, reason: "\(error)")
    }
  }

  /// Reads the checkpoint of a time-stamp.
  static func read(_ stamp: KeptStamp, _ key: NoteKey?) throws -> LogVerifier.Known {
    try read(stamp.checkpoint, named: "a stamped checkpoint", key)
  }

  /// The newest cosignature of each witness.
  ///
  /// - Throws: `LogVerifier.Finding.unwitnessed` if one has none.
  static func newest(of witnesses: [NoteKey], in seen: [Witnessed]) throws -> [Witnessed] {
    try witnesses.map { witness in
      guard let newest = seen.filter({ $0.witness == witness }).max(by: { $0.size < $1.size }) else {
        throw LogVerifier.Finding.unwitnessed(witness: witness.name)
      }
      return newest
    }
  }

  private func accept(_ stamp: KeptStamp) throws {
    let known = try Self.read(stamp, key)
    try Self.verify(stamp, of: known, by: verifyStamp)
    state.withLock {
      $0.stamped.append(known)
      $0.lastStamp = stamp.day
    }
  }

  public var readers: LogReaders {
    var readers = LogReaders { [self] entry, position in
      try state.withLock { state in
        try state.verifier.accept(entry, at: position)
        do throws(LogMeaning.Finding) { try state.meaning.accept(entry, at: position) } catch {
          throw LogVerifier.Finding.meaning(error)
        }
      }
    }
    readers.cosignatures = { [self] kept in
      let cosigned = try kept.map { try Self.read($0, key) }
      state.withLock { $0 = State(verifier: LogVerifier(treeSize: 0), cosigned: cosigned) }
    }
    readers.stamp = { [self] stamp in try accept(stamp) }
    readers.checkpoint = { [self] octets in
      var ignored: [Witnessed] = []
      let stored = octets.isEmpty ? nil : try Self.read(octets, named: LogVerifier.stored, key, [], &ignored)
      state.withLock {
        let sizes = Set((known + $0.cosigned.map(\.known) + $0.stamped).map(\.head.size))
        $0.verifier = LogVerifier(treeSize: stored?.head.size ?? 0, known: sizes)
        $0.stored = stored
      }
    }
    readers.tile = { [self] octets, level, index in
      try state.withLock { try $0.verifier.accept(tile: octets, level: level, index: index) }
    }
    readers.progress = { [self] lanes in state.withLock { $0.progress = lanes } }
    return readers
  }

  /// - Parameter lanes: as they are stored.
  /// - Throws: `LogVerifier.Finding`.
  public func finish(_ lanes: [Lane]) throws -> Result {
    try state.withLock { state in
      let others = known + state.cosigned.map(\.known) + state.stamped
      try state.verifier.finish(lanes, known: others + (state.stored.map { [$0] } ?? []))
      guard state.stored != nil || key == nil || state.verifier.count == 0 else {
        throw LogVerifier.Finding.noCheckpoint
      }
      guard verifyStamp == nil || !state.stamped.isEmpty else { throw LogVerifier.Finding.noStamp }
      if let progress = state.progress { try state.verifier.check(progress: progress) }
      // Of an empty log everything that grows is a continuation.
      let cosigned = (seen + state.cosigned.map(\.seen)).filter { $0.size > 0 }
      let witnessed = try Self.newest(of: witnesses, in: cosigned)
      return Result(
        entries: state.verifier.count, inTree: state.stored?.head.size ?? 0, witnessed: witnessed,
        stamps: state.lastStamp.map { Stamped(count: state.stamped.count, last: $0) })
    }
  }
}
