import AuditLog
import Foundation
import SQLiteStore
import SoleControl
import TestSupport
import Testing

/// Numbers of commits, of which the nonces of encrypted sums are made.
@Suite("Numbers of commits", .timeLimit(.minutes(2)))
struct CommitNumberTests {
  private let path: String

  init() throws { path = try temporaryFolder().appendingPathComponent("test.sqlite").path }

  private func sql(_ statements: String) async throws -> String {
    let result = try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statements])
    #expect(result.status == 0, "\(result.output)")
    return result.output
  }

  /// The number in the nonce of the one lane's sums.
  private func number() async throws -> UInt64? {
    let text = try await sql("SELECT hex(substr(sums, 5, 8)) FROM audit_lane")
    return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines), radix: 16)
  }

  @Test("a commit that was rolled back after its sums were encrypted has used its number")
  func rolledBack() async throws {
    try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none).close()
    _ = try await sql("CREATE TABLE stops (x)")
    // Refuses the lane's row, which is written last, with the sums encrypted.
    let trigger = """
      CREATE TEMP TRIGGER stop BEFORE INSERT ON main.audit_lane WHEN EXISTS (SELECT 1 FROM stops)
      BEGIN SELECT RAISE(ABORT, 'stopped'); END
      """
    let store = try SQLiteFileStore(
      path: path, mayCreate: false, rowMACs: .test, rowChecks: .none, largestSize: nil, meddling: ([trigger], []))
    func write() async throws { try await store.write { try $0.append(AuditEvent(.keyMade, [])) } }
    try await write()
    let first = try #require(try await number())
    _ = try await sql("INSERT INTO stops VALUES (1)")
    for _ in 0..<3 { await #expect(throws: StoreError.self) { try await write() } }
    #expect(try await number() == first)
    _ = try await sql("DELETE FROM stops")
    try await write()
    #expect(try await number() == first + 4)
  }
}
