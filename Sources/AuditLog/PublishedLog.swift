import Octets
import Synchronization
public import TransparencyLog

/// The files of the log that everybody may see: checkpoint, tiles, and bundles of headers (C2SP tlog-tiles). Salts and
/// payloads are in none of them, nor entries of lane 0, which are both.
public struct PublishedLog: Sendable {
  /// A file under its path.
  public enum File: Sendable, Equatable {
    /// The newest checkpoint, with witnesses the newest that one of them cosigned; another one in a moment, and never
    /// a smaller one.
    case checkpoint([UInt8])
    /// Hashes or headers, which never change.
    case tile([UInt8])
  }

  private let store: any SequencingStore
  /// Set if the log has witnesses.
  private let cosigned: (store: any CosignatureStore, witnesses: [NoteKey])?
  private let shown = ShownCheckpoint()

  public init(_ store: any SequencingStore) {
    self.store = store
    cosigned = nil
  }

  /// A log of which the checkpoint is published when one of these witnesses has cosigned it. Each has only its newest
  /// cosignature, so the note has those of others who cosigned the same checkpoint.
  public init(_ store: any SequencingStore & CosignatureStore, witnesses: [NoteKey]) {
    self.store = store
    cosigned = witnesses.isEmpty ? nil : (store, witnesses)
  }

  /// - Parameter path: below the log's address, such as `checkpoint`, `tile/0/000` or `tile/entries/003.p/17`.
  /// - Returns: nil if there is no such file: the tree of the newest checkpoint does not have all of it.
  public func file(_ path: String) async throws -> File? {
    if path.isSame(as: "checkpoint") { return try await checkpoint().map { .checkpoint($0) } }
    guard let tile = Tile(path: path), let checkpoint = try await store.checkpoint(),
      let size = try? Checkpoint(text: SignedNote(checkpoint).text).head.size, Self.has(tile, size)
    else { return nil }
    switch tile.row {
    case .hashes:
      let stored = try await store.storedTile(tile.row, tile.index) ?? []
      let count = tile.width * MerkleHash.size
      return stored.count >= count ? .tile(Array(stored.prefix(count))) : nil
    case .entries:
      let begin = Int64(tile.index) * Int64(Tile.fullWidth)
      let headers = try await store.pendingEntries(after: begin, limit: tile.width, allLanes: false).headers
      guard headers.count == tile.width, headers.last?.position == begin + Int64(tile.width),
        !headers.contains(where: { EntryHeader.isWholeEntry($0.octets) })
      else { return nil }
      return EntryBundle.encode(headers.map(\.octets)).map { .tile($0) }
    }
  }

  private func checkpoint() async throws -> [UInt8]? {
    guard let cosigned else { return shown.next(try await store.checkpoint()) }
    let kept = try await cosigned.store.cosignatures()
    return shown.next(CosignedCheckpoint.all(of: kept, by: cosigned.witnesses).first?.note.octets)
  }

  /// Whether a tree of that size has all of the tile.
  private static func has(_ tile: Tile, _ size: UInt64) -> Bool {
    let level = if case .hashes(let level) = tile.row { level } else { 0 }
    let count = size >> UInt64(8 * level)
    return tile.index <= count / UInt64(Tile.fullWidth)
      && tile.index * UInt64(Tile.fullWidth) + UInt64(tile.width) <= count
  }
}

/// The largest checkpoint that this process has shown. What readers saw of the log does not get smaller when the
/// database does.
private final class ShownCheckpoint: Sendable {
  private let largest = Mutex<(octets: [UInt8], size: UInt64)?>(nil)

  /// - Parameter stored: what would be shown; nil if there is nothing.
  /// - Returns: what is shown.
  func next(_ stored: [UInt8]?) -> [UInt8]? {
    let size = stored.flatMap { try? Checkpoint(text: SignedNote($0).text) }?.head.size ?? 0
    return largest.withLock { largest in
      if let largest, largest.size > size { return largest.octets }
      if let stored { largest = (stored, size) }
      return stored
    }
  }
}
