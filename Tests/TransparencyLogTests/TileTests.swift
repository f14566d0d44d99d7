import Testing
import TransparencyLog

@Suite("Tiles", .timeLimit(.minutes(5)))
struct TileTests {
  @Test("paths are those of tlog-tiles, and no other text is read")
  func paths() throws {
    for (tile, path) in [
      (Tile(.hashes(level: 0), index: 0), "tile/0/000"),
      (Tile(.hashes(level: 0), index: 1_234_067), "tile/0/x001/x234/067"),
      (Tile(.hashes(level: 3), index: 1_234_067, width: 1), "tile/3/x001/x234/067.p/1"),
      (Tile(.hashes(level: 63), index: 999, width: 255), "tile/63/999.p/255"),
      (Tile(.entries, index: 1000, width: 112), "tile/entries/x001/000.p/112"),
      (Tile(.entries, index: 273), "tile/entries/273"),
      (Tile(.hashes(level: 0), index: TreeHead.largest >> 8), "tile/0/x036/x028/x797/x018/x963/967"),
    ] {
      #expect(try #require(tile).path == path)
      #expect(Tile(path: path) == tile)
    }
    for path in [
      "", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile/0/0", "tile/0/0000", "tile/0/x000",
      "tile/0/x000/000",
      "tile/0/001/000", "tile/0/xx01/000", "tile/0/x001/x000", "tile/00/000", "tile/+1/000", "tile/-1/000",
      "tile/64/000",
      "tile/8/0/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p",
      "tile/0/.p/1",
      "tile/0/000.p/1/", "tile/data/000", "tile/Entries/000", "tile/0/+00", "tile/0/0 0", "tile/0/000\n",
      "tile/0/000\u{301}",
      "tile/0/x\u{301}001/000", "tile/0/x036/x028/x797/x018/x963/968", "tile/0/x999/x999/x999/x999/x999/999",
      "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/" + String(repeating: "x001/", count: 1 << 16) + "000",
    ] {
      #expect(Tile(path: path) == nil, "\(path.prefix(60))")
    }
    #expect(Tile(.hashes(level: 64), index: 0) == nil && Tile(.hashes(level: -1), index: 0) == nil)
    #expect(Tile(.entries, index: 0, width: 0) == nil && Tile(.entries, index: 0, width: 257) == nil)
  }

  @Test("a tree of 70,000 entries has the tiles that tlog-tiles counts, and one of 256 too")
  func counts() {
    let full = Tile.full(from: 0, to: 70_000).map(\.path)
    #expect(full.count == 274 && full.prefix(2) == ["tile/0/000", "tile/0/001"])
    #expect(full.suffix(2) == ["tile/0/272", "tile/1/000"])
    #expect(Tile.partial(size: 70_000).map(\.path) == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"])
    #expect(Tile.full(from: 0, to: 256).map(\.path) == ["tile/0/000"])
    #expect(Tile.partial(size: 256).map(\.path) == ["tile/1/000.p/1"])
    #expect(Tile.full(from: 0, to: 0) == [] && Tile.partial(size: 0) == [] && Tile.full(from: 9, to: 3) == [])
    #expect(Tile.full(from: 511, to: 512).map(\.path) == ["tile/0/001"])
    #expect(Tile.partial(size: 5).map(\.entries.path) == ["tile/entries/000.p/5"])
  }

  @Test("the writer hands out each tile once, as the definition has it, whatever the batches are")
  func writer() throws {
    let tree = NaiveTree(size: 1300)
    let leaves = tree.hashes
    var numbers = Numbers(state: 1)
    for _ in 0..<4 {
      var (writer, frontier, stored) = (TileWriter(), Frontier(), [Tile: [UInt8]]())
      while writer.size < 1300 {
        let (before, count) = (Int(writer.size), Int.random(in: 0...400, using: &numbers))
        let batch = Array(leaves[before..<min(1300, before + count)])
        let full = writer.append(batch)
        frontier.append(batch)
        #expect(Set(full.map(\.tile)) == Set(Tile.full(from: UInt64(before), to: writer.size)))
        #expect(writer.frontier == frontier && writer.head == frontier.head)
        for tile in full { #expect(stored.updateValue(tile.octets, forKey: tile.tile) == nil) }
        // With the partial tiles, without those above the lowest, and from nothing but the hashes of entries.
        let partial = Dictionary(uniqueKeysWithValues: writer.partialTiles.map { ($0.tile, $0.octets) })
        #expect(
          partial.keys.sorted { $0.path < $1.path } == Tile.partial(size: writer.size).sorted { $0.path < $1.path })
        #expect(try TileWriter(writer.head) { partial[$0] } == writer)
        #expect(
          try TileWriter(writer.head) { $0.isFull ? stored[$0] : $0.row == .hashes(level: 0) ? partial[$0] : nil }
            == writer)
      }
      for (tile, octets) in stored {
        guard case .hashes(let level) = tile.row else { Issue.record("entries"); continue }
        let width = level == 0 ? 1 : 256
        let expected = (0..<256).flatMap { place in
          let begin = (Int(tile.index) * 256 + place) * width
          return tree.root(begin..<begin + width)
        }
        #expect(octets == expected)
      }
      #expect(stored.count == 5)
    }
  }

  @Test("what was stored is held against the root before the writer goes on")
  func restored() throws {
    var writer = TileWriter()
    let leaves = NaiveTree(size: 600).hashes
    let full = writer.append(leaves)
    let stored = Dictionary(uniqueKeysWithValues: (full + writer.partialTiles).map { ($0.tile, $0.octets) })
    let head = writer.head
    #expect(throws: TileFault.anotherRoot) {
      try TileWriter(TreeHead(size: 600, root: .empty)) { stored[$0] }
    }
    for tile in Tile.partial(size: 600) {
      for place in stored[tile].map({ $0.indices }) ?? 0..<0 {
        #expect(throws: TileFault.anotherRoot) {
          try TileWriter(head) { each in
            var octets = stored[each]
            if each == tile { octets?[place] ^= 1 }
            return octets
          }
        }
      }
      #expect(throws: TileFault.malformed(tile)) { try TileWriter(head) { $0 == tile ? [] : stored[$0] } }
    }
    #expect(throws: TileFault.self) { try TileWriter(head) { _ in nil } }
    #expect(throws: TileFault.beyondTree) {
      try TileWriter(TreeHead(size: .max, root: .empty)) { stored[$0] }
    }
  }

  @Test("bundles are the entries after their lengths, and nothing else")
  func bundles() throws {
    let entries = [[], [1], [UInt8](repeating: 7, count: 300), [UInt8](repeating: 9, count: 65535)]
    let octets = try #require(EntryBundle.encode(entries))
    #expect(octets.prefix(7) == [0, 0, 0, 1, 1, 1, 44])
    #expect(EntryBundle.decode(octets, count: 4) == entries)
    #expect(EntryBundle.encode([]) == [] && EntryBundle.decode([], count: 0) == [])
    for count in [-1, 0, 3, 5, 256, 257] { #expect(EntryBundle.decode(octets, count: count) == nil) }
    #expect(EntryBundle.decode(octets + [0], count: 4) == nil)
    #expect(EntryBundle.decode(octets.dropLast(), count: 4) == nil)
    #expect(EntryBundle.decode([0], count: 1) == nil && EntryBundle.decode([255, 255, 1], count: 1) == nil)
    #expect(EntryBundle.encode([[UInt8](repeating: 0, count: 65536)]) == nil)
    #expect(EntryBundle.encode([[UInt8]](repeating: [], count: 257)) == nil)
  }
}
