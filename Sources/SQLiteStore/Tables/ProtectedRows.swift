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

// Each change of a row is counted (`Recorder.count`): a row that is added, changed or removed in another way makes the
// sums differ.
extension SQLiteWriter {
  /// Adds a row with its MAC.
  ///
  /// - Parameter values: in the order of the table's columns.
  func insert(
    _ table: ProtectedTable, _ values: [(any DatabaseValueConvertible)?], or conflict: Conflict = .fail
  ) throws {
    guard let stored = SQLText.values(values) else { throw StoreError.unstorable }
    if table.isSummed { try checkRows() }
    let code = table.code(of: stored)
    if conflict == .replace { try countOut(table, key: stored.prefix(table.keyLength)) }
    let insertion = "INSERT \(conflict.rawValue)" + table.insertion
    if let macInsertion = table.macInsertion {
      try execute(insertion, values)
      guard conflict != .ignore || db.changesCount > 0 else { return }
      try execute(macInsertion, values.prefix(table.keyLength) + [Self.data(code)])
    } else {
      try execute(insertion, values + [Self.data(code)])
      guard conflict != .ignore || db.changesCount > 0 else { return }
    }
    try count(code, table, isAdded: true)
  }

  /// Changes columns of a row that was read, and makes its MAC again.
  ///
  /// - Parameter row: as `one` or `fitting` gave it in this transaction.
  func change(
    _ table: ProtectedTable, _ row: StoredRow, _ changes: KeyValuePairs<String, (any DatabaseValueConvertible)?>
  ) throws {
    try checkRows()
    var values = Array(row.values.prefix(table.columns.count))
    for (column, value) in changes {
      guard let index = table.columns.firstIndex(of: column), index >= table.keyLength else { throw StoreError.corrupt }
      values[index] = value?.databaseValue ?? .null
    }
    let code = table.code(of: values)
    let key = values.prefix(table.keyLength).map { $0 as (any DatabaseValueConvertible)? }
    let columns = changes.map { "\($0.key) = ?" }
    if let macInsertion = table.macInsertion {
      try execute(
        "UPDATE \(table.name) SET " + columns.joined(separator: ", ") + table.keyCondition, changes.map(\.value) + key)
      try execute(macInsertion, key + [Self.data(code)])
    } else {
      let all = (columns + ["\(ProtectedTable.macColumn) = ?"]).joined(separator: ", ")
      try execute(
        "UPDATE \(table.name) SET \(all)" + table.keyCondition, changes.map(\.value) + [Self.data(code)] + key)
    }
    try count(table.mac(of: row), table, isAdded: false)
    try count(code, table, isAdded: true)
  }

  /// Removes the rows that the condition finds.
  ///
  /// - Returns: their number.
  @discardableResult
  func remove(
    _ table: ProtectedTable, _ condition: String, _ values: [(any DatabaseValueConvertible)?]
  ) throws -> Int {
    guard let values = SQLText.values(values) else { throw StoreError.unstorable }
    try checkRows()
    var removed: [StoredRow] = []
    try db.run("DELETE" + table.source + "WHERE " + condition + " " + table.returning, values) {
      removed.append(StoredRow($0, columns: table.resultColumns))
      return true
    }
    // One that was edited was never counted as it is.
    for row in removed where table.fits(row) { try count(table.mac(of: row), table, isAdded: false) }
    return removed.count
  }

  /// Puts a row of a table whose rows the device's MACs prove, in the place of the one with the same key.
  ///
  /// - Parameters:
  ///   - content: the column that the MAC covers, and which is not in the row's name.
  ///   - values: for the columns of the table (`DeviceTable.columns`).
  func replace(
    _ table: DeviceTable, _ content: KeyValuePairs<String, [UInt8]>, _ values: [any DatabaseValueConvertible]
  ) throws {
    _ = try countOut(table, values[0])
    let columns = table.columns + content.map(\.key)
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    try execute(
      "INSERT OR REPLACE INTO \(table.rawValue) (\(columns.joined(separator: ", "))) VALUES (\(places))",
      values + content.map { Self.data($0.value) })
    let row = StoredRow(columns: table.columns, values: values.map(\.databaseValue))
    try count(DeviceTable.name(of: row), table.rawValue, isAdded: true)
  }

  /// - Returns: whether there was one.
  func remove(_ table: DeviceTable, _ key: String) throws -> Bool {
    guard try countOut(table, key) else { return false }
    try execute("DELETE FROM \(table.rawValue) WHERE \(table.columns[0]) = ?", [key])
    return true
  }

  /// - Returns: whether there is one.
  private func countOut(_ table: DeviceTable, _ key: any DatabaseValueConvertible) throws -> Bool {
    try checkRows()
    let old = try one(
      "SELECT \(table.columns.joined(separator: ", ")) FROM \(table.rawValue) WHERE \(table.columns[0]) = ?", [key])
    guard let old else { return false }
    try count(DeviceTable.name(of: old), table.rawValue, isAdded: false)
    return true
  }

  /// Takes a row out of the sums, before another one takes its place.
  private func countOut(_ table: ProtectedTable, key: some Sequence<DatabaseValue>) throws {
    // The log's own are not summed.
    guard table.isSummed else { return }
    var old: StoredRow?
    try db.run(table.selection + table.source + table.keyCondition, Array(key)) {
      old = StoredRow($0, columns: table.resultColumns)
      return false
    }
    if let old, table.fits(old) { try count(table.mac(of: old), table, isAdded: false) }
  }

  private func count(_ mac: [UInt8], _ table: ProtectedTable, isAdded: Bool) throws {
    if table.isSummed { try count(mac, table.name, isAdded: isAdded) }
  }
}
