import AuditLog
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// The store in memory is what finds bodies that must not run again.
@Suite("Store in memory", .timeLimit(.minutes(1)))
struct MemoryStoreTests {
  private struct First: Error {}
  private struct Second: Error {}

  private let faults = Faults()
  private var store: MemoryStore { MemoryStore(report: faults.add) }

  private final class Faults: Sendable {
    private let all = Mutex<[BodyFault]>([])
    var found: [BodyFault] { all.withLock { $0 } }
    @Sendable func add(_ fault: BodyFault) { all.withLock { $0.append(fault) } }
  }

  /// A count that a body changes though it must not.
  private final class Count: Sendable {
    private let value = Atomic(0)
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
  }

  @Test("a body that does nothing but use its argument is no fault, and its effect is there once")
  func pure() async throws {
    let store = store
    let credential = CredentialID("c")
    try await store.write { transaction in
      var state = try transaction.factorState(.pin, of: credential)
      state.failures += 1
      try transaction.put(state, .pin, of: credential)
    }
    #expect(try await store.read { try $0.factorState(.pin, of: credential) }.failures == 1)
    #expect(faults.found.isEmpty)
  }

  @Test("a body that changes a variable outside is caught by its result, from whichever port it came")
  func result() async throws {
    let (store, count) = (store, Count())
    _ = try await store.write { _ in count.next() }
    _ = try await store.writeOAuth { _ in count.next() }
    _ = try await store.writeIssuance { _ in count.next() }
    #expect(faults.found.count == 3)
    #expect(faults.found.allSatisfy { if case .result = $0 { true } else { false } })
  }

  @Test("a body that reads and has an effect is caught as well")
  func reading() async throws {
    let (store, count) = (store, Count())
    _ = try await store.read { _ in (count.next(), "a pair cannot be compared but by its text") }
    #expect(faults.found.count == 1)
  }

  @Test("a body that writes a random number is caught by the rows")
  func rows() async throws {
    try await store.write { transaction in
      try transaction.put(FactorState(failures: 0, lastStep: .random(in: 0...Int64.max)), .otp, of: CredentialID("c"))
    }
    #expect(faults.found == [.rows])
  }

  @Test("a body that is refused otherwise the second time is caught")
  func refusal() async throws {
    let (store, count) = (store, Count())
    await #expect(throws: Second.self) {
      try await store.write { _ in
        if count.next() == 1 { throw First() }
        throw Second()
      }
    }
    #expect(faults.found.count == 1)
  }

  @Test("a body that reads the clock is caught, although the time is the same")
  func clock() async throws {
    let clock = TestClock()
    try await store.write { try $0.append(AuditEvent(.serviceStarted, [("time", .integer(clock.now))])) }
    #expect(faults.found.contains(.effect("reads the clock")))
    #expect(clock.now > 0)
  }

  // MARK: Groups

  /// The log of a group of bodies that wait together, of which one fails.
  private static func log(seed: UInt64) async throws -> [AuditEntry] {
    let size = 8
    let store = MemoryStore(seed: seed, smallestGroup: size)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<size {
        group.addTask {
          do {
            try await store.write { transaction in
              try transaction.append(AuditEvent(.keyMade, [("number", .integer(Int64(number)))]))
              if number == 0 { throw First() }
            }
          } catch is First {}
        }
        if number < size - 1 { try await eventually { store.waiting == number + 1 } }
      }
      try await group.waitForAll()
    }
    let (entries, lane) = store.audit
    var verifier = LaneVerifier()
    for entry in entries { try verifier.accept(entry, at: verifier.count + 1) }
    try verifier.finish([lane])
    return entries
  }

  private static func numbers(_ log: [AuditEntry]) throws -> [Int64] {
    try log.map { try #require($0.object?["number"]?.integer) }
  }

  @Test("a fault fails the test whose body it is")
  func recorded() async throws {
    let count = Count()
    await withKnownIssue { _ = try await MemoryStore().write { _ in count.next() } }
  }

  @Test("bodies that wait together run in an order that the seed tells; one that fails leaves nothing")
  func groups() async throws {
    let one = try await Self.log(seed: 1)
    #expect(try await Self.log(seed: 1) == one)
    var others: [[AuditEntry]] = []
    for seed in 2...5 { others.append(try await Self.log(seed: UInt64(seed))) }
    #expect(others.contains { $0 != one })
    for log in [one] + others { #expect(try Self.numbers(log).sorted() == Array(1...7)) }
  }
}
