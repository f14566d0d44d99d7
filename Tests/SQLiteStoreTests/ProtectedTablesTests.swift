import SoleControl
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("Tables", .timeLimit(.minutes(1)))
struct ProtectedTablesTests {
  /// Tables whose rows have no MAC of their own, each with what is instead.
  private static let others = [
    "account_mac": "has the MACs of `account`",
    "audit_entry": "the tree proves its rows",
    "audit_tile": "the tree's own",
    "receipt_index": "says where to look in the tree",
    "readiness": "has nothing to read",
    "instance_lease": "what the threat model says of leases",
    "grdb_migrations": "a wrong one makes a schema that differs",
  ]

  @Test("each table is in the sums, is the log's, is proved by the device, or stands here with a reason")
  func all() {
    let tables = ProtectedTables(.test)
    let names = [
      tables.summed.map(\.name), tables.ofLog.map(\.name), DeviceTable.allCases.map(\.rawValue),
      Array(Self.others.keys),
    ].flatMap(\.self)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(Schema.made.filter { $0.value.kind == "table" }.keys))
    #expect(tables.summed.allSatisfy(\.isSummed) && !tables.ofLog.contains(where: \.isSummed))
  }
}
