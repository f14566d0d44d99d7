import AuditLog
import Foundation
@testable import SQLiteStore
@testable import SoleControl
import Synchronization
import TestSupport
import Testing

@Suite("Leases", .timeLimit(.minutes(2)))
struct LeaseTests {
  private let path: String

  init() throws { path = try temporaryFolder().appendingPathComponent("test.sqlite").path }

  private func open() throws -> SQLiteFileStore {
    try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
  }

  private func write(_ store: SQLiteFileStore) async throws {
    try await store.write { try $0.append(AuditEvent(.keyMade, [])) }
  }

  private func entries() async throws -> Int64 {
    try await SQLiteLogFile.readAudit(path: path) { _, _ in }.reduce(0) { $0 + $1.count }
  }

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
    await #expect(throws: LeaseError.held("a")) {
      try await second.takeLease(
        of: "a", incarnation: "2", machine: "n", life: .seconds(15), clock: PauseClock { try await first.renewLease() })
    }
    try await write(first)
    let pauses = PauseClock {}
    _ = try await second.takeLease(of: "a", incarnation: "2", machine: "n", life: .seconds(15), clock: pauses)
    #expect(pauses.elapsed == .seconds(15))
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
    let clock = PauseClock { Issue.record("waited for a lease that is free") }
    #expect(
      try await third.takeLease(of: "a", incarnation: "3", machine: "n", life: .seconds(15), clock: clock).fence == 2)
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

/// A clock whose pauses take no time: others act instead.
private final class PauseClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
  }

  private let time = Mutex(Duration.zero)
  private let meanwhile: @Sendable () async throws -> Void

  /// - Parameter meanwhile: is done in each pause.
  init(_ meanwhile: @escaping @Sendable () async throws -> Void) { self.meanwhile = meanwhile }

  var elapsed: Duration { time.withLock(\.self) }
  var now: Instant { Instant(offset: elapsed) }
  var minimumResolution: Duration { .zero }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try await meanwhile()
    time.withLock { $0 = deadline.offset }
  }
}

@Suite("Deleting what is over", .timeLimit(.minutes(2)))
struct HorizonTests {
  @Test("what only seems over, by a clock that was set ahead, stays; the last time of the log is known")
  func horizon() async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(
      path: path, mayCreate: true, rowMACs: .test, rowChecks: .none, milliseconds: { 77_999 })
    #expect(try await store.lastAuditTime() == nil)
    try await store.write { transaction in
      _ = try transaction.use(once: [1], until: 1000)
      try transaction.append(AuditEvent(.keyMade, []))
    }
    #expect(try await store.lastAuditTime() == 77)
    store.deleteOnly(until: { 500 })
    #expect(try await store.write { try $0.use(once: [1], until: 5000, now: 2000) } == false)
    store.deleteOnly(until: { .max })
    #expect(try await store.write { try $0.use(once: [1], until: 5000, now: 2000) })
  }

  @Test("the hundredth commit is as many calls deep as the first")
  func depth() async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    let depths = Mutex<[Int]>([])
    store.deleteOnly(until: {
      depths.withLock { $0.append(Thread.callStackReturnAddresses.count) }
      return .max
    })
    for round in 0..<100 { _ = try await store.write { try $0.use(once: [1, UInt8(round)], until: 1000) } }
    let (first, last) = depths.withLock { ($0.first, $0.last) }
    #expect(first == last)
    #expect(depths.withLock { $0.count } >= 100)
  }
}
