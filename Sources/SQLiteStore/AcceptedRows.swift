internal import AuditLog
internal import SoleControl
internal import WireJSON

extension SQLiteFileStore {
  public func acceptRows() async throws -> [String] {
    try await write { transaction in
      let scan = try transaction.scanRows()
      guard !scan.isWhole else { return [] }
      for table in scan.found.tables(unlike: scan.expected) {
        try transaction.recorder.add(scan.found[table], to: table, in: transaction)
        try transaction.recorder.add(-scan.expected[table], to: table, in: transaction)
      }
      try transaction.append(AuditEvent(.rowsAccepted, [("tables", .array(scan.differing.map { .string($0) }))]))
      return scan.differing
    }
  }
}
