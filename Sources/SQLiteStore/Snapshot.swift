internal import AuditLog
internal import Foundation
internal import GRDB
internal import Issuance
internal import OAuth
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// A connection to the file, in a transaction that reads.
///
/// What this store does for one part of a port stands in an extension of that part for these, in a file named after its
/// rows: `extension LedgerReading where Self: SQLiteReader`.
protocol SQLiteReader {
  var db: Database { get }
  var tables: ProtectedTables { get }
}

/// One committed state, read through one connection.
///
/// `@unchecked`: used on the thread that owns the connection only; `Sendable` because the port's bodies may run
/// anywhere.
final class Snapshot: SQLiteReader, SoleControlReading, IssuanceReading, InvitationReading, OAuthReading,
  @unchecked Sendable
{
  let db: Database
  let tables: ProtectedTables

  init(_ db: Database, _ tables: ProtectedTables) {
    self.db = db
    self.tables = tables
  }
}

extension SQLiteReader {
  func one(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws -> StoredRow? {
    guard let values = SQLText.values(values) else { return nil }
    var row: StoredRow?
    try db.run(sql, values) {
      row = StoredRow($0)
      return false
    }
    return row
  }

  func all(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws -> [StoredRow] {
    guard let values = SQLText.values(values) else { return [] }
    var rows: [StoredRow] = []
    try db.run(sql, values) {
      rows.append(StoredRow($0))
      return true
    }
    return rows
  }

  static func data(_ bytes: [UInt8]) -> Data { Data(bytes) }
  static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }
}
