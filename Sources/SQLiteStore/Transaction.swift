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

  init(_ db: Database, _ tables: ProtectedTables, horizon: UnixTime, _ recorder: Recorder) {
    self.db = db
    self.tables = tables
    self.horizon = horizon
    self.recorder = recorder
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
