import AuditLog
import Foundation
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("A database that cannot be written", .timeLimit(.minutes(2)))
struct OutageTests {
  private static let full = 13

  @Test("a full disk is not ready, every write says why, the operator is told once, and it ends by itself")
  func fullDisk() async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let events = Mutex<[StoreEvent]>([])
    let store = try SQLiteFileStore(
      path: path, mayCreate: true, rowMACs: .test, rowChecks: .none, largestSize: 120,
      onOutage: { event in events.withLock { $0.append(event) } })
    try await store.checkReadiness()
    var faults: [StoreFault] = []
    for _ in 0..<200 { faults += await fault { try await append(to: store) }.map { [$0] } ?? [] }
    #expect(faults.count > 10 && faults.allSatisfy { $0.code == Self.full })
    for _ in 0..<3 { #expect(await fault { try await store.checkReadiness() }?.code == Self.full) }
    // A write that changes nothing would fit.
    #expect(await fault { try await store.write { _ in } }?.code == Self.full)
    #expect(events.withLock { $0 } == [.fails(.writing, try #require(faults.first))])
    #expect(try await store.read { try $0.credentials(of: SignerID("s"), after: nil, limit: 9) }.isEmpty)

    try await free(path)
    try await store.checkReadiness()
    try await append(to: store)
    #expect(events.withLock { $0 }.count == 2 && events.withLock { $0.last } == .worksAgain(.writing))
  }

  @Test("the probe changes the file each time, and does not make it grow")
  func probe() async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    // The second finds the first one's place in use.
    for _ in 0..<2 { try await store.checkReadiness() }
    let size = try await pages(path)
    var log = try octets(path + "-wal")
    for _ in 0..<5 {
      try await store.checkReadiness()
      let new = try octets(path + "-wal")
      #expect(new != log)
      log = new
    }
    #expect(try await pages(path) == size)
  }

  private func append(to store: SQLiteFileStore) async throws {
    let filler = JSONValue.string(String(repeating: "x", count: 3000))
    try await store.write { try $0.append(AuditEvent(.keyMade, [("filler", filler)])) }
  }

  /// Why something was unavailable; nil if it was not.
  private func fault(_ work: () async throws -> Void) async -> StoreFault? {
    do { try await work() } catch StoreError.unavailable(let fault) { return fault } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  private func free(_ path: String) async throws {
    _ = try await run("/usr/bin/sqlite3", [path, "DELETE FROM audit_entry WHERE position > 2"])
  }

  private func pages(_ path: String) async throws -> String {
    try await run("/usr/bin/sqlite3", [path, "PRAGMA page_count"]).output
  }

  private func octets(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
