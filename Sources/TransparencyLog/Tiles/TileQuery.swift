/// A question to a tiled tree: which tiles it takes to answer, and the answer from them.
///
/// Tiles come from outside and are not believed. Those of the right edge together have to have the root of a head that
/// the caller trusts, and each full tile the hash that the tile above has for it (Go's `sumdb/tlog` does the same). So
/// an answer that is given is right, whatever the store or the server says.
public struct TileQuery: Sendable {
  /// The tree, as the caller trusts it.
  public let head: TreeHead
  /// The tiles to read: those at the right edge, the lowest first; then each above those below it.
  public let tiles: [Tile]
  private let ranges: [Range<UInt64>]
  private let places: [Tile: Int]
  private let edge: Int

  /// The proof that the tree has an entry, at that place (RFC 9162 §2.1.3.1).
  public static func inclusion(of index: UInt64, in head: TreeHead) throws(TileFault) -> TileQuery {
    guard index < head.size else { throw .beyondTree }
    return try TileQuery(head, ProofPath.inclusion(of: index, size: head.size))
  }

  /// The proof that the tree begins with all that it had when it had that size (RFC 9162 §2.1.4.1).
  public static func consistency(from earlier: UInt64, to head: TreeHead) throws(TileFault) -> TileQuery {
    guard earlier <= head.size else { throw .beyondTree }
    return try TileQuery(head, ProofPath.consistency(from: earlier, to: head.size))
  }

  /// The root that the tree had when it had that size; one hash.
  public static func root(of earlier: UInt64, in head: TreeHead) throws(TileFault) -> TileQuery {
    guard earlier <= head.size else { throw .beyondTree }
    return try TileQuery(head, [0..<earlier])
  }

  /// The hash of an entry; one hash.
  public static func leaf(_ index: UInt64, in head: TreeHead) throws(TileFault) -> TileQuery {
    guard index < head.size else { throw .beyondTree }
    return try TileQuery(head, [index..<index + 1])
  }

  private init(_ head: TreeHead, _ ranges: [Range<UInt64>]) throws(TileFault) {
    guard head.size <= TreeHead.largest else { throw .beyondTree }
    self.head = head
    self.ranges = ranges
    var tiles = Tile.partial(size: head.size)
    edge = tiles.count
    var places = Dictionary(uniqueKeysWithValues: tiles.enumerated().map { ($1, $0) })
    for node in ranges.flatMap(ProofPath.nodes) {
      // Up to a tile that is there already: at the latest one at the edge, as only full tiles have one above.
      var (missing, next) = ([Tile](), node.tile(size: head.size))
      while let tile = next, places[tile] == nil {
        missing.append(tile)
        next = tile.parent(size: head.size)
      }
      for tile in missing.reversed() {
        places[tile] = tiles.count
        tiles.append(tile)
      }
    }
    self.tiles = tiles
    self.places = places
  }

  /// Answers the question: the hashes of the proof, or the one hash.
  ///
  /// - Parameter octets: of `tiles`, in this order. In place of a partial tile the full one may come.
  public func hashes(from octets: [[UInt8]]) throws(TileFault) -> [MerkleHash] {
    guard octets.count == tiles.count else { throw .incomplete }
    var rows: [[MerkleHash]] = []
    rows.reserveCapacity(tiles.count)
    for (tile, octets) in zip(tiles, octets) { rows.append(try tile.hashes(octets)) }
    guard Frontier.root(rows[..<edge].reversed().flatMap(Tile.peaks)) == head.root else { throw .anotherRoot }
    for place in edge..<tiles.count {
      let root = rows[place].withUnsafeBufferPointer(MerkleHash.perfect)
      guard let parent = tiles[place].parent(size: head.size).flatMap({ places[$0] }),
        rows[parent][Int(tiles[place].index % UInt64(Tile.fullWidth))] == root
      else { throw .changed(tiles[place]) }
    }
    return ranges.map { range in Frontier.root(ProofPath.nodes(of: range).map { hash($0, rows) }) }
  }

  /// Reads the tiles one by one, and answers the question.
  public func hashes(reading read: (Tile) throws -> [UInt8]) throws -> [MerkleHash] {
    try hashes(from: tiles.map(read))
  }

  private func hash(_ node: TreeNode, _ rows: [[MerkleHash]]) -> MerkleHash {
    guard let place = node.tile(size: head.size).flatMap({ places[$0] }) else {
      preconditionFailure("a tile is missing")
    }
    let count = 1 << (node.level % Tile.height)
    let begin = Int(node.index % UInt64(Tile.fullWidth / count)) * count
    return rows[place][begin..<begin + count].withUnsafeBufferPointer(MerkleHash.perfect)
  }
}

extension TreeNode {
  /// The tile whose hashes make this node.
  fileprivate func tile(size: UInt64) -> Tile? {
    let level = level / Tile.height
    return .existing(level: level, index: index >> UInt64(Tile.height - self.level % Tile.height), size: size)
  }
}

extension Tile {
  /// The tile that has the root of this one. Nil if there is none, as for all that are not full.
  fileprivate func parent(size: UInt64) -> Tile? {
    isFull ? .existing(level: row.level + 1, index: index >> UInt64(Self.height), size: size) : nil
  }
}
