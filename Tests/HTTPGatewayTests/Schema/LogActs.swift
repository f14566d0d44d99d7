import AuditLog
import Crypto
import SQLiteStore
import TestSupport
import Testing
import TransparencyLog
import WireJSON

/// Acts of who reads the audit log.
extension SchemaAct {
  private static let key = P256.Signing.PrivateKey()

  private static let tables = [
    "audit_entry", "audit_lane", "audit_progress", "audit_tile", "audit_tree", "audit_cosignature", "audit_stamp",
  ]

  static let log: [SchemaAct] =
    whole + [
      SchemaAct("receipt_index", "make a receipt") { fixture in
        let (mine, sad) = try await authorized(fixture)
        let digest = [UInt8](repeating: 1, count: 32)
        _ = try await fixture.signing.sign(mine, sad, [digest])
        try await sequence(fixture)
        let watch = try Self.watch(fixture)
        let indexer = ReceiptIndexer(watch, isWanted: true)
        try await indexer.keep()
        let entries = try await watch.entries(after: 0, limit: 1000)
        let made = try #require(entries.last { $0.entry.object?["kind"] == "signature.made" })
        let operation = try #require(made.entry.object?["operation"]?.string)
        let name = EntryName.operation(operation).value
        return Ready(row: "name = \(name) AND position = \(made.position)") { fixture in
          let maker = try ReceiptMaker(
            try Self.logStore(fixture), try Self.watch(fixture),
            ReceiptIndexer(try Self.watch(fixture), isWanted: true), key: noteKey())
          guard case .receipt = try await maker.receipt(operation: operation, isOf: { _ in true }) else { return false }
          return true
        }
      }
    ]

  private static func watch(_ fixture: GatewayFixture) throws -> SQLiteWatch {
    SQLiteWatch(try #require(fixture.signing.store as? SQLiteFileStore))
  }

  private static func logStore(_ fixture: GatewayFixture) throws -> SQLiteLog {
    SQLiteLog(try #require(fixture.signing.store as? SQLiteFileStore))
  }

  private static func noteKey() throws -> NoteKey {
    try NoteKey(name: "example.com/log", kind: .ecdsaP256, publicKey: Array(key.publicKey.derRepresentation))
  }

  private static let whole: [SchemaAct] = tables.map { table in
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
    case "audit_stamp": "day = 0"
    case "audit_cosignature": "witness <> ''"
    default: "lane > 0"
    }
  }

  /// Has all entries put into the tree.
  private static func sequence(_ fixture: GatewayFixture) async throws {
    let log = try logStore(fixture)
    let publicKey = Array(key.publicKey.derRepresentation)
    let environment = Sequencer.Environment(
      origin: "example.com/log",
      key: try NoteKey(name: "example.com/log", kind: .ecdsaP256, publicKey: publicKey),
      sign: { Array(try key.signature(for: $0).derRepresentation) }, milliseconds: { 5 })
    let sequencer = try await Sequencer(log, environment)
    // The first step compares all lanes.
    while try await sequencer.step() > 0 {}
    // Of the day of `milliseconds`.
    _ = try await CheckpointStamper(log, now: { 0 }) { $0 }.stamp()
    guard try await log.cosignatures().isEmpty else { return }
    let round = CheckpointRound(log, length: 0, milliseconds: { 0 })
    let caller = WitnessCaller(try witnessKey(), store: log, round: round, now: { Self.now }) { try cosigned($0) }
    _ = try await caller.offer()
  }

  /// Of the witness: 2026-11-30.
  private static let now: Int64 = 1_796_000_000
  private static let witness = Curve25519.Signing.PrivateKey()

  private static func witnessKey() throws -> NoteKey {
    try NoteKey(
      name: "witness.example", kind: .cosignature, publicKey: Array(witness.publicKey.rawRepresentation))
  }

  /// The answer of a witness that believes everything.
  private static func cosigned(_ body: [UInt8]) throws -> (status: Int, body: [UInt8]) {
    let note = try SignedNote(Array(body.dropFirst("old 0\n\n".utf8.count)))
    let message = try #require(Cosignature.message(text: note.text, time: UInt64(now)))
    let signature = try #require(Cosignature(time: UInt64(now), signature: Array(try witness.signature(for: message))))
    let signed = try SignedNote(
      text: note.text, signatures: [NoteSignature(by: try witnessKey(), signature.octets)])
    return (200, Array(signed.octets.dropFirst(note.text.count + 1)))
  }

  /// For a reader of the file alone, and for the next gateway, which knows the MACs.
  private static func isWhole(_ fixture: GatewayFixture) async throws -> Bool {
    let publicKey = Array(key.publicKey.derRepresentation)
    let inspection = try LogInspection(key: NoteKey(name: "example.com/log", kind: .ecdsaP256, publicKey: publicKey))
    let result = try inspection.finish(try await SQLiteLogFile.readLog(path: fixture.path, inspection.readers))
    guard result.entries > 0, result.inTree == UInt64(result.entries) else { return false }
    // A cosignature that was edited is told of, and counts as none.
    let log = try logStore(fixture)
    guard try await log.hasStamp(of: 0) else { return false }
    guard try await log.cosignatures().map(\.witness) == [try witnessKey().vkey] else { return false }
    try await sequence(fixture)
    return true
  }
}
