internal import Foundation
internal import GRDB
internal import Octets
internal import SoleControl
internal import Synchronization

/// Knows whether somebody else wrote the file, and looks at all rows then.
///
/// SQLite tells a connection whether another one has committed. Another gateway, or a command of the operator, leaves
/// its lane different. If the file has changed and no lane has, it was neither, and all rows are looked at before
/// anything more is decided.
final class RowWatch: Sendable {
  private struct State {
    /// SQLite's number for the contents that others committed, as the writer's connection saw it last.
    var version: Int64?
    /// Rows of the other lanes.
    var lanes: [UInt8] = []
    var fault: EditedRow?
    /// When all rows were looked at because of the fault.
    var looked = ContinuousClock.now
  }

  private let checks: RowChecks
  private let state = Mutex(State())
  private static let pauseAfterFault = Duration.seconds(1)

  init(_ checks: RowChecks) { self.checks = checks }

  /// Called in a transaction before it changes a row: what it has read may be from before, too.
  ///
  /// - Throws: `StoreError.edited`.
  func check(_ transaction: Transaction) throws {
    guard checks == .all else { return }
    let version = try transaction.dataVersion()
    let (isSame, known, fault) = state.withLock { state in
      (state.version == version, state.lanes, state.fault.map { ($0, state.looked.duration(to: .now)) })
    }
    if let (fault, age) = fault, age < Self.pauseAfterFault { throw StoreError.edited(fault) }
    guard !isSame || fault != nil else { return }
    let lanes = try transaction.lanes(otherThan: transaction.recorder.laneID)
    if fault == nil, lanes != known {
      return state.withLock { ($0.version, $0.lanes) = (version, lanes) }
    }
    try take(try transaction.scanRows(), in: transaction)
    state.withLock { ($0.version, $0.lanes) = (version, lanes) }
  }

  /// Looks at all rows of a file that was opened, and begins to watch it.
  ///
  /// - Parameter database: the writer's connection.
  /// - Throws: `StoreOpenError`.
  func begin(_ database: DatabaseQueue, _ tables: ProtectedTables, path: String) throws {
    guard checks == .all else { return }
    do {
      try database.inDatabase { db in
        try db.run("BEGIN", [])
        defer { try? db.run("ROLLBACK", []) }
        let snapshot = Snapshot(db, tables)
        try take(try snapshot.scanRows(), in: snapshot)
        let (version, lanes) = (try snapshot.dataVersion(), try snapshot.lanes(otherThan: nil))
        state.withLock { ($0.version, $0.lanes) = (version, lanes) }
      }
    } catch StoreError.edited(let row) {
      throw StoreOpenError(
        description: """
          the database at \(path) is not as the gateways left it: it has \(row). Find out who wrote it, and \
          put the right one back; 'countersign audit accept-rows' has the service go on with it as it is
          """)
    }
  }

  /// Takes the result of a look at all rows, from whichever connection.
  ///
  /// - Throws: `StoreError.edited`.
  func take(_ scan: RowScan, in reader: some SQLiteReader) throws {
    state.withLock { state in
      state.fault = scan.isWhole ? nil : scan.finding
      state.looked = .now
    }
    guard !scan.isWhole else { return }
    reader.tables.findings.found(scan.finding, mark: Array("\(scan.finding)".utf8))
    throw StoreError.edited(scan.finding)
  }
}

extension RowWatch {
  fileprivate static func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: Result { try body() }) }
      thread.name = "store-rows"
      thread.start()
    }
    try result.get()
  }
}

extension SQLiteReader {
  /// Differs when another connection has committed since.
  fileprivate func dataVersion() throws -> Int64? {
    try one("PRAGMA data_version", []).flatMap { Int64.fromDatabaseValue($0.values[0]) }
  }

  /// Differs when a lane has changed.
  fileprivate func lanes(otherThan own: Int64?) throws -> [UInt8] {
    var codes: [UInt8] = []
    try db.run("SELECT row_mac FROM audit_lane WHERE lane IS NOT ? ORDER BY lane", [own.databaseValue]) {
      codes += StoredRow($0).octets(0)
      return true
    }
    return OctetDigest.sha256(codes)
  }
}

extension SQLiteFileStore {
  /// Looks at all rows, on a connection and a thread of its own.
  public func checkRows() async throws {
    guard rowChecks == .all else { return }
    let (path, tables, watch) = (path, tables, writer.watch)
    try await RowWatch.onThread {
      let connection = try ConnectionPromises.reader.open(path)
      defer { try? connection.close() }
      try connection.unsafeRead { db in
        try db.run("BEGIN", [])
        defer { try? db.run("ROLLBACK", []) }
        let snapshot = Snapshot(db, tables)
        try watch.take(try snapshot.scanRows(), in: snapshot)
      }
    }
  }
}
