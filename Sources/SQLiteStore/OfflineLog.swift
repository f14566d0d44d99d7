public import AuditLog
internal import Foundation
internal import GRDB
public import SoleControl
public import Vocabulary

/// Logs in database files.
public enum SQLiteLogFile {
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
    try await open(path, rowMACs) { try $0.read(readers) }
  }

  /// Has somebody look things up in the log of a database file, as it was at one time. Changes nothing in the file.
  ///
  /// - Parameter rowMACs: as of `readLog`.
  public static func lookInto<Output: Sendable>(
    path: String, rowMACs: RowMACs? = nil, _ body: @escaping @Sendable (any StoredLog) throws -> Output
  ) async throws -> Output {
    try await open(path, rowMACs) { log in
      guard try LaneZero.statements(log.db).hasTree else {
        throw StoreOpenError(description: "the log at \(path) has no tree yet: a build before trees wrote it")
      }
      return try body(log)
    }
  }

  private static func open<Output: Sendable>(
    _ path: String, _ rowMACs: RowMACs?, _ body: @escaping @Sendable (OfflineLog) throws -> Output
  ) async throws -> Output {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StoreOpenError(description: "there is no database at \(path)")
    }
    return try await ConnectionPromises.offline.open(path).read { db in
      try Schema.refuseForeign(db, at: path)
      let log = OfflineLog(db: db)
      let output = try body(log)
      if let rowMACs { try log.check(rowMACs) }
      return output
    }
  }
}

/// Credentials in database files.
public enum SQLiteCredentialFile {
  /// The text of a credential's row, which is not held against its MAC; nil if there is none. Changes nothing in the
  /// file.
  public static func text(path: String, of id: CredentialID) async throws -> [UInt8]? {
    try await ConnectionPromises.offline.open(path).read { db in
      try Schema.refuseForeign(db, at: path)
      var text: [UInt8]?
      try db.run("SELECT text FROM credential WHERE id = ?", [id.rawValue.databaseValue]) {
        text = StoredRow($0).octets(0)
        return false
      }
      return text
    }
  }
}

/// The log in a database file, in one transaction.
private struct OfflineLog: StoredLog {
  let db: Database

  func read(_ readers: LogReaders) throws -> [Lane] {
    let source = try LaneZero.statements(db)
    if source.hasTree {
      try readers.cosignatures(try cosignatures())
      try stamps(readers.stamp)
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
      if let tile = readers.tile { try read(tiles: tile) }
      try readers.progress(try progress())
    }
    return try lanes(source.lanes)
  }

  func checkpoint() throws -> [UInt8] {
    var checkpoint: [UInt8] = []
    try db.run("SELECT checkpoint FROM audit_tree", []) {
      checkpoint = StoredRow($0).octets(0)
      return true
    }
    return checkpoint
  }

  private func read(tiles tile: ([UInt8], Int, UInt64) throws -> Void) throws {
    try db.run("SELECT level, number, hashes FROM audit_tile", []) { statement in
      let row = StoredRow(statement)
      let level = Int.fromDatabaseValue(row.values[0]) ?? -1
      let number = Int64.fromDatabaseValue(row.values[1]).flatMap { UInt64(exactly: $0) } ?? .max
      try tile(row.octets(2), level, number)
      return true
    }
  }

  // MARK: Looking things up

  func entries(after position: Int64, _ accept: (AuditEntry, Int64) throws -> Void) throws {
    try db.run(
      "SELECT position, header, salt, payload FROM audit_entry WHERE position > ? ORDER BY position",
      [position.databaseValue]
    ) { statement in
      let (entry, position) = try AuditEntry.stored(StoredRow(statement))
      try accept(entry, position)
      return true
    }
  }

  func header(at position: Int64) throws -> [UInt8]? {
    try octets("SELECT header FROM audit_entry WHERE position = ?", [position.databaseValue])
  }

  func tile(_ level: Int, _ index: UInt64) throws -> [UInt8]? {
    try octets(
      "SELECT hashes FROM audit_tile WHERE level = ? AND number = ?",
      [level.databaseValue, Int64(clamping: index).databaseValue])
  }

  private func octets(_ statement: String, _ values: [DatabaseValue]) throws -> [UInt8]? {
    var octets: [UInt8]?
    try db.run(statement, values) {
      octets = StoredRow($0).octets(0)
      return false
    }
    return octets
  }

  func tiles(_ level: Int, from index: UInt64, _ accept: ([UInt8], UInt64) throws -> Void) throws {
    try db.run(
      "SELECT number, hashes FROM audit_tile WHERE level = ? AND number >= ?",
      [level.databaseValue, Int64(clamping: index).databaseValue]
    ) { statement in
      let row = StoredRow(statement)
      try accept(row.octets(1), Int64.fromDatabaseValue(row.values[0]).flatMap { UInt64(exactly: $0) } ?? .max)
      return true
    }
  }

  func lanes() throws -> [Lane] { try lanes("SELECT lane, instance, count, last FROM audit_lane ORDER BY lane") }

  func progress() throws -> [Lane] {
    try lanes("SELECT lane, instance, count, last FROM audit_progress ORDER BY lane")
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
  func cosignatures() throws -> [KeptCosignature] {
    guard try db.tableExists("audit_cosignature") else { return [] }
    var kept: [KeptCosignature] = []
    try db.run("SELECT witness, checkpoint, signature FROM audit_cosignature", []) {
      kept.append(try KeptCosignature(StoredRow($0)))
      return kept.count < LogReaders.mostCosignatures
    }
    return kept
  }

  /// None for a database of a build before time-stamps.
  func stamps(_ accept: (KeptStamp) throws -> Void) throws {
    guard try db.tableExists("audit_stamp") else { return }
    try db.run("SELECT day, checkpoint, token FROM audit_stamp ORDER BY day LIMIT \(LogReaders.mostStamps)", []) {
      try accept(try KeptStamp(StoredRow($0)))
      return true
    }
  }

  /// Holds the rows of the log against their MACs, and all rows against their sums.
  func check(_ rowMACs: RowMACs) throws {
    let snapshot = Snapshot(db, ProtectedTables(rowMACs))
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
