import AuditLog
import Crypto
import SQLiteStore
import TestSupport
import Testing
import TransparencyLog

/// Acts of who reads the audit log.
extension SchemaAct {
  private static let key = P256.Signing.PrivateKey()

  private static let tables = ["audit_entry", "audit_lane", "audit_progress", "audit_tile", "audit_tree"]

  static let log: [SchemaAct] = tables.map { table in
    SchemaAct(table, "find the log whole") { fixture in
      _ = try await credentials(fixture)
      try await sequence(fixture)
      return Ready(row: row(of: table)) { try await isWhole($0) }
    }
  }

  private static func row(of table: String) -> String {
    switch table {
    case "audit_entry": "position = 2"
    case "audit_tile": "level = 0"
    case "audit_tree": "one = 1"
    default: "lane > 0"
    }
  }

  /// Has all entries put into the tree.
  private static func sequence(_ fixture: GatewayFixture) async throws {
    let store = try #require(fixture.signing.store as? SQLiteFileStore)
    let publicKey = Array(key.publicKey.derRepresentation)
    let environment = Sequencer.Environment(
      origin: "example.com/log",
      key: try NoteKey(name: "example.com/log", kind: .ecdsaP256, publicKey: publicKey),
      sign: { Array(try key.signature(for: $0).derRepresentation) }, milliseconds: { 5 })
    let sequencer = try await Sequencer(store, environment)
    // The first step compares all lanes.
    while try await sequencer.step() > 0 {}
  }

  /// For a reader of the file alone, and for the next gateway, which knows the MACs.
  private static func isWhole(_ fixture: GatewayFixture) async throws -> Bool {
    let publicKey = Array(key.publicKey.derRepresentation)
    let inspection = try LogInspection(key: NoteKey(name: "example.com/log", kind: .ecdsaP256, publicKey: publicKey))
    let result = try inspection.finish(try await SQLiteFileStore.readLog(path: fixture.path, inspection.readers))
    guard result.entries > 0, result.inTree == UInt64(result.entries) else { return false }
    try await sequence(fixture)
    return true
  }
}
