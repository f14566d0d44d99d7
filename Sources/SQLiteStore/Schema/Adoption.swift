internal import AuditLog
internal import Foundation
internal import GRDB
internal import SoleControl

// Rows of builds before, which migrations write again.

extension ProtectedTable {
  /// Gives each row the MAC of the table as it is now, if it has the one that it had before some columns were added.
  ///
  /// - Parameter columns: as they were, with the primary key, in the order in which they were protected.
  fileprivate func protectAgain(_ db: Database, _ rowMACs: RowMACs, before columns: [String]) throws {
    let old = ProtectedTable(name, key: [columns[0]], Array(columns.dropFirst()), isSummed: isSummed, rowMACs)
    var kept: [DatabaseValue] = []
    try db.run(old.selection + old.source, []) {
      let row = StoredRow($0, columns: old.resultColumns)
      // An edited one stays one.
      if old.fits(row) { kept.append(row.values[0]) }
      return true
    }
    for key in kept {
      var values: [DatabaseValue] = []
      try db.run(selection + source + keyCondition, [key]) {
        values = Array(StoredRow($0, columns: resultColumns).values.prefix(self.columns.count))
        return false
      }
      try db.run(
        "UPDATE \(name) SET \(Self.macColumn) = ?" + keyCondition, [Data(code(of: values)).databaseValue, key])
    }
  }
}

/// Slots that had a row each.
enum SlotRows {
  static func adopt(_ db: Database, _ tables: ProtectedTables) throws {
    var states: [Data: [UInt8]] = [:]
    var held: [String: [Int]] = [:]
    try db.run("SELECT activation, state, operation, number FROM slot ORDER BY activation, number", []) {
      let row = StoredRow($0)
      guard let activation = Data.fromDatabaseValue(row.values[0]), let state = UInt8.fromDatabaseValue(row.values[1]),
        let number = Int.fromDatabaseValue(row.values[3])
      else { throw StoreError.corrupt }
      states[activation, default: []].append(state)
      if let operation = String.fromDatabaseValue(row.values[2]) { held[operation, default: []].append(number) }
      return true
    }
    for (activation, states) in states {
      let values: [DatabaseValue] = [activation.databaseValue, Data(states).databaseValue]
      try db.run(
        "INSERT INTO slots (activation, states, row_mac) VALUES (?, ?, ?)",
        values + [Data(tables.ledger.slots.code(of: values)).databaseValue])
    }
    for (operation, numbers) in held {
      try db.run(
        "UPDATE operation SET slots = ? WHERE id = ?",
        [Data(SlotList.encode(numbers)).databaseValue, operation.databaseValue])
    }
    try tables.ledger.operation.protectAgain(
      db, tables.rowMACs, before: ["id", "activation", "request", "instance", "state", "work", "signatures"])
    try db.execute(sql: "DROP TABLE slot")
  }
}

extension RowSums {
  /// The rows that there are become those that there have to be.
  static func adopt(_ db: Database, _ tables: ProtectedTables) throws {
    try tables.log.lane.protectAgain(db, tables.rowMACs, before: ["lane", "instance", "count", "last"])
    let found = try Snapshot(db, tables).sumsOfRows()
    guard found != .none else { return }
    let lane = Lane(id: Int64.random(in: 1...Int64.max), instance: "")
    let sealed = try tables.sumKeys.box(of: lane.id).seal(found.octets, number: 0)
    let values: [DatabaseValue] = [
      lane.id.databaseValue, lane.instance.databaseValue, lane.count.databaseValue, Data(lane.last).databaseValue,
      Data(sealed).databaseValue,
    ]
    try db.run(
      "INSERT INTO audit_lane (lane, instance, count, last, sums, row_mac) VALUES (?, ?, ?, ?, ?, ?)",
      values + [Data(tables.log.lane.code(of: values)).databaseValue])
  }
}
