internal import GRDB
internal import SoleControl

// Reading and writing rows of sealed tables. Conditions are SQL after `WHERE`, with what may follow.

extension Snapshot {
  /// The first row that the condition finds.
  ///
  /// - Parameter more: further result columns, each after a comma; they stand behind the seal.
  /// - Throws: `StoreError.edited` if it is not as a gateway wrote it.
  func one(
    _ table: SealedTable, _ condition: String, _ values: [(any DatabaseValueConvertible)?], more: String = ""
  ) throws -> Row? {
    guard let row = try one(table.selection + more + table.source + "WHERE " + condition, values) else { return nil }
    guard table.fits(row) else { throw found(row, table) }
    return row
  }

  /// Rows of which each has to be right, such as those that are counted.
  ///
  /// - Throws: `StoreError.edited` if one is not.
  func all(
    _ table: SealedTable, _ condition: String, _ values: [(any DatabaseValueConvertible)?]
  ) throws -> [Row] {
    let rows = try all(table.selection + table.source + "WHERE " + condition, values)
    for row in rows where !table.fits(row) { throw found(row, table) }
    return rows
  }

  /// Rows of which each stands for itself: one that was edited is told of and left out, so that it stops none of the
  /// others.
  func fitting(
    _ table: SealedTable, _ condition: String, _ values: [(any DatabaseValueConvertible)?], limit: Int = .max
  ) throws -> [Row] {
    guard !SQLText.holdsNull(values) else { return [] }
    let cursor = try Row.fetchCursor(
      db.cachedStatement(sql: table.selection + table.source + "WHERE " + condition),
      arguments: StatementArguments(values))
    var rows: [Row] = []
    while rows.count < limit, let row = try cursor.next()?.copy() {
      if table.fits(row) { rows.append(row) } else { _ = found(row, table) }
    }
    return rows
  }

  /// Tells of an edited row.
  func found(_ row: Row, _ table: SealedTable) -> StoreError {
    let edited = table.edited(row)
    tables.findings.found(edited, mark: table.code(of: row.databaseValues))
    return .edited(edited)
  }
}

extension Transaction {
  /// What to do if there is a row of the same key.
  enum Conflict: String {
    case fail = ""
    case replace = "OR REPLACE "
    case ignore = "OR IGNORE "
  }

  /// Adds a row with its seal.
  ///
  /// - Parameter values: in the order of the table's columns.
  func insert(
    _ table: SealedTable, _ values: [(any DatabaseValueConvertible)?], or conflict: Conflict = .fail
  ) throws {
    let code = Self.data(table.code(of: values.map { $0?.databaseValue ?? .null }))
    let insertion = "INSERT \(conflict.rawValue)" + table.insertion
    guard let sealInsertion = table.sealInsertion else { return try execute(insertion, values + [code]) }
    try execute(insertion, values)
    guard conflict != .ignore || db.changesCount > 0 else { return }
    try execute(sealInsertion, values.prefix(table.keyLength) + [code])
  }

  /// Changes columns of a row that was read, and seals it anew.
  ///
  /// - Parameter row: as `one` or `fitting` gave it in this transaction.
  func change(
    _ table: SealedTable, _ row: Row, _ changes: KeyValuePairs<String, (any DatabaseValueConvertible)?>
  ) throws {
    var values = Array(Array(row.databaseValues).prefix(table.columns.count))
    for (column, value) in changes {
      guard let index = table.columns.firstIndex(of: column), index >= table.keyLength else { throw StoreError.corrupt }
      values[index] = value?.databaseValue ?? .null
    }
    let code = Self.data(table.code(of: values))
    let key = values.prefix(table.keyLength).map { $0 as (any DatabaseValueConvertible)? }
    let columns = changes.map { "\($0.key) = ?" }
    guard let sealInsertion = table.sealInsertion else {
      let all = (columns + ["\(SealedTable.sealColumn) = ?"]).joined(separator: ", ")
      return try execute(
        "UPDATE \(table.name) SET \(all)" + table.keyCondition, changes.map(\.value) + [code] + key)
    }
    try execute(
      "UPDATE \(table.name) SET " + columns.joined(separator: ", ") + table.keyCondition, changes.map(\.value) + key)
    try execute(sealInsertion, key + [code])
  }
}
