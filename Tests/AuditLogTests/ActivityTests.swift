import Synchronization
import Testing

@testable import AuditLog

/// Numbers of calls by hour and day, from the headers of a log.
@Suite("Activity of the log", .timeLimit(.minutes(5)))
struct ActivityTests {
  private static let hour: Int64 = 3_600_000
  /// In the middle of an hour and of a day.
  private static let now: Int64 = 20_000 * 24 * hour + 13 * hour + 1_000_000

  private func header(_ kind: AuditEvent.Kind, at time: Int64) -> [UInt8] {
    EntryHeader(
      time: time, kind: kind.rawValue, partner: [], instance: "a", lane: 1, number: 1,
      previous: Array(repeating: 0, count: 32), payloadDigest: Array(repeating: 1, count: 32)
    ).octets
  }

  @Test("what signed, was refused and failed is counted in its hour and its day; all else, as waits, is not")
  func kinds() {
    var count = ActivityCount()
    for kind in [
      AuditEvent.Kind.signatureMade, .signatureMade, .authorizationRefused, .authorizationDenied, .throttled,
      .authorizationUnavailable, .signatureReleased, .signatureUnknown, .codeUndelivered, .authorizationGranted,
      .signatureIntended, .serviceStarted,
    ] {
      count.add(header: header(kind, at: Self.now - Self.hour), at: Self.now)
    }
    count.add(header: header(.signatureMade, at: Self.now - 20 * Self.hour), at: Self.now)
    let hours = count.lastHours(24, at: Self.now)
    #expect(hours.count == 24 && hours[23].start == Self.now - 1_000_000)
    #expect(hours[22].numbers == numbers(2, 2, 4) && hours[23].numbers == numbers(0, 0, 0))
    #expect(hours[3].numbers == numbers(1, 0, 0))
    let days = count.lastDays(at: Self.now)
    #expect(days.count == 30 && days[29].start == 20_000 * 24 * Self.hour)
    #expect(days[29].numbers == numbers(2, 2, 4) && days[28].numbers == numbers(1, 0, 0))
  }

  private func numbers(_ signed: Int, _ refused: Int, _ failed: Int) -> ActivityCount.Numbers {
    var numbers = ActivityCount.Numbers()
    (numbers.signed, numbers.refused, numbers.failed) = (signed, refused, failed)
    return numbers
  }

  @Test("what is too old, of a clock that was ahead, or no header counts for nothing, and is not kept")
  func bounds() {
    var count = ActivityCount()
    for time in [
      ActivityCount.horizon(at: Self.now) - 1, Self.now + Self.hour, .max, 0, -1, .min,
    ] { count.add(header: header(.signatureMade, at: time), at: Self.now) }
    for octets in [[], [1], Array("{}".utf8), Array(repeating: 255, count: 2000)] as [[UInt8]] {
      count.add(header: octets, at: Self.now)
    }
    #expect(count == ActivityCount())
    count.add(header: header(.signatureMade, at: ActivityCount.horizon(at: Self.now)), at: Self.now)
    #expect(count.lastDays(at: Self.now)[0].numbers == numbers(1, 0, 0))
    // Years of hours.
    for hour in Int64(1)...20_000 {
      let now = Self.now + hour * Self.hour
      count.add(header: header(.signatureMade, at: now), at: now)
    }
    #expect(count.lastDays(at: Self.now + 20_000 * Self.hour).dropLast().allSatisfy { $0.numbers.signed == 24 })
    #expect("\(count)".utf8.count < 200_000)
  }

  // MARK: Counting a stored log

  private final class Log: LogWatchStore {
    let headers: Mutex<[[UInt8]]>
    /// Largest number of headers that was asked for at once, and how many were handed out.
    let asked = Mutex((most: 0, all: 0))

    init(_ headers: [[UInt8]]) { self.headers = Mutex(headers) }

    func logState() async throws -> LogState {
      LogState(entries: Int64(headers.withLock(\.count)), checkpoint: [], time: 0)
    }

    func headers(after position: Int64, limit: Int) async throws -> [(position: Int64, octets: [UInt8])] {
      let found = headers.withLock { $0.enumerated().dropFirst(Int(position)).prefix(limit) }
      asked.withLock { $0 = (max($0.most, limit), $0.all + found.count) }
      return found.map { (Int64($0.offset + 1), $0.element) }
    }
  }

  @Test(
    "what was before the start is counted backwards, what is new forwards, each entry once", arguments: [0, 1, 4_999])
  func bothWays(before: Int) async throws {
    let made = header(.signatureMade, at: Self.now - Self.hour)
    let log = Log(Array(repeating: made, count: before))
    let counter = ActivityCounter(log, milliseconds: { Self.now })
    try await counter.step()
    for _ in 0..<3 {
      log.headers.withLock { $0 += Array(repeating: made, count: 2_001) }
      try await counter.step()
    }
    try await counter.step()
    let activity = await counter.activity
    #expect(activity.count.lastHours(24, at: Self.now)[22].numbers.signed == before + 3 * 2_001)
    #expect(!activity.isCounting && activity.since == nil)
    #expect(log.asked.withLock(\.all) == before + 3 * 2_001 && log.asked.withLock(\.most) <= 2_000)
  }

  @Test("it stops going back where the entries are older than what is shown")
  func old() async throws {
    let old = header(.signatureMade, at: ActivityCount.horizon(at: Self.now) - Self.hour)
    let new = header(.signatureMade, at: Self.now)
    let log = Log(Array(repeating: old, count: 100_000) + Array(repeating: new, count: 3_000))
    let counter = ActivityCounter(log, milliseconds: { Self.now })
    try await counter.step()
    let activity = await counter.activity
    #expect(!activity.isCounting && activity.since == nil)
    #expect(activity.count.lastHours(24, at: Self.now)[23].numbers.signed == 3_000)
    #expect(log.asked.withLock(\.all) <= 8_000)
  }

  @Test("it goes back a bounded number of entries, in bounded steps, and says from when on it has counted")
  func many() async throws {
    let log = Log(Array(repeating: header(.signatureMade, at: Self.now - Self.hour), count: 1_100_000))
    let counter = ActivityCounter(log, milliseconds: { Self.now })
    var steps = 0
    while await counter.activity.isCounting, steps < 100 {
      let before = log.asked.withLock(\.all)
      try await counter.step()
      #expect(log.asked.withLock(\.all) - before <= 64_000)
      steps += 1
    }
    let activity = await counter.activity
    #expect(!activity.isCounting && activity.since == Self.now - Self.hour && steps > 10)
    #expect(log.asked.withLock(\.all) == 1_000_000)
  }
}
