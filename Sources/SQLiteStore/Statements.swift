internal import Foundation
internal import GRDB
internal import GRDBSQLite

/// One result row, with values of its own.
struct StoredRow: Sendable {
  let columns: [String]
  let values: [DatabaseValue]

  /// The value of a column. The row has one of this name, and its kind fits: the caller knows the schema, and rows of
  /// protected tables were held against their MACs. For other tables: `octets`.
  subscript<Value: DatabaseValueConvertible>(_ column: String) -> Value {
    guard let index = columns.firstIndex(of: column) else { fatalError("no column \(column)") }
    return self[index]
  }

  subscript<Value: DatabaseValueConvertible>(_ index: Int) -> Value {
    guard let value = Value.fromDatabaseValue(values[index]) else { fatalError("not a \(Value.self): column \(index)") }
    return value
  }

  /// The octets of a column of a table whose rows have no MAC of the store's. SQLite keeps what an editor writes there,
  /// whatever the column's type; what holds no octets has none, and fails the check of the row's own proof.
  func octets(_ index: Int) -> [UInt8] { Data.fromDatabaseValue(values[index]).map { [UInt8]($0) } ?? [] }
}

/// Statements run through SQLite's own interface, on GRDB's connections and with its cache of prepared statements: what
/// GRDB does around each of them (observers, arguments by name, cursors) costs more than most of ours themselves.
extension Database {
  /// Runs a statement to its end, or until `each` has enough.
  ///
  /// - Parameters:
  ///   - values: for the places of the statement, in their order.
  ///   - each: gets the rows; returns whether it wants the next.
  /// - Throws: `DatabaseError`, with SQLite's extended code, or what `each` throws.
  func run(
    _ sql: String, _ values: [DatabaseValue], each: (_ row: OpaquePointer) throws -> Bool = { _ in true }
  ) throws {
    let statement = try cachedStatement(sql: sql).sqliteStatement
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    precondition(Int(sqlite3_bind_parameter_count(statement)) == values.count, "places and values")
    for (index, value) in values.enumerated() { try bind(value, to: statement, at: Int32(index + 1)) }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: guard try each(statement) else { return }
      case SQLITE_DONE: return
      default: throw failure()
      }
    }
  }

  private func bind(_ value: DatabaseValue, to statement: OpaquePointer, at index: Int32) throws {
    // SQLite makes a copy of text and octets.
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    let code =
      switch value.storage {
      case .null: sqlite3_bind_null(statement, index)
      case .int64(let number): sqlite3_bind_int64(statement, index, number)
      case .double(let number): sqlite3_bind_double(statement, index, number)
      case .string(var text):
        text.withUTF8 { octets in
          // No octets at all would be NULL.
          guard octets.count > 0 else { return sqlite3_bind_text(statement, index, "", 0, copied) }
          return octets.withMemoryRebound(to: CChar.self) {
            sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), copied)
          }
        }
      case .blob(let data):
        data.withUnsafeBytes { octets in
          octets.isEmpty
            ? sqlite3_bind_zeroblob(statement, index, 0)
            : sqlite3_bind_blob(statement, index, octets.baseAddress, Int32(octets.count), copied)
        }
      }
    guard code == SQLITE_OK else { throw failure() }
  }

  /// Error of the last call.
  private func failure() -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqliteConnection)),
      message: sqlite3_errmsg(sqliteConnection).map { String(cString: $0) })
  }
}

extension StoredRow {
  /// The row on which a statement stands.
  ///
  /// - Parameter columns: nil if the statement tells their names.
  init(_ statement: OpaquePointer, columns: [String]? = nil) {
    let indices = 0..<sqlite3_column_count(statement)
    self.columns = columns ?? indices.map { sqlite3_column_name(statement, $0).map { String(cString: $0) } ?? "" }
    values = indices.map { Self.value(statement, $0) }
  }

  private static func value(_ statement: OpaquePointer, _ index: Int32) -> DatabaseValue {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: return sqlite3_column_int64(statement, index).databaseValue
    case SQLITE_FLOAT: return sqlite3_column_double(statement, index).databaseValue
    case SQLITE_TEXT:
      let text = sqlite3_column_text(statement, index)
      let octets = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, index)))
      return String(decoding: octets, as: UTF8.self).databaseValue
    case SQLITE_BLOB:
      let octets = sqlite3_column_blob(statement, index)
      let buffer = UnsafeRawBufferPointer(start: octets, count: Int(sqlite3_column_bytes(statement, index)))
      return Data(buffer).databaseValue
    default: return .null
    }
  }
}
