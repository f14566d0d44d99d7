import AuditLog
import Foundation
import OAuth
import SQLiteStore
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("Rows that were put back", .timeLimit(.minutes(2)))
struct RowsPutBackTests {
  private let path: String
  private let store: SQLiteFileStore

  init() throws {
    path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    store = try Self.open(path)
  }

  private static func open(_ path: String, _ checks: RowChecks = .all) throws -> SQLiteFileStore {
    try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: checks)
  }

  private func sql(_ statements: String) async throws {
    let result = try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statements])
    #expect(result.status == 0, "\(result.output)")
  }

  private func tries(_ failures: Int, _ store: SQLiteFileStore) async throws {
    try await store.write { try $0.put(FactorState(failures: failures, lastStep: 0), .pin, of: CredentialID("c")) }
  }

  /// The tables that a gateway names before it changes another row.
  private func found(_ store: SQLiteFileStore) async throws -> String? {
    do {
      try await store.writeOAuth {
        try $0.put(TokenRecord(digest: [9], kind: .access, partner: "p", signer: "s", grant: "g", expires: 99))
      }
      return nil
    } catch StoreError.edited(let row) { return row.table }
  }

  @Test(
    "whatever is put back, removed or added under a running gateway, it changes nothing any more until that is undone",
    arguments: [
      ("an older row", "UPDATE factor_state SET (failures, row_mac) = (SELECT failures, row_mac FROM kept)"),
      ("no row", "DELETE FROM factor_state"),
      ("an old row again", "INSERT INTO factor_state SELECT 'd', factor, failures, last_step, row_mac FROM kept"),
    ])
  func running(_ what: String, _ edit: String) async throws {
    try await tries(3, store)
    try await sql("CREATE TABLE kept AS SELECT * FROM factor_state")
    try await tries(4, store)
    #expect(try await found(store) == nil, "a table of somebody else's is no row of ours")
    try await store.checkRows()
    try await sql("CREATE TABLE newest AS SELECT * FROM factor_state")
    try await sql(edit)
    // A row that no MAC fits is none; it is refused where it is used.
    let expected = what == "an old row again" ? nil : "factor_state"
    #expect(try await found(store) == expected, "\(what)")
    guard expected != nil else { return }
    await #expect(throws: StoreError.self) { try await store.checkReadiness() }
    await #expect(throws: StoreError.self) { try await store.checkRows() }
    #expect(throws: StoreOpenError.self) { try Self.open(path) }
    try await sql("DELETE FROM factor_state; INSERT INTO factor_state SELECT * FROM newest")
    try await store.checkRows()
    #expect(try await found(store) == nil)
    try await store.checkReadiness()
  }

  @Test("a process that has ended, too: its rows are held against its lane, and the lane against the log")
  func stopped() async throws {
    try await tries(3, store)
    try await sql("CREATE TABLE kept AS SELECT * FROM factor_state; CREATE TABLE lanes AS SELECT * FROM audit_lane")
    try await tries(4, store)
    try await store.write { try $0.append(AuditEvent(.keyMade, [])) }
    try store.close()
    try Self.open(path).close()
    try await sql("DELETE FROM factor_state; INSERT INTO factor_state SELECT * FROM kept")
    let error = #expect(throws: StoreOpenError.self) { try Self.open(path) }
    #expect(error?.description.contains("factor_state") == true && error?.description.contains("accept-rows") == true)
    // With the lane's row of then as well, the rows fit; the entries do not.
    try await sql(
      "DELETE FROM audit_lane WHERE lane IN (SELECT lane FROM lanes); INSERT INTO audit_lane SELECT * FROM lanes")
    try Self.open(path).close()
    let verifier = LaneCheck()
    await #expect(throws: LaneVerifier.Finding.self) { try await verifier.check(path) }
  }

  @Test("another gateway, and a command of the operator, write next to it, and nobody takes it for an edit")
  func others() async throws {
    let other = try Self.open(path)
    for number in 1...3 {
      try await tries(number, other)
      #expect(try await found(store) == nil)
      try await store.checkRows()
      try await tries(number + 1, store)
      try await other.renewLease()
      #expect(try await found(other) == nil)
    }
    try other.close()
    #expect(try await found(store) == nil)
    try await store.checkRows()
  }

  @Test("an edit that another gateway's commit follows is found when all rows are looked at")
  func hidden() async throws {
    try await tries(3, store)
    let other = try Self.open(path, .none)
    try await sql("DELETE FROM factor_state")
    try await other.write { try $0.append(AuditEvent(.keyMade, [])) }
    #expect(try await found(store) == nil)
    await #expect(throws: StoreError.self) { try await store.checkRows() }
    #expect(try await found(store) == "factor_state")
  }

  @Test("the operator takes the rows as they are: the log says so, and a running gateway goes on")
  func accepted() async throws {
    try await tries(3, store)
    try await sql("DELETE FROM factor_state")
    #expect(try await found(store) == "factor_state")
    let command = try Self.open(path, .none)
    #expect(try await command.acceptRows() == ["factor_state"])
    #expect(try await command.acceptRows() == [])
    try command.close()
    try await eventually { (try? await store.checkRows()) != nil }
    #expect(try await found(store) == nil)
    try Self.open(path).close()
    let entries = LaneCheck()
    #expect(try await entries.check(path).contains("rows.accepted"))
  }

  @Test("a trigger in the file is none of ours")
  func triggers() async throws {
    try await tries(3, store)
    try await sql("CREATE TRIGGER t AFTER UPDATE ON factor_state BEGIN UPDATE factor_state SET failures = 0; END")
    #expect(try await found(store) == "t")
  }

  @Test("bodies that fail count for nothing, and a replaced or removed row counts as it was")
  func undone() async throws {
    struct Deliberate: Error {}
    let credential = CredentialID("c")
    for _ in 0..<2 {
      await #expect(throws: Deliberate.self) {
        try await store.write {
          try $0.put(FactorState(failures: 9, lastStep: 0), .pin, of: credential)
          throw Deliberate()
        }
      }
      try await tries(1, store)
      try await tries(2, store)
      #expect(try await store.write { try $0.use(once: [1], until: 5) })
      try await store.write { try $0.removeUsed(until: 6) }
    }
    try await store.checkRows()
    try store.close()
    try Self.open(path).close()
  }
}

/// Holds entries against their lanes.
private final class LaneCheck: Sendable {
  /// Kinds of the entries.
  func check(_ path: String) async throws -> [String] {
    let reader = Reader()
    let lanes = try await SQLiteLogFile.readAudit(path: path) { try reader.accept($0, $1) }
    return try reader.finish(lanes)
  }

  /// `@unchecked`: used by one thread at a time.
  private final class Reader: @unchecked Sendable {
    private var verifier = LaneVerifier()
    private var kinds: [String] = []

    func accept(_ entry: AuditEntry, _ position: Int64) throws {
      try verifier.accept(entry, at: position)
      kinds.append(EntryHeader(octets: entry.header)?.kind ?? "")
    }

    func finish(_ lanes: [Lane]) throws -> [String] {
      try verifier.finish(lanes)
      return kinds
    }
  }
}
