internal import AuditLog
internal import Foundation
internal import GRDB
public import Issuance
public import OAuth
public import SoleControl
internal import Synchronization
public import Vocabulary

/// The embedded store: one SQLite file in WAL mode, synchronised to the disk in full at every commit
/// (`ConnectionPromises`).
///
/// Trust: the file is trusted to be complete, not to be true. An editor of it cannot make a SAD, move a key or change a
/// policy unnoticed (the device's MACs), nor anything else that the gateway concludes something from
/// (`ProtectedTables`), and leaves a trace in the audit log's chain.
public final class SQLiteFileStore: SoleControlStore, IssuanceStore, OAuthStore, GatewayStore {
  private let database: DatabaseQueue
  let writer: GroupCommit
  private let readers: GroupRead
  let tables: ProtectedTables
  private let readOutage: Outage
  private let writeOutage: Outage

  /// - Parameters:
  ///   - mayCreate: whether a missing file is made. Only `init` commands say so: a mistyped path must
  ///     not start an empty history.
  ///   - rowMACs: the keys under which every row is protected that has no other proof.
  ///   - rowChecks: whether it looks for rows that were put back or removed. Each caller says it: one that forgot would
  ///     look for none.
  ///   - instance: the gateway's name in the audit log.
  ///   - milliseconds: the time of entries in the audit log: UTC since 1970.
  ///   - onOutage: told when the database begins to fail, why, and when it works again.
  ///   - report: told of each edited row once. For the operator's log.
  public convenience init(
    path: String, mayCreate: Bool, rowMACs: RowMACs, rowChecks: RowChecks,
    instance: String = "countersign", milliseconds: @escaping @Sendable () -> Int64 = SQLiteFileStore.systemTime,
    onOutage: @escaping @Sendable (StoreEvent) -> Void = { _ in },
    report: @escaping @Sendable (EditedRow) -> Void = { _ in }
  ) throws {
    try self.init(
      path: path, mayCreate: mayCreate, rowMACs: rowMACs, rowChecks: rowChecks, largestSize: nil, instance: instance,
      milliseconds: milliseconds, onOutage: onOutage)
    tables.findings.onFinding { [writer] row in
      report(row)
      writer.post { try $0.append(row.auditEvent) }
    }
  }

  @Sendable public static func systemTime() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// - Parameters:
  ///   - largestSize: in pages of 4 KiB; stands for a full disk in tests.
  ///   - meddling: statements that run on the writer's and on the readers' connections after they were set up; stand
  ///     for what a library does, in tests.
  ///   - rehearses: whether each body runs once before, for nothing, to show in tests that it may.
  ///   - afterLook: called when a look has read all rows; stands for one that takes long, in tests.
  package init(
    path: String, mayCreate: Bool, rowMACs: RowMACs, rowChecks: RowChecks, largestSize: Int?,
    meddling: (writer: [String], readers: [String]) = ([], []), rehearses: Bool = false,
    instance: String = "countersign", milliseconds: @escaping @Sendable () -> Int64 = SQLiteFileStore.systemTime,
    afterLook: @escaping @Sendable () -> Void = {}, onOutage: @escaping @Sendable (StoreEvent) -> Void = { _ in }
  ) throws {
    guard mayCreate || FileManager.default.fileExists(atPath: path) else {
      throw StoreOpenError(description: "there is no database at \(path); 'countersign init' makes it")
    }
    guard instance.utf8.count <= 255 else {
      throw StoreOpenError(description: "a name of an instance has at most 255 octets: \(instance)")
    }
    // Before anything writes: opening alone changes a file.
    try Self.refuseForeign(path: path)
    database = try ConnectionPromises.writer.open(path, meddling: meddling.writer)
    if let largestSize {
      try database.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = \(largestSize)") }
    }
    tables = ProtectedTables(rowMACs)
    let isAdopted = try database.read { try Schema.isBeforeSums($0) }
    try Schema.migrator(tables).migrate(database)
    // Migrating turns foreign keys off and on.
    try ConnectionPromises.writer.check(database)
    let watch = RowWatch(rowChecks, path: path, tables, afterReading: afterLook)
    try watch.begin(database)
    (readOutage, writeOutage) = (Outage(.reading, report: onOutage), Outage(.writing, report: onOutage))
    writer = GroupCommit(
      database: database, tables: tables,
      recording: Recording(instance: instance, milliseconds, rowMACs), watch: watch,
      outage: writeOutage, rehearses: rehearses)
    if isAdopted { writer.post { try $0.append(AuditEvent(.rowsAdopted, [])) } }
    readers = try GroupRead(path: path, meddling: meddling.readers, tables: tables)
  }

  deinit {
    tables.findings.onFinding(nil)
    writer.watch.close()
    readers.close()
    writer.close()
  }

  /// Moves everything into the one database file, so that a copy of it is whole, and ends. Nothing can be read or
  /// written afterwards.
  public func close() throws {
    tables.findings.onFinding(nil)
    writer.watch.close()
    readers.close()
    writer.close()
    // The last connection to close moves the log into the file, and only one that may write can.
    readers.waitUntilClosed()
    writer.waitUntilClosed()
    try database.close()
  }

  /// Writes and commits as much as a signature does. Throws if the disk does not take it, or if another gateway took
  /// this one's place.
  public func checkReadiness() async throws {
    try checkLease()
    try await write(to: writer) {
      // An edited lane stops all that is recorded, which is all that signs.
      _ = try $0.recorder.stored(in: $0)
      try $0.checkRows()
      try $0.writeProbe()
    }
  }

  /// - Parameter horizon: up to which time what is over may be deleted; asked at each commit.
  public func deleteOnly(until horizon: @escaping @Sendable () -> UnixTime) {
    writer.deleteOnly(until: horizon)
  }

  /// Time of the last entry of the audit log; nil if it has none.
  public func lastAuditTime() async throws -> UnixTime? {
    try await readers.read { try $0.lastAuditTime() }
  }

  // MARK: Sole control

  public func read<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Output
  ) async throws -> Output {
    try await read(from: readers) { try body($0) }
  }

  public func write<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlWriting) throws -> Output
  ) async throws -> Output {
    try await write(to: writer) { try body($0) }
  }

  // MARK: Issuance

  public func readIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey], _ body: @escaping @Sendable (any IssuanceSnapshot) throws -> Output
  ) async throws -> Output {
    try await read(from: readers) { try body($0) }
  }

  public func writeIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey],
    _ body: @escaping @Sendable (any IssuanceTransaction) throws -> Output
  ) async throws -> Output {
    try await write(to: writer) { try body($0) }
  }

  // MARK: Authorization server

  public func readOAuth<Output: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthReading) throws -> Output
  ) async throws -> Output {
    try await read(from: readers) { try body($0) }
  }

  public func writeOAuth<Output: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthWriting) throws -> Output
  ) async throws -> Output {
    try await write(to: writer) { try body($0) }
  }

  // MARK: Audit

  /// Reads a SAD's binding from the ledger of a database file: the canonical text, or nil. Changes nothing in the file.
  ///
  /// - Parameter activation: the ledger's name of the SAD.
  public static func readBinding(path: String, activation: [UInt8]) async throws -> [UInt8]? {
    return try await ConnectionPromises.offline.open(path).read { db in
      try Schema.refuseForeign(db, at: path)
      return try Data.fetchOne(
        db, sql: "SELECT binding FROM activation WHERE digest = ?", arguments: [Snapshot.data(activation)]
      ).map(Snapshot.bytes)
    }
  }

  /// Checks, before anything else is opened, that this build can read a database file. One that is missing is no fault.
  ///
  /// - Throws: `StoreOpenError` if an unreleased build made it, or a newer one. Nothing was changed.
  public static func refuseForeign(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    try ConnectionPromises.offline.open(path).read { try Schema.refuseForeign($0, at: path) }
  }
}

extension SQLiteFileStore {
  func read<Output: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Output) async throws -> Output {
    try await read(from: readers, body)
  }

  func write<Output: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Output) async throws -> Output {
    try await write(to: writer, body)
  }

  private func read<Output: Sendable>(
    from readers: GroupRead, _ body: @escaping @Sendable (Snapshot) throws -> Output
  ) async throws -> Output {
    do {
      let output = try await readers.read(body)
      // Other pages may be unreadable as before.
      readOutage.end(after: .seconds(10))
      return output
    } catch let error as DatabaseError { throw Self.storeError(error, readOutage) }
  }

  private func write<Output: Sendable>(
    to writer: GroupCommit, _ body: @escaping @Sendable (Transaction) throws -> Output
  ) async throws -> Output {
    do { return try await writer.write(body) } catch let error as DatabaseError {
      throw Self.storeError(error, writeOutage)
    }
  }

  /// A constraint that breaks means that we wrote what we must not; all else may pass.
  private static func storeError(_ error: DatabaseError, _ outage: Outage) -> StoreError {
    error.resultCode == .SQLITE_CONSTRAINT ? .corrupt : .unavailable(outage.note(error))
  }
}

extension Transaction {
  /// Changes some pages, as a signature does, and needs new ones for it. A row that gets its own values again would not
  /// be written at all; one that is overwritten needs no place.
  func writeProbe() throws {
    try execute("INSERT INTO readiness (filler) VALUES (randomblob(16384))")
    try execute("DELETE FROM readiness WHERE number < last_insert_rowid()")
  }
}

public struct StoreOpenError: Error, CustomStringConvertible {
  public let description: String
}
