import Foundation
import TestSupport
import Testing

/// A database file, read and edited from outside, as somebody with access to it could.
struct SchemaFile: Sendable {
  let path: String

  func sql(_ statements: String) async throws -> [String] {
    let result = try await run("/usr/bin/sqlite3", ["-batch", "-bail", path], input: Array(statements.utf8))
    guard result.status == 0 else { throw Refused(reason: result.output) }
    return result.output.split(separator: "\n").map(String.init)
  }

  /// SQLite itself did not take a statement.
  struct Refused: Error { let reason: String }

  /// Every table and column there is, in order.
  func columns() async throws -> [SchemaColumn] {
    let lines = try await sql(
      """
      .mode list
      .separator "|"
      SELECT m.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c
      WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid;
      """)
    return lines.map { line in
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      return SchemaColumn(
        table: parts[0], name: parts[1], type: parts[2], isNullable: parts[3] == "0" && parts[4] == "0",
        isKey: parts[4] != "0")
    }
  }

  /// A copy in a folder of its own, with the files next to it.
  func copy() throws -> SchemaFile {
    let folder = try temporaryFolder()
    let own = URL(fileURLWithPath: path).deletingLastPathComponent()
    for name in try FileManager.default.contentsOfDirectory(atPath: own.path) {
      try FileManager.default.copyItem(at: own.appendingPathComponent(name), to: folder.appendingPathComponent(name))
    }
    return SchemaFile(path: folder.appendingPathComponent("test.sqlite").path)
  }

  /// - Parameter row: condition of the row that is edited. Another row of the table is the other one.
  /// - Returns: whether the edit changed anything.
  func apply(_ edit: SchemaEdit, to row: String) async throws -> Bool {
    let table = "\"\(edit.column.table)\""
    // Both rows are put aside and back, because a key cannot be swapped in place.
    let script = """
      .mode list
      BEGIN;
      CREATE TEMP TABLE before AS SELECT * FROM \(table);
      CREATE TEMP TABLE r AS SELECT * FROM \(table) WHERE \(row) LIMIT 1;
      CREATE TEMP TABLE o AS SELECT * FROM \(table) WHERE NOT (\(row)) LIMIT 1;
      CREATE TEMP TABLE others AS SELECT * FROM before EXCEPT SELECT * FROM r EXCEPT SELECT * FROM o;
      CREATE TEMP TABLE was AS SELECT * FROM r;
      \(edit.sql)
      DELETE FROM \(table);
      INSERT INTO \(table) SELECT * FROM others;
      INSERT INTO \(table) SELECT * FROM r;
      INSERT INTO \(table) SELECT * FROM o;
      SELECT count(*) FROM (SELECT * FROM \(table) EXCEPT SELECT * FROM before);
      COMMIT;
      """
    return try await sql(script) != ["0"]
  }
}
