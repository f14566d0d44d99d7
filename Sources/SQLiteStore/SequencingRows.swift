public import AuditLog
internal import Foundation
internal import GRDB
internal import SoleControl
public import TransparencyLog

extension SQLiteLog: SequencingStore {
  public func takeSequencing() async throws -> SequencedLog {
    try await store.write { transaction in
      let stored = try transaction.sequencedLog()
      let taken = SequencedLog(
        checkpoint: stored.checkpoint, time: stored.time, fence: stored.fence + 1, lanes: stored.lanes)
      try transaction.put(taken.checkpoint, taken.time, fence: taken.fence)
      return taken
    }
  }

  public func pendingEntries(after size: Int64, limit: Int, allLanes: Bool) async throws -> PendingEntries {
    try await store.read { snapshot in
      var (headers, octets, isComplete) = ([(position: Int64, octets: [UInt8])](), 0, true)
      // A header is short; one that an editor made long is none.
      try snapshot.db.run(
        """
        SELECT position, CASE WHEN length(header) <= 1048576 THEN header END FROM audit_entry
        WHERE position > ? ORDER BY position LIMIT ?
        """, [size.databaseValue, limit.databaseValue]
      ) { statement in
        let row = StoredRow(statement)
        guard let position = Int64.fromDatabaseValue(row.values[0]) else { throw StoreError.corrupt }
        headers.append((position, row.octets(1)))
        octets += headers[headers.count - 1].octets.count
        isComplete = octets < Self.mostOctets
        return isComplete
      }
      var lanes: [Lane] = []
      if allLanes {
        // A process that changed rows and recorded nothing has a row, too.
        lanes = try snapshot.all(snapshot.tables.log.lane, "lane >= 0 ORDER BY lane", []).map { try Lane($0) }
          .filter { $0.count > 0 }
      } else {
        for id in Set(headers.compactMap { EntryHeader(octets: $0.octets)?.lane }).sorted() {
          if let lane = try snapshot.lane(id) { lanes.append(lane) }
        }
      }
      return PendingEntries(
        headers: headers, isComplete: isComplete && headers.count < limit, lanes: lanes,
        fence: try snapshot.sequencedLog(withLanes: false).fence)
    }
  }

  /// Octets of headers that are read at once.
  private static let mostOctets = 64 << 20

  public func storedTile(_ row: Tile.Row, _ index: UInt64) async throws -> [UInt8]? {
    guard case .hashes(let level) = row else { return nil }
    return try await store.read { try $0.tile(level, index) }
  }

  public func store(_ batch: SequencedBatch, fence: Int64) async throws {
    try await store.write { transaction in
      let stored = try transaction.sequencedLog(withLanes: false)
      guard stored.fence == fence, try transaction.treeSize(stored) == batch.from else {
        throw SequencingFault.overtaken
      }
      for tile in batch.tiles { try transaction.put(tile) }
      for lane in batch.lanes {
        try transaction.insert(
          transaction.tables.log.progress,
          [lane.id, lane.instance, lane.count, Transaction.data(lane.last)], or: .replace)
      }
      try transaction.put(batch.checkpoint, batch.time, fence: fence)
    }
  }

  /// The newest checkpoint, signed (C2SP tlog-checkpoint); nil before the first.
  public func checkpoint() async throws -> [UInt8]? {
    try await store.read { snapshot in
      let octets = try snapshot.sequencedLog(withLanes: false).checkpoint
      return octets.isEmpty ? nil : octets
    }
  }
}

extension SQLiteReader {
  /// - Parameter withLanes: whether the progress of lanes is read as well.
  func sequencedLog(withLanes: Bool = true) throws -> SequencedLog {
    let row = try one(tables.log.tree, "one = 1", [])
    let lanes = withLanes ? try all(tables.log.progress, "lane >= 0 ORDER BY lane", []).map { try Lane($0) } : []
    guard let row else { return SequencedLog(checkpoint: [], time: 0, fence: 0, lanes: lanes) }
    let checkpoint: Data = row["checkpoint"]
    return SequencedLog(checkpoint: Self.bytes(checkpoint), time: row["time"], fence: row["fence"], lanes: lanes)
  }

  func treeSize(_ log: SequencedLog) throws -> Int64 {
    guard !log.checkpoint.isEmpty else { return 0 }
    guard let note = try? SignedNote(log.checkpoint), let checkpoint = try? Checkpoint(text: note.text) else {
      throw StoreError.corrupt
    }
    return Int64(checkpoint.head.size)
  }

  func tile(_ level: Int, _ index: UInt64) throws -> [UInt8]? {
    try one("SELECT hashes FROM audit_tile WHERE level = ? AND number = ?", [level, Int64(index)]).map { $0.octets(0) }
  }
}

extension Transaction {
  fileprivate func put(_ checkpoint: [UInt8], _ time: Int64, fence: Int64) throws {
    try insert(tables.log.tree, [1, Self.data(checkpoint), time, fence], or: .replace)
  }

  fileprivate func put(_ tile: StoredTile) throws {
    guard case .hashes(let level) = tile.tile.row else { throw StoreError.corrupt }
    try execute(
      "INSERT OR REPLACE INTO audit_tile (level, number, hashes) VALUES (?, ?, ?)",
      [level, Int64(tile.tile.index), Self.data(tile.octets)])
  }
}
