public import AuditLog
internal import Foundation
internal import GRDB

// The index that receipts are found by. No row of it is proven: what is found is held against the log's tree.

extension SQLiteWatch: ReceiptIndex {
  public func indexedPosition() async throws -> Int64 {
    try await store.read { try $0.indexedPosition() }
  }

  public func entries(after position: Int64, limit: Int) async throws -> [(position: Int64, entry: AuditEntry)] {
    try await store.read { snapshot in
      try snapshot.entries("WHERE position > ? ORDER BY position LIMIT ?", [position, limit])
    }
  }

  public func add(
    _ names: [(name: EntryName, position: Int64)], range: (from: Int64, to: Int64)
  ) async throws {
    try await store.write { transaction in
      guard try transaction.indexedPosition() == range.from else { return }
      for (name, position) in names {
        try transaction.execute(
          "INSERT OR IGNORE INTO receipt_index (name, position) VALUES (?, ?)", [name.value, position])
      }
      try transaction.execute("DELETE FROM receipt_index WHERE name = 0", [])
      try transaction.execute("INSERT INTO receipt_index (name, position) VALUES (0, ?)", [range.to])
    }
  }

  public func entries(
    named name: EntryName, before position: Int64, limit: Int
  ) async throws -> [(position: Int64, entry: AuditEntry)] {
    try await store.read { snapshot in
      try snapshot.entries(
        """
        WHERE position IN
          (SELECT position FROM receipt_index WHERE name = ? AND position < ? ORDER BY position DESC LIMIT ?)
        ORDER BY position DESC
        """, [name.value, position, limit])
    }
  }
}

extension SQLiteReader {
  fileprivate func indexedPosition() throws -> Int64 {
    let row = try one("SELECT max(position) FROM receipt_index WHERE name = 0", [])
    return row.flatMap { Int64.fromDatabaseValue($0.values[0]) } ?? 0
  }

  /// - Parameter rest: of the statement, after the table.
  fileprivate func entries(
    _ rest: String, _ values: [(any DatabaseValueConvertible)?]
  ) throws -> [(position: Int64, entry: AuditEntry)] {
    try all("SELECT position, header, salt, payload FROM audit_entry " + rest, values).map { row in
      let (entry, position) = try AuditEntry.stored(row)
      return (position, entry)
    }
  }
}
