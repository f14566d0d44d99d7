internal import AuditLog
internal import GRDB
internal import SoleControl

// All rows, held against the sums that the processes keep which wrote them.

/// The result of a look at all rows.
struct RowScan: Sendable {
  /// Names of the tables that have rows which were put back or added, or lack some; of tables whose rows are not found
  /// by their keys; and of what the schema has otherwise than a gateway makes it.
  let differing: [String]
  /// Those of them that have rows which are not found by their keys.
  let hidden: [String]
  let expected, found: RowSums
  /// Those that are as a process wrote them.
  let lanes: [Int64: LaneMark]

  var isWhole: Bool { differing.isEmpty }

  /// As it is told to an operator and to the log.
  var finding: EditedRow { EditedRow(tables: differing) }
}

/// Tables whose rows a MAC of the device proves, which a process cannot make by itself. The MAC stands for the text.
enum DeviceTable: String, CaseIterable {
  case credential, certificate_subject

  /// Columns, of which the first is the key, and the last the MAC.
  var columns: [String] {
    switch self {
    case .credential: ["id", "signer", "mac"]
    case .certificate_subject: ["signer", "mac"]
    }
  }

  /// Names a row among all rows that the table ever has.
  static func name(of row: StoredRow) -> [UInt8] { ProtectedTable.octets(of: row.values) }
}

extension SQLiteReader {
  /// Reads every row that is summed.
  ///
  /// - Parameter goesOn: asked now and then; the look ends if it says no.
  /// - Throws: `CancellationError` then.
  func scanRows(while goesOn: () -> Bool = { true }) throws -> RowScan {
    let lanes = try sumsOfLanes()
    var differing = try schemaDifferences()
    // A table must be what the schema says before its rows are read by it.
    guard differing.isEmpty else {
      return RowScan(differing: differing, hidden: [], expected: lanes.sums, found: .none, lanes: lanes.marks)
    }
    if lanes.isEdited { differing.append(tables.log.lane.name) }
    let found = try sumsOfRows(while: goesOn)
    let unequal = found.tables(unlike: lanes.sums)
    let summed = tables.summed.map(\.name) + DeviceTable.allCases.map(\.rawValue)
    let hidden = try summed.filter { table in
      guard goesOn(), !unequal.contains(table) else { return false }
      return try hidesRows(table)
    }
    return RowScan(
      differing: differing + unequal + hidden, hidden: hidden, expected: lanes.sums, found: found, lanes: lanes.marks)
  }

  /// The sums of the rows that there are.
  func sumsOfRows(while goesOn: () -> Bool = { true }) throws -> RowSums {
    var found = RowSums.none
    // A migration may not have made all tables yet.
    for table in tables.summed where try db.tableExists(table.name) {
      var sum = RowSum.zero
      try eachRow(table.selection + " FROM \(table.name) NOT INDEXED", while: goesOn) {
        let row = StoredRow($0, columns: table.resultColumns)
        // One that does not fit is no row of ours; where it is used it is told of.
        if table.fits(row), let element = RowSum(tables.sumKeys.element(of: table.mac(of: row))) { sum += element }
      }
      found[table.name] = sum
    }
    for table in DeviceTable.allCases {
      var sum = RowSum.zero
      try eachRow(
        "SELECT \(table.columns.joined(separator: ", ")) FROM \(table.rawValue) NOT INDEXED", while: goesOn
      ) {
        if let element = RowSum(tables.sumKeys.element(of: DeviceTable.name(of: StoredRow($0)))) { sum += element }
      }
      found[table.rawValue] = sum
    }
    return found
  }

  private func eachRow(_ sql: String, while goesOn: () -> Bool, _ body: (OpaquePointer) -> Void) throws {
    var count = 0
    try db.run(sql, []) {
      body($0)
      count += 1
      if count.isMultiple(of: 1000), !goesOn() { throw CancellationError() }
      return true
    }
  }

  /// Whether a table has rows that are not found by their keys: a table or an index in another order than the schema
  /// says, or an index that lacks rows.
  private func hidesRows(_ table: String) throws -> Bool {
    try all("PRAGMA integrity_check(\(table))", []).contains { row in
      let text = String.fromDatabaseValue(row.values[0]) ?? ""
      // A value of another kind than the column's is in a row that no MAC fits.
      return text != "ok" && !text.contains(" value in ")
    }
  }

  /// The sum of all that processes have added and taken away.
  private func sumsOfLanes() throws -> (sums: RowSums, marks: [Int64: LaneMark], isEdited: Bool) {
    var (sums, marks, isEdited) = (RowSums.none, [Int64: LaneMark](), false)
    try eachLane { row, own in
      guard let own else {
        _ = edited(row, tables.log.lane)
        isEdited = true
        return
      }
      let number = LaneState.number(ofSealed: row.octets(4))
      marks[try Lane(row).id] = LaneMark(number: number, mac: tables.log.lane.mac(of: row))
      sums += own
    }
    return (sums, marks, isEdited)
  }

  /// Lanes whose rows are not as a process wrote them, or whose sums cannot be read.
  func editedLanes() throws -> [Lane] {
    var edited: [Lane] = []
    try eachLane { row, own in if own == nil { edited.append(try Lane(row)) } }
    return edited
  }

  /// Hands over each lane with what its process has added and taken away: nil if the row is not as a process wrote it,
  /// or the sums in it cannot be read.
  private func eachLane(_ body: (StoredRow, RowSums?) throws -> Void) throws {
    let table = tables.log.lane
    try db.run(table.selection + table.source, []) {
      let row = StoredRow($0, columns: table.resultColumns)
      try body(row, table.fits(row) ? sums(ofLane: row) : nil)
      return true
    }
  }

  private func sums(ofLane row: StoredRow) throws -> RowSums? {
    let (lane, sealed) = (try Lane(row), row.octets(4))
    guard !sealed.isEmpty else { return RowSums.none }
    return (try? tables.sumKeys.box(of: lane.id).open(sealed)).flatMap { RowSums($0) }
  }

  /// Names of what the schema has that no gateway made, or has otherwise. Tables of somebody else's are left alone.
  func schemaDifferences() throws -> [String] {
    let own = try schema()
    let right = Schema.made
    let missing = right.keys.filter { own[$0] != right[$0] }
    let others = own.filter { name, object in
      guard right[name] == nil else { return false }
      return object.kind != "table" && (object.kind != "index" || right[object.table] != nil)
    }.keys
    return (missing + others).sorted()
  }

  /// Objects of the schema by their names.
  func schema() throws -> [String: SchemaObject] {
    var objects: [String: SchemaObject] = [:]
    try db.run("SELECT name, type, tbl_name, sql FROM sqlite_schema", []) {
      let texts = StoredRow($0).values.map { String.fromDatabaseValue($0) ?? "" }
      objects[texts[0]] = SchemaObject(kind: texts[1], table: texts[2], sql: texts[3])
      return true
    }
    return objects
  }
}

/// A table, an index, a trigger or a view.
struct SchemaObject: Equatable, Sendable {
  let kind, table, sql: String
}
