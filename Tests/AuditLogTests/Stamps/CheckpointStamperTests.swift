import AuditLog
import Crypto
import Octets
import Synchronization
import Testing
import TransparencyLog

/// A day's stamps in memory.
private final class MemoryStamps: StampStore {
  struct State {
    var checkpoint: (octets: [UInt8], time: Int64)?
    var stamps: [Int64: KeptStamp] = [:]
    var now: Int64 = 0
    var isDown = false
    var asked: [[UInt8]] = []
  }

  struct Down: Error {}

  let state = Mutex(State())

  func signedCheckpoint() async throws -> (octets: [UInt8], time: Int64)? { state.withLock(\.checkpoint) }
  func hasStamp(of day: Int64) async throws -> Bool { state.withLock { $0.stamps[day] != nil } }
  func keep(_ stamp: KeptStamp) async throws { state.withLock { $0.stamps[stamp.day] = stamp } }

  func stamper() -> CheckpointStamper {
    CheckpointStamper(self, now: { [self] in state.withLock(\.now) }) { [self] imprint in
      try state.withLock { state in
        guard !state.isDown else { throw Down() }
        state.asked.append(imprint)
        return [1, 2, 3]
      }
    }
  }

  /// - Parameter hour: since 1970.
  func set(_ hour: Int64, checkpoint text: String? = nil) {
    state.withLock { state in
      state.now = hour * 3600
      if let text { state.checkpoint = (Array(text.utf8), hour * 3_600_000) }
    }
  }
}

@Suite("Time-stamps of checkpoints", .timeLimit(.minutes(2)))
struct CheckpointStamperTests {
  private let store = MemoryStamps()

  @Test("the first checkpoint of each day is stamped, by its SHA-256, and no second one")
  func daily() async throws {
    let stamper = store.stamper()
    #expect(try await stamper.stamp() == nil)
    store.set(24 * 100 + 23, checkpoint: "one")
    let stamp = try #require(try await stamper.stamp())
    #expect(stamp == KeptStamp(day: 100, checkpoint: Array("one".utf8), token: [1, 2, 3]))
    #expect(stamp.imprint == OctetDigest.sha256("one"))
    #expect(store.state.withLock(\.asked) == [OctetDigest.sha256("one")])
    store.set(24 * 100 + 23, checkpoint: "two")
    #expect(try await stamper.stamp() == nil)
    // The next day has no checkpoint of its own yet.
    store.set(24 * 101)
    #expect(try await stamper.stamp() == nil)
    store.set(24 * 101 + 1, checkpoint: "three")
    // Another process does the same, and the first one sees it.
    #expect(try await store.stamper().stamp()?.day == 101)
    #expect(try await stamper.stamp() == nil)
    #expect(store.state.withLock { $0.asked.count } == 2)
  }

  @Test("a day whose stamp failed is tried again, with the checkpoint that there is then")
  func again() async throws {
    let stamper = store.stamper()
    store.set(24 * 100, checkpoint: "one")
    store.state.withLock { $0.isDown = true }
    await #expect(throws: MemoryStamps.Down.self) { try await stamper.stamp() }
    #expect(store.state.withLock { $0.stamps.isEmpty })
    store.set(24 * 100 + 5, checkpoint: "two")
    store.state.withLock { $0.isDown = false }
    #expect(try await stamper.stamp()?.checkpoint == Array("two".utf8))
  }

  @Test("a token that came after midnight is not kept as one of the day before")
  func midnight() async throws {
    let store = store
    store.set(24 * 100 + 23, checkpoint: "one")
    let stamper = CheckpointStamper(store, now: { store.state.withLock(\.now) }) { _ in
      store.set(24 * 101)
      return [1]
    }
    #expect(try await stamper.stamp() == nil)
    #expect(store.state.withLock { $0.stamps.isEmpty })
  }

  @Test("an auditor has each stamp verified, and the log lead to its checkpoint")
  func inspected() async throws {
    struct Bad: Error, CustomStringConvertible { let description = "made up" }
    let signed = try SignatureLog()
    signed.log.append(300)
    try await signed.sequence()
    let stamped = signed.log.state.withLock(\.stored.checkpoint)
    signed.log.append(300)
    try await signed.sequence()
    func inspect(_ stamps: [KeptStamp], _ verify: (@Sendable (KeptStamp) throws -> Void)?) throws
      -> LogInspection.Result
    {
      let inspection = try LogInspection(key: signed.key, verifyStamp: verify)
      return try inspection.finish(try signed.read(inspection.readers, stamps: stamps))
    }
    let good = KeptStamp(day: 7, checkpoint: stamped, token: [1])
    let seen = Mutex<[KeptStamp]>([])
    let result = try inspect([good]) { stamp in seen.withLock { $0.append(stamp) } }
    #expect(result.stamps?.count == 1 && result.stamps?.last == 7 && seen.withLock(\.self) == [good])
    #expect(try inspect([], nil).stamps == nil)
    #expect(throws: LogVerifier.Finding.stamp(size: 300, reason: "made up")) {
      try inspect([good]) { _ in throw Bad() }
    }
    #expect(throws: LogVerifier.Finding.noStamp) { try inspect([]) { _ in } }
    // A checkpoint of another key, and one to which the log does not lead.
    let other = try SignatureLog()
    other.log.append(1)
    try await other.sequence()
    let foreign = KeptStamp(day: 7, checkpoint: other.log.state.withLock(\.stored.checkpoint), token: [1])
    #expect(throws: LogVerifier.Finding.foreignCheckpoint(name: "a stamped checkpoint")) { try inspect([foreign], nil) }
    let twin = MemoryLog()
    twin.append(200, lane: 8)
    let environment = Sequencer.Environment(
      origin: signed.key.name, key: signed.key,
      sign: { Array(try signed.secret.signature(for: $0).derRepresentation) }, milliseconds: { 5 })
    _ = try await Sequencer(twin, environment).step()
    let lost = KeptStamp(day: 7, checkpoint: twin.state.withLock(\.stored.checkpoint), token: [1])
    #expect(throws: LogVerifier.Finding.checkpoint(name: "a stamped checkpoint", size: 200, isShort: false)) {
      try inspect([lost], nil)
    }
  }
}
