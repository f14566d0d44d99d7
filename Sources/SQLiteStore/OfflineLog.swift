public import AuditLog
internal import Foundation
internal import GRDB
public import SoleControl

extension SQLiteFileStore {
  /// Hands over every entry of a database file with its position, in order, and then returns the lanes as they are
  /// stored. Changes nothing in the file.
  public static func readAudit(
    path: String, _ accept: @escaping @Sendable (AuditEntry, _ position: Int64) throws -> Void
  ) async throws -> [Lane] {
    try await readLog(path: path, LogReaders(entry: accept))
  }

  /// Hands over what a database file has of the audit log, as it was at one time, and then returns the lanes as they
  /// are stored. Changes nothing in the file.
  ///
  /// - Parameter rowMACs: those of the device. With them each protected row of the log is held against its MAC.
  /// - Throws: `StoreError.edited` if one does not fit.
  public static func readLog(path: String, _ readers: LogReaders, rowMACs: RowMACs? = nil) async throws -> [Lane] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StoreOpenError(description: "there is no database at \(path)")
    }
    return try await ConnectionPromises.offline.open(path).read { db in
      try Schema.refuseForeign(db, at: path)
      return try OfflineLog(db: db, readers: readers).read(rowMACs)
    }
  }
}

/// The log in a database file, in one transaction.
private struct OfflineLog {
  let db: Database
  let readers: LogReaders

  func read(_ rowMACs: RowMACs?) throws -> [Lane] {
    let source = try LaneZero.statements(db)
    if source.hasTree {
      try readers.cosignatures(try cosignatures())
      try readStamps()
      try readers.checkpoint(try checkpoint())
    } else {
      try readers.checkpoint([])
    }
    readers.total(try Int64.fetchOne(db, sql: source.total) ?? 0)
    try db.run(source.entries, []) { statement in
      let (entry, position) = try AuditEntry.stored(StoredRow(statement))
      try readers.entry(entry, position)
      return true
    }
    if source.hasTree {
      try readTiles()
      try readers.progress(try lanes("SELECT lane, instance, count, last FROM audit_progress ORDER BY lane"))
    }
    if let rowMACs { try check(Snapshot(db, ProtectedTables(rowMACs))) }
    return try lanes(source.lanes)
  }

  private func checkpoint() throws -> [UInt8] {
    var checkpoint: [UInt8] = []
    try db.run("SELECT checkpoint FROM audit_tree", []) {
      checkpoint = StoredRow($0).octets(0)
      return true
    }
    return checkpoint
  }

  private func readTiles() throws {
    guard let tile = readers.tile else { return }
    try db.run("SELECT level, number, hashes FROM audit_tile", []) { statement in
      let row = StoredRow(statement)
      let level = Int.fromDatabaseValue(row.values[0]) ?? -1
      let number = Int64.fromDatabaseValue(row.values[1]).flatMap { UInt64(exactly: $0) } ?? .max
      try tile(row.octets(2), level, number)
      return true
    }
  }

  private func lanes(_ statement: String) throws -> [Lane] {
    var lanes: [Lane] = []
    try db.run(statement, []) {
      lanes.append(try Lane(StoredRow($0)))
      return true
    }
    return lanes
  }

  /// Empty for a database of a build before witnesses.
  private func cosignatures() throws -> [KeptCosignature] {
    guard try db.tableExists("audit_cosignature") else { return [] }
    var kept: [KeptCosignature] = []
    try db.run("SELECT witness, checkpoint, signature FROM audit_cosignature", []) {
      kept.append(try KeptCosignature(StoredRow($0)))
      return kept.count < LogReaders.mostCosignatures
    }
    return kept
  }

  /// None for a database of a build before time-stamps.
  private func readStamps() throws {
    guard try db.tableExists("audit_stamp") else { return }
    try db.run("SELECT day, checkpoint, token FROM audit_stamp ORDER BY day LIMIT \(LogReaders.mostStamps)", []) {
      try readers.stamp(try KeptStamp(StoredRow($0)))
      return true
    }
  }

  /// Holds the rows of the log against their MACs, and all rows against their sums.
  private func check(_ snapshot: Snapshot) throws {
    guard try Schema.isCurrent(snapshot.db) else {
      throw StoreOpenError(
        description: """
          the database is of a build before; its rows can be checked when a gateway of this one has run with it
          """)
    }
    for table in snapshot.tables.ofLog { _ = try snapshot.all(table, "1 = 1", []) }
    let scan = try snapshot.scanRows()
    if !scan.isWhole { throw StoreError.edited(scan.finding) }
  }
}
