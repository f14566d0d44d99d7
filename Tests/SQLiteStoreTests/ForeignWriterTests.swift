import AuditLog
import Foundation
import SQLiteStore
import SoleControl
import TestSupport
import Testing
import Vocabulary

/// Ways of someone who writes the file and does not want to be noticed.
@Suite("Writers that hide", .timeLimit(.minutes(2)))
struct ForeignWriterTests {
  private let path: String
  private let store: SQLiteFileStore

  init() async throws {
    path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    store = try Self.open(path)
    try await tries(3)
    try await sql("CREATE TABLE kept AS SELECT * FROM factor_state; CREATE TABLE lanes AS SELECT * FROM audit_lane")
    try await tries(4)
    try await other()
  }

  private static func open(_ path: String, _ checks: RowChecks = .all) throws -> SQLiteFileStore {
    try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: checks)
  }

  private func tries(_ failures: Int, of credential: String = "c") async throws {
    try await store.write {
      try $0.put(FactorState(failures: failures, lastStep: 0), .pin, of: CredentialID(credential))
    }
  }

  /// A process that writes and ends, so that there is another lane.
  private func other() async throws {
    let other = try Self.open(path)
    try await other.write { try $0.append(AuditEvent(.keyMade, [])) }
    try other.close()
    try await tries(4)
  }

  private func sql(_ statements: String) async throws {
    let result = try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statements])
    #expect(result.status == 0, "\(result.output)")
  }

  /// The tables that are named before another row is changed.
  private func found(_ store: SQLiteFileStore) async throws -> String? {
    do {
      try await store.write { try $0.put(FactorState(failures: 1, lastStep: 0), .otp, of: CredentialID("x")) }
      return nil
    } catch StoreError.edited(let row) { return row.table }
  }

  private static let putBack = "DELETE FROM factor_state; INSERT INTO factor_state SELECT * FROM kept;"

  @Test(
    "a lane that is edited as well does not make it a gateway",
    arguments: [
      "INSERT INTO audit_lane VALUES (42, '', 0, x'', x'00', x'')",
      "UPDATE audit_lane SET row_mac = zeroblob(32) WHERE lane NOT IN (SELECT lane FROM lanes)",
      "UPDATE audit_lane SET sums = zeroblob(40) WHERE lane NOT IN (SELECT lane FROM lanes)",
      "DELETE FROM audit_lane WHERE lane NOT IN (SELECT lane FROM lanes)",
    ])
  func editedLanes(_ edit: String) async throws {
    try await sql("CREATE TABLE right AS SELECT * FROM audit_lane; CREATE TABLE rows AS SELECT * FROM factor_state")
    #expect(try await found(store) == nil)
    try await sql("DELETE FROM rows; INSERT INTO rows SELECT * FROM factor_state; DELETE FROM right")
    try await sql("INSERT INTO right SELECT * FROM audit_lane; BEGIN; \(Self.putBack) \(edit); COMMIT")
    #expect(try await found(store) == "audit_lane")
    // Undone at once, it goes on.
    try await sql(
      """
      BEGIN; DELETE FROM factor_state; INSERT INTO factor_state SELECT * FROM rows;
      DELETE FROM audit_lane WHERE lane NOT IN (SELECT lane FROM lanes);
      INSERT INTO audit_lane SELECT * FROM right WHERE lane NOT IN (SELECT lane FROM lanes); COMMIT
      """)
    try await store.checkRows()
    #expect(try await found(store) == nil)
  }

  @Test("the lane of another gateway that is put back with its rows shows to this one")
  func lanesPutBack() async throws {
    let other = try Self.open(path)
    let credential = CredentialID("other")
    try await other.write { try $0.put(FactorState(failures: 1, lastStep: 0), .pin, of: credential) }
    #expect(try await found(store) == nil)
    try await sql("DELETE FROM kept; INSERT INTO kept SELECT * FROM factor_state; DELETE FROM lanes")
    try await sql("INSERT INTO lanes SELECT * FROM audit_lane")
    try await other.write { try $0.put(FactorState(failures: 2, lastStep: 0), .pin, of: credential) }
    try await store.checkRows()
    #expect(try await found(store) == nil)
    try await sql(
      """
      BEGIN; UPDATE factor_state SET (failures, row_mac) =
        (SELECT k.failures, k.row_mac FROM kept k WHERE k.credential = 'other') WHERE credential = 'other';
      UPDATE audit_lane SET (sums, row_mac) = (SELECT l.sums, l.row_mac FROM lanes l WHERE l.lane = audit_lane.lane)
        WHERE lane IN (SELECT lane FROM lanes WHERE count = 0 OR lane = (SELECT max(lane) FROM lanes)); COMMIT
      """)
    #expect(try await found(store) == "audit_lane")
  }

  @Test(
    "rows that are there and not found by their keys are named, whether the schema says so or not",
    arguments: [false, true])
  func hidden(_ isReverted: Bool) async throws {
    for number in 0..<50 { try await tries(1, of: "c\(number)") }
    let from = "PRIMARY KEY (credential, factor)", to = "PRIMARY KEY (credential DESC, factor)"
    func schema(_ one: String, _ other: String, _ version: Int) async throws {
      try await sql(
        """
        PRAGMA writable_schema=ON;
        UPDATE sqlite_schema SET sql = replace(sql, '\(one)', '\(other)') WHERE name = 'factor_state';
        PRAGMA schema_version = \(version);
        """)
    }
    try await schema(from, to, 1000)
    if isReverted {
      try await sql(
        "CREATE TEMP TABLE r AS SELECT * FROM factor_state; DELETE FROM factor_state; INSERT INTO factor_state SELECT * FROM r"
      )
      try await schema(to, from, 1001)
    }
    await #expect(throws: StoreError.self) { try await store.checkRows() }
    let error = #expect(throws: StoreOpenError.self) { try Self.open(path) }
    #expect(error?.description.contains("factor_state") == true)
    let command = try Self.open(path, .none)
    let refusal = await #expect(throws: StoreOpenError.self) { try await command.acceptRows() }
    #expect(refusal?.description.contains("factor_state") == true)
  }

  @Test("a key that is octets in place of a text is another one")
  func kinds() async throws {
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    try await store.checkRows()
    try await sql("UPDATE credential SET signer = CAST(signer AS BLOB)")
    #expect(try await found(store) == "credential")
    try await sql("UPDATE credential SET signer = CAST(signer AS TEXT)")
    try await store.checkRows()
    _ = try await fixture.authorize(credential)
  }

  @Test("each incident is written down, also the second one of the same table")
  func incidents() async throws {
    for number in 1...2 {
      try await sql("DELETE FROM kept; INSERT INTO kept SELECT * FROM factor_state; DELETE FROM factor_state")
      #expect(try await found(store) == "factor_state")
      try await sql("INSERT INTO factor_state SELECT * FROM kept")
      try await store.checkRows()
      try await tries(number)
    }
    try store.close()
    let count = try await run(
      "/usr/bin/sqlite3",
      [path, "SELECT count(*) FROM audit_entry WHERE CAST(substr(header, 11, 18) AS TEXT) = 'integrity.violated'"])
    #expect(count.output.contains("2"))
  }

  @Test("the operator takes lanes as they are, too, and no schema that no gateway makes")
  func accepted() async throws {
    try store.close()
    try await sql("UPDATE audit_lane SET row_mac = zeroblob(32)")
    #expect(throws: StoreOpenError.self) { try Self.open(path) }
    let command = try Self.open(path, .none)
    #expect(try await command.acceptRows().first == "audit_lane")
    try command.close()
    let again = try Self.open(path)
    try again.close()
    try await sql("CREATE TRIGGER t AFTER INSERT ON token BEGIN DELETE FROM token; END")
    let next = try Self.open(path, .none)
    await #expect(throws: StoreOpenError.self) { try await next.acceptRows() }
  }

  @Test("a store that is told to changes nothing more")
  func refused() async throws {
    store.refuseChanges(because: "a witness has seen another log")
    #expect(try await found(store) == "the whole database")
    await #expect(throws: StoreError.self) { try await store.checkReadiness() }
  }
}
