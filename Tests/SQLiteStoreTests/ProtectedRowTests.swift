import AuditLog
import Foundation
import Issuance
import OAuth
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("Rows that were edited", .timeLimit(.minutes(2)))
struct ProtectedRowTests {
  private static let token = TokenRecord(
    digest: [1], kind: .access, partner: "portal", signer: "alice", grant: "g", expires: 9)

  private final class Log: Sendable {
    private let rows = Mutex<[EditedRow]>([])
    var all: [EditedRow] { rows.withLock { $0 } }
    func add(_ row: EditedRow) { rows.withLock { $0.append(row) } }
  }

  private let path: String
  private let store: SQLiteFileStore
  private let log = Log()

  init() throws {
    path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    store = try SQLiteFileStore(
      path: path, mayCreate: true, rowMACs: .test,
      rowChecks: .none, milliseconds: { 5000 }, report: { [log] in log.add($0) })
  }

  @Test("a row that was edited is a fault that names it, once in the log")
  func edited() async throws {
    try await store.writeOAuth { try $0.put(Self.token) }
    #expect(try await store.readOAuth { try $0.token([1]) } == Self.token)
    try await sql("UPDATE token SET signer = 'bob'")
    let row = EditedRow(table: "token", key: "01")
    for _ in 0..<3 {
      await #expect(throws: StoreError.edited(row)) { try await store.readOAuth { try $0.token([1]) } }
    }
    #expect(log.all == [row])
    #expect(try await entries().filter { $0.contains("integrity.violated") }.count == 1)
    #expect(try await entries().contains { $0.contains(#""row":"01""#) && $0.contains(#""table":"token""#) })
    // Another edit is another finding, and the right row is right again.
    try await sql("UPDATE token SET signer = 'carol'")
    await #expect(throws: StoreError.edited(row)) { try await store.readOAuth { try $0.token([1]) } }
    #expect(log.all == [row, row])
    try await sql("UPDATE token SET signer = 'alice'")
    #expect(try await store.readOAuth { try $0.token([1]) } == Self.token)
  }

  @Test("a fault undoes the transaction in which it is found")
  func undone() async throws {
    try await store.writeOAuth { try $0.put(Self.token) }
    try await sql("UPDATE token SET expires = 10")
    await #expect(throws: StoreError.self) {
      try await store.writeOAuth { store in
        try store.put(Account(username: "a", passwordHash: "h", partner: "p", signer: "s"))
        _ = try store.token([1])
      }
    }
    #expect(try await store.readOAuth { try $0.account("a") } == nil)
  }

  @Test("a row of one table, or of another service, is no row of this one; null is not nothing")
  func kinds() async throws {
    try await store.write { try $0.put(FactorState(failures: 1, lastStep: 2), .pin, of: CredentialID("c")) }
    // The same columns in number and kind, with the MAC of the other table.
    try await sql(
      """
      INSERT INTO one_time_code (credential, factor, id, mac, expires, row_mac)
      SELECT credential, factor, '', x'', last_step, row_mac FROM factor_state
      """)
    await #expect(throws: StoreError.self) { try await store.read { try $0.oneTimeCode(.pin, of: CredentialID("c")) } }
    try store.close()
    let other = try SQLiteFileStore(
      path: path, mayCreate: false, rowMACs: RowMACs(secret: Array(1..<33)), rowChecks: .none)
    await #expect(throws: StoreError.self) { try await other.read { try $0.factorState(.pin, of: CredentialID("c")) } }

    let mac = RowMACs.test.mac(of: "x")
    #expect(mac.code(of: [1]) != RowMACs.test.mac(of: "y").code(of: [1]))
    #expect(mac.isRight(mac.code(of: [1]), for: [1]) && !mac.isRight(mac.code(of: [1]), for: [2]))
    #expect(!mac.isRight([], for: [1]))
  }

  @Test("the value of a column in the next one, or as another kind of value, is another row")
  func boundaries() async throws {
    let account = Account(username: "a", passwordHash: "bc", partner: "d", signer: "e")
    try await store.writeOAuth { try $0.put(account) }
    let edits = [
      "password_hash = 'b', partner = 'cd'", "partner = CAST('d' AS BLOB)", "password_hash = '', partner = 'bcd'",
    ]
    for edit in edits {
      try await sql("UPDATE account SET \(edit)")
      await #expect(throws: StoreError.self, "\(edit)") { try await store.readOAuth { try $0.account("a") } }
    }
    try await store.writeOAuth { try $0.put(account) }
    #expect(try await store.readOAuth { try $0.account("a") } == account)
  }

  @Test("an account that was put into its table by hand is refused, and told of")
  func foreignAccount() async throws {
    try await store.writeOAuth { try $0.put(Account(username: "a", passwordHash: "h", partner: "p", signer: "s")) }
    try await sql("INSERT INTO account SELECT 'b', password_hash, partner, signer FROM account")
    await #expect(throws: StoreError.edited(EditedRow(table: "account", key: "p s"))) {
      try await store.readOAuth { try $0.account("b") }
    }
    // With another's MAC it is none either, and the first stays what it was.
    try await sql("INSERT INTO account_mac SELECT 'b', row_mac FROM account_mac")
    await #expect(throws: StoreError.self) { try await store.readOAuth { try $0.account("b") } }
    #expect(try await store.readOAuth { try $0.account("a")?.signer } == "s")
  }

  @Test("a forged revocation is left out and told of, and keeps no right one out")
  func revocations() async throws {
    let right = Revocation(issuer: "CN=CA", serialNumber: "AA", time: 1, expires: 100, reason: .superseded)
    try await store.writeIssuance { try $0.add(right) }
    for serial in ["BB", "CC"] {
      try await sql("INSERT INTO revocation VALUES ('CN=CA', '\(serial)', 1, 100, 5, x'')")
    }
    #expect(try await store.readIssuance { try $0.revocations(issuer: "CN=CA", at: 2) } == [right])
    #expect(log.all.map(\.key) == ["CN=CA BB", "CN=CA CC"])
    let second = Revocation(issuer: "CN=CA", serialNumber: "BB", time: 2, expires: 90, reason: .unspecified)
    try await store.writeIssuance { try $0.add(second) }
    #expect(try await store.readIssuance { try $0.revocations(issuer: "CN=CA", at: 2) } == [right, second])
  }

  @Test("an edited row is forgotten with the others when its time is over")
  func forgotten() async throws {
    try await store.writeOAuth { store in
      for number in UInt8(1)...3 {
        try store.put(OAuthEntry(kind: .code, digest: [number], expires: 10, body: [number]))
      }
    }
    try await sql("UPDATE oauth_entry SET body = x'00' WHERE digest = x'02'")
    try await store.writeOAuth { try $0.removeEntries(expiredBefore: 11) }
    for number in UInt8(1)...3 { #expect(try await store.readOAuth { try $0.entry(.code, [number]) } == nil) }
  }

  @Test("every gateway with the same device and service has the same MACs, and the device is visited once")
  func derivation() async throws {
    let device = CountingDevice()
    let first = try await RowMACs.derived(from: device, service: "a").mac(of: "token").code(of: [1])
    #expect(device.macs == 1)
    #expect(try await RowMACs.derived(from: device, service: "a").mac(of: "token").code(of: [1]) == first)
    #expect(try await RowMACs.derived(from: device, service: "b").mac(of: "token").code(of: [1]) != first)
  }

  private func sql(_ statement: String) async throws {
    #expect(try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statement]).status == 0)
  }

  private func entries() async throws -> [String] {
    // Posts of the store come before later requests.
    try await store.write { try $0.append(AuditEvent(.keyMade, [])) }
    let found = Mutex<[String]>([])
    _ = try await SQLiteLogFile.readAudit(path: path) { entry, _ in
      found.withLock { $0.append(String(decoding: entry.text, as: UTF8.self)) }
    }
    return found.withLock { $0 }
  }
}
