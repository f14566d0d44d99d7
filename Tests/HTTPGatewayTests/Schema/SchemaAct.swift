import Foundation
import SQLiteStore
import TestSupport
import Testing

/// Something that the gateway does because of a row.
struct SchemaAct: Sendable {
  /// Does it, on a copy of the database. Returns whether it was done; what is refused throws or returns false.
  typealias Use = @Sendable (GatewayFixture) async throws -> Bool

  /// A database in which it can be done.
  struct Ready: Sendable {
    /// SQL condition of the one row that is looked at.
    let row: String
    let use: Use
  }

  let table: String
  let name: String
  /// Whether it is done with the row as it is. If not, the row is why.
  let isDone: Bool
  let prepare: @Sendable (GatewayFixture) async throws -> Ready

  init(
    _ table: String, _ name: String, isDone: Bool = true,
    _ prepare: @escaping @Sendable (GatewayFixture) async throws -> Ready
  ) {
    self.table = table
    self.name = name
    self.isDone = isDone
    self.prepare = prepare
  }
}

/// A column of the schema, as SQLite tells it.
struct SchemaColumn: Sendable, Hashable, CustomStringConvertible {
  let table, name: String
  let type: String
  let isNullable: Bool
  /// Whether it is part of the primary key.
  let isKey: Bool

  var description: String { "\(table).\(name)" }
}

/// One edit of a row.
struct SchemaEdit: Sendable {
  let column: SchemaColumn
  let what: String
  /// SQL; the tables `r` and `o` hold the row and another one, `was` the row as it was.
  let sql: String

  /// Ways to edit a column of a row: change it, take another row's value, or take another row's place.
  static func all(of columns: [SchemaColumn]) -> [SchemaEdit] {
    columns.flatMap { column in
      let name = "\"\(column.name)\""
      var edits = values(of: column).map {
        SchemaEdit(column: column, what: "= \($0)", sql: "UPDATE r SET \(name) = \($0);")
      }
      edits.append(
        SchemaEdit(
          column: column, what: "swapped",
          sql: """
            UPDATE r SET \(name) = (SELECT \(name) FROM o);
            UPDATE o SET \(name) = (SELECT \(name) FROM was);
            """))
      return edits
    } + rows(of: columns)
  }

  private static func values(of column: SchemaColumn) -> [String] {
    let name = "\"\(column.name)\""
    let some =
      switch column.type {
      case "INTEGER": ["\(name) + 1", "\(name) + 1000000", "0", "1", "'x'"]
      case "TEXT": ["coalesce(\(name), '') || 'x'"]
      default: ["CAST(coalesce(\(name), x'') || x'00' AS BLOB)", "CAST(x'00' || substr(\(name), 2) AS BLOB)", "7"]
      }
    return some + (column.isNullable ? ["NULL"] : [])
  }

  /// The two rows change their keys, so each stands where the other stood.
  private static func rows(of columns: [SchemaColumn]) -> [SchemaEdit] {
    let keys = columns.filter(\.isKey)
    guard keys.count > 1, let first = keys.first else { return [] }
    let sets = keys.map { "\"\($0.name)\" = (SELECT \"\($0.name)\" FROM SOURCE)" }.joined(separator: ", ")
    return [
      SchemaEdit(
        column: first, what: "all keys swapped",
        sql: """
          UPDATE r SET \(sets.replacingOccurrences(of: "SOURCE", with: "o"));
          UPDATE o SET \(sets.replacingOccurrences(of: "SOURCE", with: "was"));
          """)
    ]
  }
}
