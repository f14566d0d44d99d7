import Octets
public import TransparencyLog

/// Verifies a complete log: its entries and lanes, the tree over them, and checkpoints.
///
/// It needs neither the gateway nor the device. Entries are handed over in order, then the stored tiles in any order,
/// then the rest.
public struct LogVerifier: Sendable {
  /// A fault of the log.
  public enum Finding: Error, Equatable, Sendable, CustomStringConvertible {
    case entries(LaneVerifier.Finding)
    /// Entries contradict each other.
    case meaning(LogMeaning.Finding)
    /// A tile is not the one of the entries, or there is one for which there are no entries.
    case tile(path: String)
    /// A tile of the tree is not stored.
    case missingTile(path: String)
    /// No checkpoint is stored, so that nothing shows that the log was not written again.
    case noCheckpoint
    /// The stored checkpoint is none, or of another log or key.
    case foreignCheckpoint(name: String)
    /// A cosignature that is kept does not verify.
    case cosignature(witness: String)
    /// There is no checkpoint that this witness cosigned.
    case unwitnessed(witness: String)
    /// A time-stamp of a checkpoint of that many entries is not good, and why.
    case stamp(size: UInt64, reason: String)
    /// No time-stamp is kept.
    case noStamp
    /// A row that says how far a lane is in the tree is not the one of the entries.
    case progress(LaneVerifier.Finding)
    /// The log does not lead to a checkpoint: it has fewer entries, or others.
    case checkpoint(name: String, size: UInt64, isShort: Bool)

    public var description: String {
      switch self {
      case .entries(let finding): finding.description
      case .meaning(let finding): finding.description
      case .tile(let path): "\(path) is not the tile of these entries"
      case .missingTile(let path): "\(path) is missing"
      case .noCheckpoint: "there is no stored checkpoint"
      case .foreignCheckpoint(let name): "\(name) is no checkpoint of this log and key"
      case .cosignature(let witness): "the stored cosignature of \(witness) does not verify"
      case .unwitnessed(let witness): "there is no checkpoint that \(witness) cosigned"
      case .stamp(let size, let reason): "the time-stamp of the checkpoint of \(size) entries is not good: \(reason)"
      case .noStamp: "there is no time-stamp of a checkpoint"
      case .progress(let finding): "in the tree, \(finding)"
      case .checkpoint(let name, let size, let isShort):
        isShort
          ? "\(name) is of \(size) entries, which the log has not: it was cut off, or is an older copy"
          : "\(name) is of \(size) other entries: the log was written again"
      }
    }
  }

  /// A checkpoint to hold the log against.
  public struct Known: Sendable {
    /// Names it in findings.
    public let name: String
    public let head: TreeHead

    public init(name: String, head: TreeHead) {
      self.name = name
      self.head = head
    }
  }

  private var lanes = LaneVerifier()
  /// The lanes as far as their entries are in the stored tree.
  private var progress = LaneVerifier()
  private var writer = TileWriter()
  /// The tiles that the entries make, by level and index: SHA-256 of their octets.
  private var tiles: [TilePlace: [UInt8]] = [:]
  private var batch: [MerkleHash] = []
  /// The roots at the sizes of known checkpoints.
  private var roots: [UInt64: MerkleHash] = [:]
  private let sizes: Set<UInt64>
  /// The number of entries that the stored tree has; those behind it are not in it yet.
  private let treeSize: UInt64

  private struct TilePlace: Hashable {
    let level: Int
    let index: UInt64
  }

  private static let batchSize = 4096
  /// The stored checkpoint, in findings.
  static let stored = "the stored checkpoint"

  /// - Parameters:
  ///   - treeSize: number of entries in the stored tree.
  ///   - known: sizes of checkpoints that will be held against the log.
  public init(treeSize: UInt64, known sizes: Set<UInt64> = []) {
    self.treeSize = treeSize
    self.sizes = sizes.union([treeSize])
    if self.sizes.contains(0) { roots[0] = TreeHead.empty.root }
  }

  /// Goes on behind a tree that the caller trusts.
  init(after writer: TileWriter, treeSize: UInt64, known sizes: Set<UInt64>) {
    self.init(treeSize: treeSize, known: sizes)
    self.writer = writer
    lanes = LaneVerifier(count: Int64(writer.size))
    roots[writer.size] = writer.head.root
    if treeSize == writer.size { keep(writer.partialTiles) }
  }

  /// A lane as far as it was read; nil if nothing of it was.
  func lane(_ id: Int64) -> Lane? { lanes.lane(id) }

  /// Takes over where a lane stood before the first entry that is read.
  mutating func adopt(_ lane: Lane) { lanes.adopt(lane) }

  /// Number of entries that were accepted.
  public var count: Int64 { lanes.count }

  public mutating func accept(_ entry: AuditEntry, at position: Int64) throws(Finding) {
    let leaf: [UInt8]
    do throws(LaneVerifier.Finding) { leaf = try lanes.accept(entry, at: position) } catch { throw .entries(error) }
    guard let hash = MerkleHash(leaf) else { throw .entries(.changed(position: position)) }
    batch.append(hash)
    let size = UInt64(position)
    if batch.count == Self.batchSize || sizes.contains(size) { integrate() }
    if sizes.contains(size) { roots[size] = writer.head.root }
    if size == treeSize {
      keep(writer.partialTiles)
      progress = lanes
    }
  }

  private mutating func integrate() {
    let full = writer.append(batch)
    batch.removeAll(keepingCapacity: true)
    keep(full)
  }

  private mutating func keep(_ stored: [StoredTile]) {
    for tile in stored {
      guard let place = Self.place(tile.tile), Self.isInTree(tile.tile, treeSize) else { continue }
      tiles[place] = OctetDigest.sha256(tile.octets)
    }
  }

  private static func place(_ tile: Tile) -> TilePlace? {
    guard case .hashes(let level) = tile.row else { return nil }
    return TilePlace(level: level, index: tile.index)
  }

  /// Whether the tree of that size has all of the tile.
  private static func isInTree(_ tile: Tile, _ size: UInt64) -> Bool {
    guard case .hashes(let level) = tile.row else { return false }
    return tile.index * UInt64(Tile.fullWidth) + UInt64(tile.width) <= size >> UInt64(8 * level)
  }

  /// Takes a stored tile. Call when all entries were accepted.
  public mutating func accept(tile octets: [UInt8], level: Int, index: UInt64) throws(Finding) {
    guard UInt64(count) >= treeSize else {
      throw .checkpoint(name: Self.stored, size: treeSize, isShort: true)
    }
    guard tiles.removeValue(forKey: TilePlace(level: level, index: index)) == OctetDigest.sha256(octets) else {
      throw .tile(path: Self.path(level, index))
    }
  }

  private static func path(_ level: Int, _ index: UInt64) -> String {
    Tile(.hashes(level: level), index: index)?.path ?? "tile \(level) \(index)"
  }

  /// Compares the lanes of the stored tree with what is stored of them.
  func check(progress stored: [Lane]) throws(Finding) {
    do throws(LaneVerifier.Finding) { try progress.finish(stored) } catch { throw .progress(error) }
  }

  /// Compares what was read with the stored lanes and with checkpoints.
  public func finish(_ stored: [Lane], known: [Known]) throws(Finding) {
    do throws(LaneVerifier.Finding) { try lanes.finish(stored) } catch { throw .entries(error) }
    try finishTree(known)
  }

  /// The same for a log that was not read from its beginning: lanes without new entries are not compared.
  mutating func finishContinued(_ stored: [Lane], progress rows: [Lane], known: [Known]) throws(Finding) {
    do throws(LaneVerifier.Finding) { try LaneVerifier.check(lanes.takeTouched(), stored, isComplete: true) } catch {
      throw .entries(error)
    }
    try finishTree(known)
    do throws(LaneVerifier.Finding) { try LaneVerifier.check(progress.takeTouched(), rows, isComplete: true) } catch {
      throw .progress(error)
    }
  }

  private func finishTree(_ known: [Known]) throws(Finding) {
    if let missing = tiles.keys.min(by: { ($0.level, $0.index) < ($1.level, $1.index) }) {
      throw .missingTile(path: Self.path(missing.level, missing.index))
    }
    for checkpoint in known {
      let size = checkpoint.head.size
      guard let root = roots[size] else { throw .checkpoint(name: checkpoint.name, size: size, isShort: true) }
      guard root == checkpoint.head.root else { throw .checkpoint(name: checkpoint.name, size: size, isShort: false) }
    }
  }
}
