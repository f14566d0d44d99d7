internal import AuditLog
internal import GRDB
internal import Issuance
internal import OAuth
internal import SoleControl
internal import Vocabulary

/// A connection to the file, in a transaction that writes.
protocol SQLiteWriter: SQLiteReader {
  /// Up to which time what is over may be deleted: what seems over may only seem so, by a clock that was set ahead.
  var horizon: UnixTime { get }

  /// Makes sure, once, that only gateways have written the file; before a row is changed.
  ///
  /// - Throws: `StoreError.edited` if rows were put back, removed or added by somebody else.
  func checkRows() throws

  /// Counts a row in or out, after it was added or removed.
  ///
  /// - Parameter mac: names the row as it is among all rows of the table.
  func count(_ mac: [UInt8], _ table: String, isAdded: Bool) throws
}

/// A read/write transaction; several callers' bodies run in it, each in a savepoint of its own.
///
/// `@unchecked` as `Snapshot`.
final class Transaction: SQLiteWriter, SoleControlWriting, IssuanceWriting, InvitationWriting, OAuthWriting,
  @unchecked Sendable
{
  let db: Database
  let tables: ProtectedTables
  let horizon: UnixTime
  var recorder: Recorder
  private let watch: RowWatch
  private var isWatched = false

  init(_ db: Database, _ tables: ProtectedTables, horizon: UnixTime, _ recorder: Recorder, _ watch: RowWatch) {
    self.db = db
    self.tables = tables
    self.horizon = horizon
    self.recorder = recorder
    self.watch = watch
  }

  func count(_ mac: [UInt8], _ table: String, isAdded: Bool) throws {
    try recorder.count(mac, table, isAdded: isAdded, in: self)
  }

  func checkRows() throws {
    guard !isWatched else { return }
    try watch.check(self)
    isWatched = true
  }

  /// Runs a body so that nothing of it remains if it throws.
  func savepoint<Output>(_ body: () throws -> Output) throws -> Output {
    let recorderBefore = recorder
    try execute("SAVEPOINT body")
    do {
      let output = try body()
      try execute("RELEASE body")
      return output
    } catch {
      recorder = recorderBefore
      // SQLite can have rolled everything back, on a full disk for example; then the reason is what counts.
      guard db.isInsideTransaction else { throw error }
      try execute("ROLLBACK TO body")
      try execute("RELEASE body")
      throw error
    }
  }

  /// Runs a body for nothing.
  func rehearse<Output>(_ body: () throws -> Output) {
    _ = try? savepoint {
      _ = try body()
      throw Rehearsed()
    }
  }

  /// Undoes what a rehearsal did.
  private struct Rehearsed: Error {}
}

extension SQLiteWriter {
  func execute(_ sql: String, _ values: [(any DatabaseValueConvertible)?] = []) throws {
    guard let values = SQLText.values(values) else { throw StoreError.unstorable }
    try db.run(sql, values)
  }
}
