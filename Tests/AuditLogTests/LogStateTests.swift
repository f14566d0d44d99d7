import AuditLog
import Testing

@Suite("The state of a log", .timeLimit(.minutes(1)))
struct LogStateTests {
  private func since(_ time: Int64) -> Int64? {
    let header = EntryHeader(
      time: time, kind: "key.made", partner: [], instance: "a", lane: 1, number: 1,
      previous: Array(repeating: 0, count: 32), payloadDigest: Array(repeating: 1, count: 32))
    return LogState(entries: 9, checkpoint: [], time: 0, waiting: header.octets).waitingSince
  }

  @Test("entries have waited since the first one behind the checkpoint, if its time is one")
  func waiting() {
    #expect(since(1_796_000_000_123) == 1_796_000_000_123)
    for time in [-1, .min, .max, 253_402_300_799_001] as [Int64] { #expect(since(time) == nil) }
    for octets in [[], [1], Array("{}".utf8)] as [[UInt8]] {
      #expect(LogState(entries: 9, checkpoint: [], time: 0, waiting: octets).waitingSince == nil)
    }
    #expect(LogState(entries: 9, checkpoint: [1, 2], time: 0).size == 0)
  }
}
