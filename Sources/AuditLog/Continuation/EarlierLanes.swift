import TransparencyLog

/// Finds where lanes stood at an earlier tree, by the entries of that tree from its end backwards. Each header that is
/// read on the way is held against the root, through the stored tiles: so the first one of a lane is its last.
struct EarlierLanes {
  private let log: any StoredLog
  private let head: TreeHead
  /// Position of the next entry to look at; 0 if there is none.
  private var next: Int64
  private var found: [Int64: Lane] = [:]
  /// The tile of level 0 that was proven last.
  private var proven: (index: UInt64, leaves: [MerkleHash])?

  /// - Parameter head: of a tree that the caller trusts.
  init(_ log: any StoredLog, head: TreeHead) {
    self.log = log
    self.head = head
    next = Int64(head.size)
  }

  /// - Returns: nil if the tree has no entry of the lane.
  /// - Throws: `LogVerifier.Finding` if an entry or a tile on the way is not that of the tree.
  mutating func lane(_ id: Int64) throws -> Lane? {
    while found[id] == nil, next > 0 {
      guard let octets = try log.header(at: next) else {
        throw LogVerifier.Finding.entries(.missing(position: next))
      }
      let leaf = MerkleHash.leaf(octets)
      guard try self.leaf(at: UInt64(next - 1)) == leaf, let header = EntryHeader(octets: octets) else {
        throw LogVerifier.Finding.entries(.changed(position: next))
      }
      if found[header.lane] == nil {
        found[header.lane] = Lane(
          id: header.lane, instance: header.instance, count: header.number, last: leaf.octets)
      }
      next -= 1
    }
    return found[id]
  }

  private mutating func leaf(at index: UInt64) throws -> MerkleHash? {
    let (tile, place) = index.quotientAndRemainder(dividingBy: UInt64(Tile.fullWidth))
    if proven?.index != tile { proven = (tile, try leaves(of: tile, with: index)) }
    guard let leaves = proven?.leaves, Int(place) < leaves.count else { return nil }
    return leaves[Int(place)]
  }

  /// The hashes of a tile of level 0, which lead to the root.
  private func leaves(of index: UInt64, with leaf: UInt64) throws -> [MerkleHash] {
    var row: [UInt8] = []
    _ = try log.proven(try TileQuery.leaf(leaf, in: head)) { tile, octets in
      if tile.row == .hashes(level: 0), tile.index == index { row = octets }
    }
    return MerkleHash.row(row) ?? []
  }
}

extension StoredLog {
  /// The octets of a tile as wide as a tree has it: the stored one may be of a later tree.
  func octets(of tile: Tile) throws -> [UInt8]? {
    guard case .hashes(let level) = tile.row else { return nil }
    return try self.tile(level, tile.index).map { Array($0.prefix(tile.width * MerkleHash.size)) }
  }

  /// The answer to a question from the stored tiles.
  ///
  /// - Parameter each: gets the tiles, which are proven if nothing is thrown.
  /// - Throws: `LogVerifier.Finding.tile`.
  func proven(
    _ query: TileQuery, _ each: (Tile, [UInt8]) -> Void = { _, _ in }
  ) throws -> [MerkleHash] {
    do {
      return try query.hashes { tile in
        let octets = try octets(of: tile) ?? []
        each(tile, octets)
        return octets
      }
    } catch let fault as TileFault {
      switch fault {
      case .malformed(let tile), .changed(let tile): throw LogVerifier.Finding.tile(path: tile.path)
      case .anotherRoot, .beyondTree, .incomplete:
        throw LogVerifier.Finding.tile(path: query.tiles.first?.path ?? "tile")
      }
    }
  }
}
