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
final class Snapshot: SQLiteReader, SoleControlReading, IssuanceReading, OAuthReading, @unchecked Sendable {
  let db: Database
  let tables: ProtectedTables

  init(_ db: Database, _ tables: ProtectedTables) {
    self.db = db
    self.tables = tables
  }

  func lastAuditTime() throws -> UnixTime? {
    try one("SELECT body FROM audit ORDER BY sequence DESC LIMIT 1", []).map { row in
      guard let time = try JSONValue.parse(row.octets(0), limits: .own).object?["time"]?.integer else {
        throw StoreError.corrupt
      }
      return time
    }
  }

  /// The end of the audit log; nil if there is none, or it is none that we wrote.
  static func head(_ db: Database) throws -> AuditHead? {
    var head: AuditHead?
    try db.run("SELECT count, hash FROM audit_head", []) { statement in
      let values = StoredRow(statement).values
      guard let count = Int64.fromDatabaseValue(values[0]), let hash = Data.fromDatabaseValue(values[1]) else {
        return false
      }
      head = AuditHead(count: count, hash: bytes(hash))
      return false
    }
    return head
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
