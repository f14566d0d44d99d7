import Testing
import TransparencyLog

@Suite("Proofs from tiles", .timeLimit(.minutes(5)))
struct TileQueryTests {
  /// A log of which all tiles are kept.
  private struct Log {
    var writer = TileWriter()
    var full: [Tile: [UInt8]] = [:]

    init(_ leaves: [MerkleHash]) {
      for tile in writer.append(leaves) { full[tile.tile] = tile.octets }
    }

    func read(_ tile: Tile) -> [UInt8] {
      full[tile] ?? writer.partialTiles.first { $0.tile == tile }?.octets ?? []
    }
  }

  @Test("for each size up to 300 the proofs are those of the definition")
  func naive() throws {
    let tree = NaiveTree(size: 300)
    let leaves = tree.hashes
    var numbers = Numbers(state: 2)
    for size in 1...300 {
      let log = Log(Array(leaves[..<size]))
      let head = log.writer.head
      #expect(tree.head(size) == head)
      let some = Set([0, size / 2, size - 1] + (0..<3).map { _ in Int.random(in: 0..<size, using: &numbers) })
      for index in some {
        let proof = try TileQuery.inclusion(of: UInt64(index), in: head).hashes(reading: log.read)
        #expect(proof == tree.path(index, 0..<size).hashes)
        #expect(head.includes(leaves[index], at: UInt64(index), proof: proof))
        #expect(try TileQuery.leaf(UInt64(index), in: head).hashes(reading: log.read) == [leaves[index]])
      }
      for earlier in some.union([0, size]) {
        let proof = try TileQuery.consistency(from: UInt64(earlier), to: head).hashes(reading: log.read)
        #expect(earlier == 0 ? proof == [] : proof == tree.proof(earlier, size).hashes)
        #expect(head.extends(try #require(tree.head(earlier)), proof: proof))
        #expect(
          try TileQuery.root(of: UInt64(earlier), in: head).hashes(reading: log.read)
            == [tree.root(0..<earlier)].hashes)
      }
    }
  }

  /// All entries are the same, so all hashes of a level are, and a tree may be as large as one likes.
  private struct UniformLog {
    let levels: [MerkleHash]

    init() {
      var levels = [MerkleHash.leaf([])]
      for _ in 0..<63 { levels.append(.node(levels[levels.count - 1], levels[levels.count - 1])) }
      self.levels = levels
    }

    func head(_ size: UInt64) -> TreeHead? {
      let peaks = (0..<64).reversed().compactMap { size >> $0 & 1 == 1 ? levels[$0] : nil }
      return Frontier(size: size, peaks: peaks)?.head
    }

    func read(_ tile: Tile) -> [UInt8] {
      guard case .hashes(let level) = tile.row else { return [] }
      return [[UInt8]](repeating: levels[8 * level].octets, count: tile.width).flatMap { $0 }
    }
  }

  @Test("proofs of trees of any size, up to the largest, come from few tiles")
  func large() throws {
    let log = UniformLog()
    var numbers = Numbers(state: 3)
    var sizes: [UInt64] = [TreeHead.largest - 1, TreeHead.largest]
    for bits in 1...63 {
      let power: UInt64 = 1 << (bits - 1)
      sizes += [
        max(1, power - 1), power, power + 1, UInt64.random(in: 1...TreeHead.largest >> (63 - bits), using: &numbers),
      ]
    }
    for size in sizes {
      let head = try #require(log.head(size))
      let levels = (64 - size.leadingZeroBitCount) / 8 + 1
      for index in [0, size - 1, UInt64.random(in: 0..<size, using: &numbers)] {
        let query = try TileQuery.inclusion(of: index, in: head)
        #expect(query.tiles.count <= 2 * levels)
        let proof = try query.hashes(reading: log.read)
        #expect(proof.count <= TreeHead.longestProof)
        #expect(head.includes(log.levels[0], at: index, proof: proof))
      }
      for earlier in [1, size, UInt64.random(in: 1...size, using: &numbers)] {
        let query = try TileQuery.consistency(from: earlier, to: head)
        #expect(query.tiles.count <= 2 * levels)
        #expect(head.extends(try #require(log.head(earlier)), proof: try query.hashes(reading: log.read)))
      }
    }
  }

  @Test("a proof in a tree of 70,000 entries needs five tiles: three at the edge, and one of each level below the top")
  func few() throws {
    let head = try #require(UniformLog().head(70_000))
    #expect(
      try TileQuery.inclusion(of: 4711, in: head).tiles.map(\.path)
        == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/1/000", "tile/0/018"])
    #expect(
      try TileQuery.consistency(from: 69_999, to: head).tiles.map(\.path)
        == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"])
  }

  @Test("any changed octet of any tile is found, and so is a tile in the place of another")
  func tampering() throws {
    let tree = NaiveTree(size: 65_536 + 600)
    let log = Log(tree.hashes)
    let query = try TileQuery.inclusion(of: 1000, in: log.writer.head)
    let octets = query.tiles.map(log.read)
    #expect(
      query.tiles.map(\.path) == ["tile/0/258.p/88", "tile/1/001.p/2", "tile/2/000.p/1", "tile/1/000", "tile/0/003"])
    #expect(log.writer.head.includes(tree.hashes[1000], at: 1000, proof: try query.hashes(from: octets)))
    for place in octets.indices {
      for octet in stride(from: 0, to: octets[place].count, by: place < 3 ? 1 : 97) {
        var changed = octets
        changed[place][octet] ^= 0x10
        #expect(throws: place < 3 ? TileFault.anotherRoot : .changed(query.tiles[place])) {
          try query.hashes(from: changed)
        }
      }
      var short = octets
      short[place].removeLast()
      #expect(throws: TileFault.malformed(query.tiles[place])) { try query.hashes(from: short) }
      short[place] = []
      #expect(throws: TileFault.malformed(query.tiles[place])) { try query.hashes(from: short) }
    }
    var swapped = octets
    swapped.swapAt(3, 4)
    #expect(throws: TileFault.changed(query.tiles[3])) { try query.hashes(from: swapped) }
    #expect(throws: TileFault.incomplete) { try query.hashes(from: octets.dropLast()) }
    #expect(throws: TileFault.incomplete) { try query.hashes(from: octets + [[]]) }
    #expect(throws: TileFault.anotherRoot) {
      try TileQuery.inclusion(of: 1000, in: TreeHead(size: log.writer.size, root: .empty)).hashes(from: octets)
    }
  }

  @Test("a full tile is taken for the partial one whose place it took")
  func filled() throws {
    let leaves = NaiveTree(size: 256).hashes
    let (log, later) = (Log(Array(leaves[..<100])), Log(leaves))
    let query = try TileQuery.inclusion(of: 99, in: log.writer.head)
    let full = try #require(Tile(.hashes(level: 0), index: 0))
    let proof = try query.hashes(reading: log.read)
    #expect(try query.hashes { _ in later.read(full) } == proof)
    #expect(throws: TileFault.self) { try query.hashes { _ in Array(later.read(full).dropLast(32)) } }
  }

  @Test("questions beyond the tree are refused, those to an empty one need no tile")
  func beyond() throws {
    let head = try #require(NaiveTree(size: 3).head(3))
    #expect(throws: TileFault.beyondTree) { try TileQuery.inclusion(of: 3, in: head) }
    #expect(throws: TileFault.beyondTree) { try TileQuery.leaf(.max, in: head) }
    #expect(throws: TileFault.beyondTree) { try TileQuery.consistency(from: 4, to: head) }
    #expect(throws: TileFault.beyondTree) { try TileQuery.root(of: 4, in: head) }
    #expect(throws: TileFault.beyondTree) { try TileQuery.inclusion(of: 0, in: .empty) }
    #expect(throws: TileFault.beyondTree) { try TileQuery.leaf(0, in: TreeHead(size: .max, root: .empty)) }
    let query = try TileQuery.root(of: 0, in: .empty)
    #expect(try query.tiles == [] && query.hashes(from: []) == [.empty])
    #expect(throws: TileFault.anotherRoot) {
      try TileQuery.root(of: 0, in: TreeHead(size: 0, root: .leaf([]))).hashes(from: [])
    }
  }
}
