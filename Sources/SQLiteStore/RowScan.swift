internal import AuditLog
internal import GRDB
internal import SoleControl

// All rows, held against the sums that the processes keep which wrote them.

/// The result of a look at all rows.
struct RowScan: Sendable {
  /// Names of the tables that have rows which were put back or added, or lack some; and what the schema has that no
  /// gateway made.
  let differing: [String]
  let expected, found: RowSums

  var isWhole: Bool { differing.isEmpty }
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
  static func name(of row: StoredRow) -> [UInt8] {
    // A name has no U+0000 (`SQLText`), and the MAC is the last.
    row.values.dropLast().flatMap { (String.fromDatabaseValue($0) ?? "").utf8 + [0] } + row.octets(row.values.count - 1)
  }
}

extension SQLiteReader {
  /// Reads every row that is summed.
  ///
  /// - Throws: `StoreError.edited` if a lane's row is not as a gateway wrote it.
  func scanRows() throws -> RowScan {
    let expected = try sumsOfLanes()
    var found = RowSums.none
    for table in tables.summed {
      var sum = RowSum.zero
      try db.run(table.selection + table.source, []) {
        let row = StoredRow($0, columns: table.resultColumns)
        // One that does not fit is no row of ours; where it is used it is told of.
        if table.fits(row), let element = RowSum(tables.sumKeys.element(of: table.mac(of: row))) { sum += element }
        return true
      }
      found[table.name] = sum
    }
    for table in DeviceTable.allCases {
      var sum = RowSum.zero
      try db.run("SELECT \(table.columns.joined(separator: ", ")) FROM \(table.rawValue)", []) {
        if let element = RowSum(tables.sumKeys.element(of: DeviceTable.name(of: StoredRow($0)))) { sum += element }
        return true
      }
      found[table.rawValue] = sum
    }
    let strange = try all("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view') LIMIT 10", [])
    return RowScan(
      differing: found.tables(unlike: expected) + strange.map { String.fromDatabaseValue($0.values[0]) ?? "" },
      expected: expected, found: found)
  }

  /// The sum of all that processes have added and taken away.
  private func sumsOfLanes() throws -> RowSums {
    var sums = RowSums.none
    for row in try all(tables.auditLane, "1", []) {
      let (lane, sealed) = (try Lane(row), row.octets(4))
      guard !sealed.isEmpty else { continue }
      guard let octets = try? tables.sumKeys.box(of: lane.id).open(sealed), let own = RowSums(octets) else {
        throw edited(row, tables.auditLane)
      }
      sums += own
    }
    return sums
  }
}

extension RowScan {
  /// As it is told to an operator and to the log.
  var finding: EditedRow { EditedRow(tables: differing) }
}
