internal import AuditLog
internal import SoleControl
internal import WireJSON

// The store as those see it who have all rows looked at.

extension SQLiteFileStore {
  public func checkRows() async throws { try await writer.watch.look() }

  public func refuseChanges(because reason: String) {
    writer.watch.refuse(because: EditedRow(table: "the whole database", key: reason))
  }

  public func acceptRows() async throws -> [String] {
    try await write { transaction in
      let strange = try transaction.schemaDifferences()
      guard strange.isEmpty else { throw Self.unacceptable("another schema than a gateway makes", strange) }
      // Their number and their end stay what they are, which the log's verification looks at.
      let lanes = try transaction.editedLanes()
      let table = transaction.tables.log.lane
      for lane in lanes {
        try transaction.insert(
          table, [lane.id, lane.instance, lane.count, Transaction.data(lane.last), Transaction.data([])], or: .replace)
      }
      let scan = try transaction.scanRows()
      guard scan.hidden.isEmpty else { throw Self.unacceptable("rows that are not found by their keys", scan.hidden) }
      for table in scan.found.tables(unlike: scan.expected) {
        try transaction.recorder.add(scan.found[table], to: table, in: transaction)
        try transaction.recorder.add(-scan.expected[table], to: table, in: transaction)
      }
      let differing = (lanes.isEmpty ? [] : [table.name]) + scan.differing
      guard !differing.isEmpty else { return [] }
      try transaction.append(AuditEvent(.rowsAccepted, [("tables", .array(differing.map { .string($0) }))]))
      return differing
    }
  }

  private static func unacceptable(_ what: String, _ names: [String]) -> StoreOpenError {
    StoreOpenError(
      description: """
        the database has \(what): \(names.joined(separator: " ")). It cannot be gone on with; put back one that is right
        """)
  }
}
