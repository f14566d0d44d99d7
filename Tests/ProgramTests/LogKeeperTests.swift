import AuditLog
import Foundation
import HTTPGateway
import Logging
import SoleControl
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import Assembly

/// Keepers that do something for the audit log while the service runs, step by step, and the lock of the database.
@Suite("Keepers of the audit log", .timeLimit(.minutes(2)))
struct LogKeeperTests {
  private static let vkey = "witness.example/one+d586dc66+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
  private static let other = "witness.example/two+0fe65c65+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
  private static let part = OperatorFigures.Part.witness("one")

  /// The store, as keepers see it.
  private final class Seen: Sendable {
    let state = Mutex((kept: [KeptCosignature](), size: UInt64(0), error: (any Error)?.none))
  }

  private let seen = Seen()
  private let health = LogHealth(outages: OutageBook())
  private let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

  private func keeper() -> FetchingWitnessKeeper {
    FetchingWitnessKeeper([("one", Self.vkey)], interval: 5, health: health, logger: logger) { [seen] in
      let (kept, size, error) = seen.state.withLock { $0 }
      if let error { throw error }
      return (kept, size)
    }
  }

  /// - Parameter size: of the checkpoint.
  private func cosignature(_ size: UInt64, time: UInt64 = 9, by vkey: String = vkey) throws -> KeptCosignature {
    let key = try NoteKey(vkey: vkey)
    let text = try Checkpoint(origin: "log.example", head: TreeHead(size: size, root: .empty)).text
    return KeptCosignature(
      witness: vkey, checkpoint: try SignedNote(text: text, signatures: [NoteSignature(by: key, [1])]).octets,
      signature: Cosignature(time: time, signature: [UInt8](repeating: 0, count: 64))?.octets ?? [])
  }

  @Test("a witness that never comes is an outage after sixty intervals, and none any more when it brings something")
  func stayedAway() async throws {
    let keeper = keeper()
    var (watch, last) = (keeper.watch, Int64(-5))
    func isOut(at seconds: Int64) async -> Bool {
      while last < seconds {
        last = min(last + 5, seconds)
        await keeper.check(&watch, at: last * 1000)
      }
      return health.outages.isOn(Self.part)
    }
    // A log without entries has nothing to cosign.
    #expect(await !isOut(at: 0))
    #expect(await !isOut(at: 1000))
    seen.state.withLock { $0.size = 20 }
    #expect(await !isOut(at: 1005))
    #expect(await !isOut(at: 1304))
    #expect(await isOut(at: 1305))
    #expect(health.outages.all.first?.reason.contains("nothing more for 300 s") == true)
    // It goes on as one, and what another witness brings does not end it.
    let foreign = try cosignature(30, by: Self.other)
    seen.state.withLock { ($0.size, $0.kept) = (30, [foreign]) }
    #expect(await isOut(at: 2000))
    #expect(health.outages.all.count == 1)
    // Also a checkpoint that is not the newest is a sign of life.
    let older = try cosignature(20)
    seen.state.withLock { $0.kept.append(older) }
    #expect(await !isOut(at: 2005))
    #expect(await !isOut(at: 2304))
    // The same one again, at later times, is not: somebody may show it nothing else.
    let again = try cosignature(20, time: 99)
    seen.state.withLock { $0.kept = [again] }
    #expect(await isOut(at: 2305))
    let later = try cosignature(20, time: 999)
    seen.state.withLock { $0.kept = [later] }
    #expect(await isOut(at: 2310))
    let newest = try cosignature(30)
    seen.state.withLock { $0.kept = [newest] }
    #expect(await !isOut(at: 2315))
    #expect(health.outages.all.map { $0.ended != nil } == [true, true])
    // While it has all, it may rest.
    #expect(await !isOut(at: 9000))
    seen.state.withLock { $0.size = 31 }
    #expect(await !isOut(at: 9005))
    #expect(await isOut(at: 9305))
  }

  @Test("an outage of the store is no fault of a witness, and an edited row of a cosignature stops the service")
  func stores() async throws {
    let keeper = keeper()
    var watch = keeper.watch
    func isOut(at seconds: [Int64]) async -> Bool {
      for time in seconds { await keeper.check(&watch, at: time * 1000) }
      return health.outages.isOn(Self.part)
    }
    let outage = StoreError.unavailable(StoreFault(code: 5, "busy"))
    seen.state.withLock { ($0.size, $0.error) = (20, outage) }
    #expect(await !isOut(at: [0, 1000]))
    seen.state.withLock { $0.error = nil }
    // No witness could come before, nor while the machine slept.
    #expect(await !isOut(at: Array(stride(from: 1005, to: 1305, by: 5))))
    #expect(await isOut(at: [1305]))
    // One that is out stays so until something comes.
    seen.state.withLock { $0.error = outage }
    #expect(await isOut(at: [1310]))
    seen.state.withLock { $0.error = nil }
    #expect(await isOut(at: [1315, 9000]))
    let newest = try cosignature(20)
    seen.state.withLock { $0.kept = [newest] }
    #expect(await !isOut(at: [9005]))
    seen.state.withLock { $0.size = 30 }
    #expect(await !isOut(at: [9010, 20_000]))
    #expect(health.outages.all.count == 1 && health.reason == nil)
    seen.state.withLock { $0.error = StoreError.edited(EditedRow(table: "audit_cosignature", key: "w")) }
    #expect(await !isOut(at: [20_005]))
    #expect(health.reason != nil)
    // Then nothing is cosigned any more.
    seen.state.withLock { $0.error = nil }
    #expect(await !isOut(at: Array(stride(from: 20_010, to: 21_000, by: 5))))
  }

  @Test("a token of another day is refused, unless midnight has gone by since it was asked for")
  func midnight() {
    let day: Int64 = 86400 * 20_000
    for (time, begin, now, isGood) in [
      (day + 5, day + 5, day + 6, true), (day, day, day, true), (day + 86399, day + 86399, day + 86400, true),
      (day - 1, day + 5, day + 6, false), (day + 86400, day + 86390, day + 86399, false),
      // The token is of the new day, and the old one gets none.
      (day + 86400, day + 86399, day + 86400, true), (day - 1, day + 86399, day + 86400, true),
    ] as [(Int64, Int64, Int64, Bool)] {
      #expect(StampKeeper.isGood(time, askedAt: begin, now: now) == isGood, "\(time) \(begin) \(now)")
    }
  }

  /// A day's checkpoint, with or without a stamp by another process.
  private struct Stamps: StampStore {
    static let now: Int64 = 86400

    let isDone: Bool

    func signedCheckpoint() async throws -> (octets: [UInt8], time: Int64)? { ([1], Self.now * 1000) }
    func hasStamp(of day: Int64) async throws -> Bool { isDone }
    func keep(_ stamp: KeptStamp) async throws {}
  }

  @Test("an outage of time-stamps is over when another process has stamped the day")
  func stampedElsewhere() async throws {
    struct Down: Error {}
    func keeper(isDone: Bool) -> StampKeeper {
      let stamper = CheckpointStamper(Stamps(isDone: isDone), now: { Stamps.now }) { _ in throw Down() }
      return StampKeeper(stamper: stamper, health: health, logger: logger)
    }
    #expect(await keeper(isDone: false).stamp(after: false))
    #expect(health.outages.isOn(.stamps))
    #expect(await !keeper(isDone: true).stamp(after: true))
    #expect(!health.outages.isOn(.stamps))
  }

  @Test("a file is replaced if another one is there or none, and not if the system does not say")
  func place() throws {
    let files = FileManager.default
    let folder = try temporaryFolder()
    let (real, link) = (folder.appendingPathComponent("real"), folder.appendingPathComponent("link"))
    try files.createDirectory(at: real, withIntermediateDirectories: true)
    let path = real.appendingPathComponent("db").path
    try Data([1]).write(to: URL(fileURLWithPath: path))
    func lead(to target: URL) throws {
      try? files.removeItem(at: link)
      try files.createSymbolicLink(at: link, withDestinationURL: target)
    }
    try lead(to: real)
    let lock = try InstanceLock(database: link.appendingPathComponent("db").path, instance: "one")
    #expect(try lock.isInPlace)
    // A link that leads to itself: ELOOP, as a disk that fails would say EIO.
    try lead(to: link)
    #expect(throws: (any Error).self) { try lock.isInPlace }
    try lead(to: real)
    #expect(try lock.isInPlace)
    try files.moveItem(atPath: path, toPath: path + ".old")
    #expect(try !lock.isInPlace)
    try Data([1]).write(to: URL(fileURLWithPath: path))
    #expect(try !lock.isInPlace)
  }
}
