internal import GRDB
internal import SoleControl

// Reading and writing rows of protected tables. Conditions are SQL after `WHERE`, with what may follow.

extension SQLiteReader {
  /// The first row that the condition finds.
  ///
  /// - Parameter more: further result columns, each after a comma; they stand behind the MAC.
  /// - Throws: `StoreError.edited` if it is not as a gateway wrote it.
  func one(
    _ table: ProtectedTable, _ condition: String, _ values: [(any DatabaseValueConvertible)?], more: String = ""
  ) throws -> StoredRow? {
    guard let values = SQLText.values(values) else { return nil }
    var found: StoredRow?
    try db.run(table.selection + more + table.source + "WHERE " + condition, values) {
      found = StoredRow($0, columns: more.isEmpty ? table.resultColumns : nil)
      return false
    }
    guard let row = found else { return nil }
    guard table.fits(row) else { throw edited(row, table) }
    return row
  }

  /// Rows of which each has to be right, such as those that are counted.
  ///
  /// - Throws: `StoreError.edited` if one is not.
  func all(
    _ table: ProtectedTable, _ condition: String, _ values: [(any DatabaseValueConvertible)?]
  ) throws -> [StoredRow] {
    guard let values = SQLText.values(values) else { return [] }
    var rows: [StoredRow] = []
    try db.run(table.selection + table.source + "WHERE " + condition, values) {
      let row = StoredRow($0, columns: table.resultColumns)
      guard table.fits(row) else { throw edited(row, table) }
      rows.append(row)
      return true
    }
    return rows
  }

  /// Rows of which each stands for itself: one that was edited is told of and left out, so that it stops none of the
  /// others.
  func fitting(
    _ table: ProtectedTable, _ condition: String, _ values: [(any DatabaseValueConvertible)?], limit: Int = .max
  ) throws -> [StoredRow] {
    guard limit > 0, let values = SQLText.values(values) else { return [] }
    var rows: [StoredRow] = []
    try db.run(table.selection + table.source + "WHERE " + condition, values) { statement in
      let row = StoredRow(statement, columns: table.resultColumns)
      if table.fits(row) { rows.append(row) } else { _ = edited(row, table) }
      return rows.count < limit
    }
    return rows
  }

  /// Tells of an edited row.
  func edited(_ row: StoredRow, _ table: ProtectedTable) -> StoreError {
    let edited = table.edited(row)
    tables.findings.found(edited, mark: table.code(of: row.values))
    return .edited(edited)
  }
}

/// Handling of a row whose key is there already.
enum Conflict: String {
  case fail = ""
  case replace = "OR REPLACE "
  case ignore = "OR IGNORE "
}

extension SQLiteWriter {
  /// Adds a row with its MAC.
  ///
  /// - Parameter values: in the order of the table's columns.
  func insert(
    _ table: ProtectedTable, _ values: [(any DatabaseValueConvertible)?], or conflict: Conflict = .fail
  ) throws {
    let code = Self.data(table.code(of: values.map { $0?.databaseValue ?? .null }))
    let insertion = "INSERT \(conflict.rawValue)" + table.insertion
    guard let macInsertion = table.macInsertion else { return try execute(insertion, values + [code]) }
    try execute(insertion, values)
    guard conflict != .ignore || db.changesCount > 0 else { return }
    try execute(macInsertion, values.prefix(table.keyLength) + [code])
  }

  /// Changes columns of a row that was read, and makes its MAC again.
  ///
  /// - Parameter row: as `one` or `fitting` gave it in this transaction.
  func change(
    _ table: ProtectedTable, _ row: StoredRow, _ changes: KeyValuePairs<String, (any DatabaseValueConvertible)?>
  ) throws {
    var values = Array(row.values.prefix(table.columns.count))
    for (column, value) in changes {
      guard let index = table.columns.firstIndex(of: column), index >= table.keyLength else { throw StoreError.corrupt }
      values[index] = value?.databaseValue ?? .null
    }
    let code = Self.data(table.code(of: values))
    let key = values.prefix(table.keyLength).map { $0 as (any DatabaseValueConvertible)? }
    let columns = changes.map { "\($0.key) = ?" }
    guard let macInsertion = table.macInsertion else {
      let all = (columns + ["\(ProtectedTable.macColumn) = ?"]).joined(separator: ", ")
      return try execute(
        "UPDATE \(table.name) SET \(all)" + table.keyCondition, changes.map(\.value) + [code] + key)
    }
    try execute(
      "UPDATE \(table.name) SET " + columns.joined(separator: ", ") + table.keyCondition, changes.map(\.value) + key)
    try execute(macInsertion, key + [code])
  }
}
