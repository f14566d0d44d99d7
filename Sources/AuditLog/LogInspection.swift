import Synchronization
public import TransparencyLog

/// Verifies a stored log while its parts are read: `readers` goes to the store, and `finish` says what was found.
public final class LogInspection: Sendable {
  private struct State {
    var verifier: LogVerifier
    var meaning = LogMeaning()
    var stored: LogVerifier.Known?
  }

  /// Sizes of a whole log.
  public struct Result: Sendable, Equatable {
    public let entries: Int64
    /// Entries in the tree of the stored checkpoint.
    public let inTree: UInt64

    public init(entries: Int64, inTree: UInt64) {
      self.entries = entries
      self.inTree = inTree
    }
  }

  private let state: Mutex<State>
  private let known: [LogVerifier.Known]
  private let key: NoteKey?

  /// - Parameters:
  ///   - key: of the log. Nil: signatures of checkpoints are not looked at.
  ///   - known: signed checkpoints from elsewhere, with names for findings.
  /// - Throws: `LogVerifier.Finding.foreignCheckpoint`.
  public init(key: NoteKey?, known: [(name: String, checkpoint: [UInt8])] = []) throws {
    self.key = key
    self.known = try known.map { try Self.read($0.checkpoint, named: $0.name, key) }
    state = Mutex(State(verifier: LogVerifier(treeSize: 0)))
  }

  private static func read(_ octets: [UInt8], named name: String, _ key: NoteKey?) throws -> LogVerifier.Known {
    do {
      if let key {
        let policy = try LogPolicy(origin: key.name, logKeys: [key])
        return LogVerifier.Known(name: name, head: try policy.verify(checkpoint: octets).checkpoint.head)
      }
      return LogVerifier.Known(name: name, head: try Checkpoint(text: SignedNote(octets).text).head)
    } catch { throw LogVerifier.Finding.foreignCheckpoint(name: name) }
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
    let sizes = Set(known.map(\.head.size))
    readers.checkpoint = { [self] octets in
      let stored = octets.isEmpty ? nil : try Self.read(octets, named: LogVerifier.stored, key)
      state.withLock {
        $0 = State(verifier: LogVerifier(treeSize: stored?.head.size ?? 0, known: sizes), stored: stored)
      }
    }
    readers.tile = { [self] octets, level, index in
      try state.withLock { try $0.verifier.accept(tile: octets, level: level, index: index) }
    }
    return readers
  }

  /// - Parameter lanes: as they are stored.
  /// - Throws: `LogVerifier.Finding`.
  public func finish(_ lanes: [Lane]) throws -> Result {
    try state.withLock { state in
      try state.verifier.finish(lanes, known: known + (state.stored.map { [$0] } ?? []))
      guard state.stored != nil || key == nil || state.verifier.count == 0 else {
        throw LogVerifier.Finding.noCheckpoint
      }
      return Result(entries: state.verifier.count, inTree: state.stored?.head.size ?? 0)
    }
  }
}
