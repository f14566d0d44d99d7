public import TransparencyLog

/// The tree over the log as it is stored: what the sequencer wrote last.
public struct SequencedLog: Sendable, Equatable {
  /// Octets of the signed checkpoint (C2SP tlog-checkpoint): size and root are those of the stored tiles. Empty before
  /// the first.
  public let checkpoint: [UInt8]
  /// When it was signed: UTC, milliseconds since 1970.
  public let time: Int64
  /// Counts those who sequenced; the last one alone writes.
  public let fence: Int64
  /// The lanes as far as their entries are in the tree.
  public let lanes: [Lane]

  public init(checkpoint: [UInt8], time: Int64, fence: Int64, lanes: [Lane]) {
    self.checkpoint = checkpoint
    self.time = time
    self.fence = fence
    self.lanes = lanes
  }
}

/// Entries that are not in the tree yet.
public struct PendingEntries: Sendable {
  /// Octets of the headers with their positions, in the order of the log.
  public let headers: [(position: Int64, octets: [UInt8])]
  /// Whether these are all that there are.
  public let isComplete: Bool
  /// Rows of lanes in the same state of the store, each held against its MAC: those of the headers, or all.
  public let lanes: [Lane]
  /// Of the stored tree.
  public let fence: Int64

  public init(headers: [(position: Int64, octets: [UInt8])], isComplete: Bool, lanes: [Lane], fence: Int64) {
    self.headers = headers
    self.isComplete = isComplete
    self.lanes = lanes
    self.fence = fence
  }
}

/// Additions of one step of the sequencer to the store, all of them or none.
public struct SequencedBatch: Sendable {
  /// Number of entries in the tree before.
  public let from: Int64
  /// Tiles that are new or wider now, full ones and those at the right edge.
  public let tiles: [StoredTile]
  /// Lanes that have more entries in the tree now.
  public let lanes: [Lane]
  public let checkpoint: [UInt8]
  public let time: Int64
}

/// The store as the sequencer sees it.
public protocol SequencingStore: Sendable {
  /// Makes the caller the sequencer: one that was it before stores nothing any more.
  func takeSequencing() async throws -> SequencedLog

  /// - Parameters:
  ///   - size: of the tree.
  ///   - limit: of the headers. A store may give fewer.
  ///   - allLanes: whether every lane is wanted, or those alone of which there are headers.
  func pendingEntries(after size: Int64, limit: Int, allLanes: Bool) async throws -> PendingEntries

  /// The newest checkpoint, signed (C2SP tlog-checkpoint); nil before the first.
  func checkpoint() async throws -> [UInt8]?

  /// Octets of a stored tile, full or partial: as many as there are. Nil if there is none.
  func storedTile(_ row: Tile.Row, _ index: UInt64) async throws -> [UInt8]?

  /// Stores a batch if the caller is still the sequencer and the tree is as it was; durable when it returns.
  ///
  /// - Throws: `SequencingFault.overtaken` if not. Nothing was stored.
  func store(_ batch: SequencedBatch, fence: Int64) async throws
}

/// Reasons for which a sequencer stops. Each but `overtaken` is for an operator: somebody wrote the database who must
/// not.
public enum SequencingFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process is the sequencer.
  case overtaken
  /// The tree is not the one that its checkpoint says.
  case treeDiffers
  /// The stored checkpoint is none that the log's key signed.
  case foreignCheckpoint
  /// A checkpoint that is kept elsewhere is none that the log's key signed.
  case foreignKnownCheckpoint
  /// The log has a checkpoint elsewhere that is larger than the tree, or of another tree.
  case behind(size: UInt64)
  /// Entries do not follow from those in the tree.
  case entries(LaneVerifier.Finding)

  public var description: String {
    switch self {
    case .overtaken: "another process sequences the audit log"
    case .treeDiffers: "the stored tree of the audit log is not the one that its checkpoint says"
    case .foreignCheckpoint: "the stored checkpoint of the audit log was not signed by its key"
    case .foreignKnownCheckpoint:
      "the checkpoint that is kept outside the database (\"log\": \"checkpointFile\") is none of this log and key"
    case .behind(let size):
      "the audit log once had a checkpoint of \(size) entries that the database does not lead to; it may be an older copy. If it was put back knowingly, 'countersign audit accept-restored' says so in the log"
    case .entries(let finding): "the audit log is not whole: \(finding)"
    }
  }
}
