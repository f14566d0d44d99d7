import Foundation
import Synchronization
import Testing
import Vocabulary

@testable import Assembly

@Suite("The clock of the process", .timeLimit(.minutes(2)))
struct ProcessClockTests {
  /// Both clocks of a machine, moved by hand.
  private final class Machine: Sendable {
    let reading = Mutex(ProcessClock.Reading(wall: 1_800_000_000, steady: 1000))
    let events = Mutex<[ProcessClock.Event]>([])

    /// Time goes by.
    func pass(_ seconds: Double) {
      reading.withLock {
        $0.wall += seconds
        $0.steady += seconds
      }
    }
    /// Somebody sets the clock.
    func set(by seconds: Double) { reading.withLock { $0.wall += seconds } }

    func clock() -> ProcessClock {
      ProcessClock({ self.reading.withLock(\.self) }) { event in self.events.withLock { $0.append(event) } }
    }
    var seen: [ProcessClock.Event] { events.withLock(\.self) }
  }

  private static let start: UnixTime = 1_800_000_000
  private static let day: UnixTime = 86400

  @Test("a clock that was set back does not count until it has caught up, and says so once")
  func setBack() throws {
    let machine = Machine()
    let clock = machine.clock()
    machine.pass(100)
    #expect(clock.now() == Self.start + 100 && !clock.isBehind)
    machine.set(by: -60)
    for _ in 0..<3 { #expect(clock.isBehind && clock.now() == Self.start + 40) }
    #expect(throws: ClockError(behind: 60, last: Self.start + 100)) { try clock.check() }
    machine.pass(30)
    #expect(clock.isBehind)
    machine.set(by: 58)
    #expect(!clock.isBehind)
    try clock.check()
    #expect(
      machine.seen == [.stepped(by: -60), .behind(by: 60), .stepped(by: 58), .caughtUp])
  }

  @Test("time servers may step by seconds, but not again and again")
  func smallSteps() {
    let machine = Machine()
    let clock = machine.clock()
    for _ in 0..<10 {
      machine.pass(100)
      machine.set(by: -4)
      #expect(!clock.isBehind)
    }
    for _ in 0..<3 {
      machine.set(by: -4)
      _ = clock.now()
    }
    #expect(clock.isBehind)
  }

  @Test("nothing is deleted by a clock that was set ahead until it has stood for an hour")
  func setAhead() {
    let machine = Machine()
    let clock = machine.clock()
    machine.pass(10)
    machine.set(by: Double(7 * Self.day))
    #expect(clock.now() == Self.start + 7 * Self.day + 10 && clock.horizon() == Self.start + 10 && !clock.isBehind)
    machine.pass(3000)
    #expect(clock.horizon() == Self.start + 3010)
    machine.pass(601)
    _ = clock.now()
    #expect(clock.horizon() == Self.start + 7 * Self.day + 3611)
    #expect(machine.seen.last == .believed)
    // Believed is believed: now it must not go back.
    machine.set(by: Double(-Self.day))
    #expect(clock.isBehind)
  }

  @Test("a clock that was set ahead for a while and then right is not behind, and what it stamped has its true age")
  func aheadForAWhile() {
    let machine = Machine()
    let clock = machine.clock()
    machine.set(by: Double(7 * Self.day))
    let stamped = clock.now()
    machine.pass(20)
    machine.set(by: Double(-5 * Self.day))
    machine.pass(100)
    #expect(!clock.isBehind && clock.now() == Self.start + 2 * Self.day + 120)
    #expect(clock.redating()(stamped) == Self.start + 2 * Self.day)
    #expect(clock.redating()(stamped + Self.day) == stamped + Self.day, "nobody stamped that")
    #expect(clock.redating()(Self.start - 50) == Self.start - 50)
  }

  @Test("the clock is compared with the last entry of the log")
  func lastEntry() throws {
    let machine = Machine()
    let clock = machine.clock()
    try clock.compare(withLastEntry: nil)
    try clock.compare(withLastEntry: Self.start + 4)
    let error = #expect(throws: ClockError.self) { try clock.compare(withLastEntry: Self.start + 100) }
    #expect(error?.behind == 100 && error?.description.contains("countersign clock accept") == true)
    try clock.compare(withLastEntry: Self.start - 3600)
    #expect(clock.horizon() == Self.start)
    // A gap of more than a day is doubted as a step would be.
    try clock.compare(withLastEntry: Self.start - 2 * Self.day)
    #expect(clock.horizon() == Self.start - 2 * Self.day && !clock.isBehind)
    machine.set(by: -60)
    #expect(clock.isBehind)
    machine.set(by: 60)
    machine.pass(3601)
    #expect(clock.horizon() == Self.start + 3601 && !clock.isBehind)
  }
}
