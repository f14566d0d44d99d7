internal import AuditLog
internal import Foundation
internal import GRDB
internal import SoleControl

/// The log of a build before lanes: one chain. It becomes lane 0, entry by entry as it is, because the hash of an old
/// entry is its leaf; the first checkpoint seals it.
enum LaneZero {
  /// Statements for position, header, salt and payload of all entries in order, and for all lanes, and for the
  /// largest position; and whether there is a tree.
  static func statements(_ db: Database) throws -> (
    entries: String, lanes: String, total: String, hasTree: Bool
  ) {
    guard try db.tableExists("audit_entry") else {
      return (
        "SELECT sequence, body, zeroblob(0), zeroblob(0) FROM audit ORDER BY sequence",
        "SELECT 0, '', count, hash FROM audit_head WHERE count > 0",
        "SELECT max(sequence) FROM audit", false
      )
    }
    return (
      "SELECT position, header, salt, payload FROM audit_entry ORDER BY position",
      "SELECT lane, instance, count, last FROM audit_lane WHERE count > 0 ORDER BY lane",
      "SELECT max(position) FROM audit_entry", true
    )
  }

  static func adopt(_ db: Database, _ rowMACs: RowMACs) throws {
    try db.execute(
      sql: """
        INSERT INTO audit_entry (position, header, salt, payload)
          SELECT sequence, body, zeroblob(0), zeroblob(0) FROM audit ORDER BY sequence
        """)
    if let head = try Row.fetchOne(db, sql: "SELECT count, hash FROM audit_head WHERE count > 0") {
      let lanes = ProtectedTable("audit_lane", key: ["lane"], ["instance", "count", "last"], isSummed: false, rowMACs)
      let values: [DatabaseValue] = [EntryHeader.laneZero.databaseValue, "".databaseValue, head[0], head[1]]
      try db.execute(
        sql: "INSERT INTO audit_lane (lane, instance, count, last, row_mac) VALUES (?, ?, ?, ?, ?)",
        arguments: StatementArguments(values + [Data(lanes.code(of: values)).databaseValue]))
    }
    try db.execute(sql: "DROP TABLE audit; DROP TABLE audit_head;")
  }
}
