import AuditLog
import Foundation
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Looks at all rows that take long, while somebody else writes the file.
@Suite("Looks that take long", .timeLimit(.minutes(2)))
struct SlowLookTests {
  private let path: String
  private let store: SQLiteFileStore
  private let barrier = Barrier()

  /// Holds looks while it is closed.
  private final class Barrier: Sendable {
    private let state = Mutex((isClosed: false, held: 0))

    var held: Int { state.withLock(\.held) }
    func close() { state.withLock { $0.isClosed = true } }
    func open() { state.withLock { $0.isClosed = false } }

    func pass() {
      guard
        state.withLock({ state in
          if state.isClosed { state.held += 1 }
          return state.isClosed
        })
      else { return }
      while state.withLock(\.isClosed) { Thread.sleep(forTimeInterval: 0.01) }
    }
  }

  init() async throws {
    path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    store = try SQLiteFileStore(
      path: path, mayCreate: true, rowMACs: .test, rowChecks: .all, largestSize: nil,
      afterLook: { [barrier] in barrier.pass() })
    try await write(1)
    // A process that has ended, so that there is a lane besides.
    let other = try SQLiteFileStore(path: path, mayCreate: false, rowMACs: .test, rowChecks: .all)
    try await other.write { try $0.append(AuditEvent(.keyMade, [])) }
    try other.close()
    try await write(2)
  }

  private func write(_ failures: Int) async throws {
    try await store.write { try $0.put(FactorState(failures: failures, lastStep: 0), .pin, of: CredentialID("c")) }
  }

  private func sql(_ statements: String) async throws {
    let result = try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statements])
    #expect(result.status == 0, "\(result.output)")
  }

  @Test("a look that began before a fault was found does not end it")
  func older() async throws {
    barrier.close()
    let store = store
    let look = Task { try await store.checkRows() }
    try await eventually { barrier.held == 1 }
    // Found without a look: a lane that no gateway wrote.
    try await sql("INSERT INTO audit_lane VALUES (42, '', 0, x'', x'00', x'')")
    await #expect(throws: StoreError.self) { try await write(3) }
    barrier.open()
    // Its rows are whole, and from before.
    await #expect(throws: StoreError.self) { try await look.value }
    await #expect(throws: StoreError.self) { try await store.checkRows() }
    try await sql("DELETE FROM audit_lane WHERE lane = 42")
    try await store.checkRows()
    try await write(3)
  }

  @Test("a transaction waits a second for a look, and then says that it is unavailable; the look goes on")
  func patience() async throws {
    barrier.close()
    let barrier = barrier
    // The wait ends also if the store would wait for the look.
    let end = Task {
      try? await Task.sleep(for: .seconds(20))
      barrier.open()
    }
    defer { end.cancel() }
    // A commit of somebody who is no gateway.
    try await sql("CREATE TABLE strangers (x)")
    for number in 3...4 {
      let begin = ContinuousClock.now
      let error = await #expect(throws: StoreError.self) { try await write(number) }
      let taken = begin.duration(to: .now)
      guard case .unavailable(let fault)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect("\(fault)".contains("all rows are looked at"))
      #expect(.seconds(1) <= taken && taken < .seconds(10), "\(taken)")
    }
    #expect(barrier.held == 1)
    barrier.open()
    try await eventually { (try? await write(5)) != nil }
  }
}
