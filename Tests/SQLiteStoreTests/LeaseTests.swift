import AuditLog
import Foundation
import SQLiteStore
@testable import SoleControl
import TestSupport
import Testing

@Suite("Leases", .timeLimit(.minutes(2)))
struct LeaseTests {
  private let path: String

  init() throws { path = try temporaryFolder().appendingPathComponent("test.sqlite").path }

  private func open() throws -> SQLiteFileStore { try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test) }

  private func write(_ store: SQLiteFileStore) async throws {
    try await store.write { try $0.append(AuditEvent(.keyMade, []), at: 1) }
  }

  private func entries() async throws -> Int64 { try await SQLiteFileStore.readAudit(path: path) { _ in }.count }

  @Test(
    "what a process of the same machine left is taken at once; the first one, if it lives after all, writes nothing more"
  )
  func takenOver() async throws {
    let first = try open()
    let second = try open()
    let lease = try await first.takeLease(of: "a", incarnation: "1", machine: "m")
    try await write(first)
    let next = try await second.takeLease(of: "a", incarnation: "2", machine: "m")
    #expect(next.fence == lease.fence + 1)
    await #expect(throws: StoreError.self) { try await write(first) }
    await #expect(throws: LeaseError.lost("a")) { try await first.renewLease() }
    await #expect(throws: LeaseError.lost("a")) { try await first.checkReadiness() }
    try await write(second)
    try await second.renewLease()
    #expect(try await entries() == 2)
  }

  @Test("a holder elsewhere that renews is not disturbed; one that does not is waited for, and then fenced out")
  func elsewhere() async throws {
    let first = try open()
    let second = try open()
    _ = try await first.takeLease(of: "a", incarnation: "1", machine: "m")
    let renewing = Task {
      while !Task.isCancelled {
        try await first.renewLease()
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    await #expect(throws: LeaseError.held("a")) {
      try await second.takeLease(of: "a", incarnation: "2", machine: "n", life: .seconds(60))
    }
    renewing.cancel()
    _ = await renewing.result
    try await write(first)
    _ = try await second.takeLease(of: "a", incarnation: "2", machine: "n", life: .milliseconds(700))
    await #expect(throws: StoreError.self) { try await write(first) }
    try await write(second)
    #expect(try await entries() == 2)
  }

  @Test("what was given back is free for anybody, other names are others', and who has no lease is not asked")
  func others() async throws {
    let first = try open()
    let second = try open()
    let tool = try open()
    _ = try await first.takeLease(of: "a", incarnation: "1", machine: "m")
    _ = try await second.takeLease(of: "b", incarnation: "2", machine: "n")
    for store in [first, second, tool] { try await write(store) }
    try await first.giveBackLease()
    await #expect(throws: StoreError.self) { try await write(first) }
    let third = try open()
    #expect(try await third.takeLease(of: "a", incarnation: "3", machine: "n", life: .seconds(60)).fence == 2)
    for store in [second, third, tool] { try await write(store) }
  }

  @Test("the group of bodies in which the loss shows is written as a whole or not at all")
  func group() async throws {
    let first = try open()
    let second = try open()
    _ = try await first.takeLease(of: "a", incarnation: "1", machine: "m")
    _ = try await second.takeLease(of: "a", incarnation: "2", machine: "m")
    let written = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<200 { group.addTask { (try? await write(first)) != nil } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(written == 0)
    #expect(try await entries() == 0)
  }
}

@Suite("Deleting what is over", .timeLimit(.minutes(2)))
struct HorizonTests {
  @Test("what only seems over, by a clock that was set ahead, stays; the last time of the log is known")
  func horizon() async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test)
    #expect(try await store.lastAuditTime() == nil)
    try await store.write { transaction in
      _ = try transaction.use(once: [1], until: 1000)
      try transaction.append(AuditEvent(.keyMade, []), at: 77)
    }
    #expect(try await store.lastAuditTime() == 77)
    store.deleteOnly(until: { 500 })
    #expect(try await store.write { try $0.use(once: [1], until: 5000, now: 2000) } == false)
    store.deleteOnly(until: { .max })
    #expect(try await store.write { try $0.use(once: [1], until: 5000, now: 2000) })
  }
}
