import AuditLog
import Foundation
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing

@Suite("Lanes in the SQLite store", .timeLimit(.minutes(2)))
struct LaneRowsTests {
  private let path: String

  init() throws { path = try temporaryFolder().appendingPathComponent("store.sqlite").path }

  private func open() throws -> SQLiteFileStore {
    try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
  }

  private func append(_ store: SQLiteFileStore, _ count: Int = 1) async throws {
    for _ in 0..<count { try await store.write { try $0.append(AuditEvent(.keyMade, partner: "p", [])) } }
  }

  /// With the MACs of their rows.
  private func lanes(_ store: SQLiteFileStore) async throws -> [Lane] {
    try await SQLiteLog(store).pendingEntries(after: 0, limit: 1, allLanes: true).lanes
  }

  private func sql(_ statement: String) async throws -> String {
    try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statement]).output
  }

  private func verified() async throws -> [Lane] {
    let verifier = Mutex(LaneVerifier())
    let lanes = try await SQLiteLogFile.readAudit(path: path) { entry, position in
      _ = try verifier.withLock { try $0.accept(entry, at: position) }
    }
    try verifier.withLock { try $0.finish(lanes) }
    return lanes
  }

  @Test("each process has a lane of its own, also while both write; the row of each has its MAC")
  func twoProcesses() async throws {
    let (one, other) = (try open(), try open())
    try await append(one, 2)
    try await append(other, 3)
    try await append(one)
    #expect(try await verified().map(\.count).sorted() == [3, 3])
    #expect(try await lanes(one).count == 2)
    _ = try await sql("UPDATE audit_lane SET row_mac = zeroblob(32)")
    await #expect(throws: StoreError.self) { try await lanes(one) }
  }

  @Test(
    "a log that is edited, cut off or put back under a running gateway stops it at the next entry",
    arguments: [
      "UPDATE audit_lane SET count = count - 1",
      "DELETE FROM audit_lane",
      "DELETE FROM audit_entry WHERE position > 2; UPDATE audit_lane SET (count, last, sums, row_mac) = (SELECT count, last, sums, row_mac FROM kept)",
    ])
  func putBack(_ edit: String) async throws {
    let store = try open()
    try await append(store, 2)
    _ = try await sql("CREATE TABLE kept AS SELECT * FROM audit_lane")
    try await append(store, 2)
    try await store.checkReadiness()
    _ = try await sql(edit)
    let error = await #expect(throws: StoreError.self) { try await append(store) }
    guard case .edited(let row)? = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(row.table == "audit_lane")
    await #expect(throws: StoreError.self) { try await store.checkReadiness() }
  }

  @Test("a body that fails leaves no entry, and the lane goes on where it was")
  func undone() async throws {
    struct Deliberate: Error {}
    let store = try open()
    try await append(store)
    await #expect(throws: Deliberate.self) {
      try await store.write {
        try $0.append(AuditEvent(.keyMade, []))
        throw Deliberate()
      }
    }
    try await append(store)
    #expect(try await verified().map(\.count) == [2])
  }

  @Test("the partner is in the header as 32 octets that differ by the device, and not by its name")
  func partners() async throws {
    try await append(try open())
    let other = try temporaryFolder().appendingPathComponent("other.sqlite").path
    let store = try SQLiteFileStore(
      path: other, mayCreate: true, rowMACs: RowMACs(secret: Array(repeating: 9, count: 32)), rowChecks: .none)
    try await append(store)
    let found = Mutex<[[UInt8]]>([])
    for path in [path, other] {
      _ = try await SQLiteLogFile.readAudit(path: path) { entry, _ in
        found.withLock { $0.append(EntryHeader(octets: entry.header)?.partner ?? []) }
      }
    }
    let digests = found.withLock(\.self)
    #expect(digests.map(\.count) == [32, 32] && digests[0] != digests[1])
  }

  @Test("the log of a build before lanes is read as it is, and becomes lane 0 when the file is opened")
  func laneZero() async throws {
    try open().close()
    let first = #"{"kind":"key.made","prev":"\#(String(repeating: "0", count: 64))","seq":1,"time":100}"#
    let leaf = AuditEntry(header: Array(first.utf8), salt: [], payload: nil).leaf
    let second = #"{"kind":"key.made","prev":"\#(hex(leaf))","seq":2,"time":200}"#
    let last = AuditEntry(header: Array(second.utf8), salt: [], payload: nil).leaf
    _ = try await sql(
      """
      DROP TABLE audit_entry; DROP TABLE audit_lane; DROP TABLE audit_progress; DROP TABLE audit_tile;
      DROP TABLE audit_tree; DROP TABLE invitation; DROP TABLE audit_cosignature; DROP TABLE slots;
      DROP TABLE audit_stamp;
      DROP TABLE operator; DROP TABLE partner; DROP TABLE partner_client; DROP TABLE change; DROP TABLE registry_state;
      DROP TABLE signer; DROP TABLE signer_key; DROP TABLE recorded_call;
      DROP INDEX factor_state_failing; DROP INDEX throttle_waiting; DROP TABLE receipt_index;
      ALTER TABLE operation DROP COLUMN slots;
      CREATE TABLE slot (activation BLOB, number INTEGER, state INTEGER, operation TEXT);
      DELETE FROM grdb_migrations WHERE identifier > '0001';
      CREATE TABLE audit (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL);
      CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL, hash BLOB NOT NULL);
      INSERT INTO audit VALUES (1, CAST('\(first)' AS BLOB), x'\(hex(leaf))'), (2, CAST('\(second)' AS BLOB), x'\(hex(last))');
      INSERT INTO audit_head VALUES (1, 2, x'\(hex(last))');
      """)
    let zero = Lane(id: 0, instance: "", count: 2, last: last)
    #expect(try await verified() == [zero])
    let store = try open()
    try await append(store)
    #expect(try await lanes(store).first == zero)
    // After them the log says that the sums of rows began.
    #expect(try await verified().map(\.count) == [2, 2])
    let listed = try await run(
      "/usr/bin/sqlite3", [path, "SELECT CAST(substr(header, 11, 12) AS TEXT) FROM audit_entry WHERE position = 3"])
    #expect(listed.output.contains("rows.adopted"))
  }

  private func hex(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
