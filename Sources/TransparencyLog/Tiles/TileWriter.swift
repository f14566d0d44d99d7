/// A tile with what is in it.
public struct StoredTile: Sendable, Equatable {
  public let tile: Tile
  /// The hashes one after another, 32 octets each; or the bundle of entries (`EntryBundle`).
  public let octets: [UInt8]

  public init(tile: Tile, octets: [UInt8]) {
    self.tile = tile
    self.octets = octets
  }

  init(_ tile: Tile, _ hashes: [MerkleHash]) {
    self.init(tile: tile, octets: MerkleHash.octets(of: hashes))
  }
}

/// Faults of tiles.
public enum TileFault: Error, Equatable, Sendable {
  /// Not so many octets as its width asks for, or none at all.
  case malformed(Tile)
  /// The partial tiles together do not have the tree's root: at least one is wrong, or of another tree.
  case anotherRoot
  /// Its hashes do not have the hash that the tile above has for them.
  case changed(Tile)
  /// The tree has no such entry, or no such earlier size.
  case beyondTree
  /// Another number of tiles than was asked for.
  case incomplete
}

/// Appends entries to a tiled tree and hands out the tiles that became full (C2SP tlog-tiles, "Merkle Tree").
///
/// A value: a copy made before a batch is the state to which a batch that was not stored goes back. One node is hashed
/// for an entry.
public struct TileWriter: Sendable, Equatable {
  /// Number of entries.
  public private(set) var size: UInt64
  /// The hashes of the partial tile of each level, fewer than 256.
  private var edge: [[MerkleHash]]

  /// A tree without entries.
  public init() {
    size = 0
    edge = []
  }

  /// Goes on with a tree that was stored.
  ///
  /// - Parameters:
  ///   - head: as it was stored or signed. The tiles are held against its root.
  ///   - read: the octets of a tile; nil if it is not stored. It is asked for each partial tile of
  ///     `Tile.partial(size:)`, and for the full tiles below one (at most 255) if that is not stored. The tile of level
  ///     0 has to be there.
  public init(_ head: TreeHead, read: (Tile) throws -> [UInt8]?) throws {
    guard head.size <= TreeHead.largest else { throw TileFault.beyondTree }
    size = head.size
    edge = []
    for tile in Tile.partial(size: head.size) {
      while edge.count <= tile.row.level { edge.append(Self.emptyRow) }
      edge[tile.row.level] += try Self.hashes(of: tile, read)
    }
    guard self.head == head else { throw TileFault.anotherRoot }
  }

  private static func hashes(of tile: Tile, _ read: (Tile) throws -> [UInt8]?) throws -> [MerkleHash] {
    if let octets = try read(tile) { return try tile.hashes(octets) }
    guard tile.row.level > 0 else { throw TileFault.malformed(tile) }
    return try (0..<tile.width).map { place in
      let child = tile.child(place)
      guard let octets = try read(child) else { throw TileFault.malformed(child) }
      return try child.hashes(octets).withUnsafeBufferPointer(MerkleHash.perfect)
    }
  }

  /// Takes more entries, by their hashes, in order.
  ///
  /// - Returns: the tiles that are full now and were not before, each after those below it. Nothing else has to be
  ///   stored of them again.
  public mutating func append(_ leaves: [MerkleHash]) -> [StoredTile] {
    var full: [StoredTile] = []
    for leaf in leaves { append(leaf, &full) }
    return full
  }

  private mutating func append(_ leaf: MerkleHash, _ full: inout [StoredTile]) {
    precondition(size < TreeHead.largest)
    size += 1
    var (hash, level) = (leaf, 0)
    while true {
      if edge.count == level { edge.append(Self.emptyRow) }
      edge[level].append(hash)
      let index = (size - 1) >> UInt64(Tile.height * (level + 1))
      guard edge[level].count == Tile.fullWidth, let tile = Tile(.hashes(level: level), index: index) else { return }
      full.append(StoredTile(tile, edge[level]))
      hash = edge[level].withUnsafeBufferPointer(MerkleHash.perfect)
      edge[level].removeAll(keepingCapacity: true)
      level += 1
    }
  }

  private static var emptyRow: [MerkleHash] {
    var row: [MerkleHash] = []
    row.reserveCapacity(Tile.fullWidth)
    return row
  }

  /// The partial tiles of the tree as it is, the lowest level first. With the full tiles they are what a log publishes
  /// for a checkpoint of this size.
  public var partialTiles: [StoredTile] {
    Tile.partial(size: size).map { StoredTile($0, edge[$0.row.level]) }
  }

  /// The peaks of the tree, all that a store needs to check the root.
  public var frontier: Frontier {
    let peaks = edge.reversed().flatMap { Tile.peaks(of: $0) }
    guard let frontier = Frontier(size: size, peaks: peaks) else { preconditionFailure("an edge of another size") }
    return frontier
  }

  /// Size and root.
  public var head: TreeHead { frontier.head }
}

extension Tile {
  /// The hashes of a tile. A full tile is taken for a partial one, as it may have taken its place.
  func hashes(_ octets: [UInt8]) throws(TileFault) -> [MerkleHash] {
    guard octets.count == MerkleHash.size * width || octets.count == MerkleHash.size * Self.fullWidth,
      let hashes = MerkleHash.row(octets)
    else { throw .malformed(self) }
    return hashes.count == width ? hashes : Array(hashes.prefix(width))
  }

  /// The roots of the perfect trees that the hashes of a partial tile make up, the largest first.
  static func peaks(of hashes: [MerkleHash]) -> [MerkleHash] {
    var (peaks, begin) = ([MerkleHash](), 0)
    while begin < hashes.count {
      let count = 1 << (Int.bitWidth - 1 - (hashes.count - begin).leadingZeroBitCount)
      peaks.append(hashes[begin..<begin + count].withUnsafeBufferPointer(MerkleHash.perfect))
      begin += count
    }
    return peaks
  }
}
