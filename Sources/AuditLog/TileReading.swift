import TransparencyLog

extension SequencingStore {
  /// The tiles of a question, as wide as its tree has them: the stored ones may be of a later one. Empty where there is
  /// none, which the query refuses.
  func octets(for query: TileQuery) async throws -> [[UInt8]] {
    var octets: [[UInt8]] = []
    octets.reserveCapacity(query.tiles.count)
    for tile in query.tiles {
      octets.append(Array(try await storedTile(tile.row, tile.index)?.prefix(tile.width * MerkleHash.size) ?? []))
    }
    return octets
  }
}
