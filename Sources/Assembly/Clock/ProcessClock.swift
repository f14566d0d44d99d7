import Foundation
import Synchronization
import Vocabulary

/// The time of this process: the machine's clock, watched by one that never steps.
///
/// - Set back, it does not count: nothing is authorized or signed until it has caught up (`isBehind`), because what was
///   used up, or is over, would be good again.
/// - Set ahead, it counts, but nothing is deleted by it until it has stood for an hour (`horizon`).
/// - What it stamped while it was ahead is known to this process, which can still tell the true age (`redating`).
///
/// Specs/decisions/0037-clocks.md.
final class ProcessClock: Sendable {
  /// Both clocks at one moment, in seconds.
  struct Reading: Sendable {
    /// UTC since 1970.
    var wall: Double
    /// Since some moment; also while the machine sleeps.
    var steady: Double
  }

  enum Event: Equatable, Sendable {
    /// The clock was set, by so many seconds.
    case stepped(by: Int64)
    /// It is so many seconds behind a time that was seen before; signing has stopped.
    case behind(by: Int64)
    /// Signing goes on.
    case caughtUp
    /// The time that was set ahead has stood for long enough.
    case believed
  }

  /// Steps up to this are the everyday work of time servers, if they are rare. Seconds.
  static let tolerance = 5.0
  /// Small steps are taken over at most so often. Seconds.
  fileprivate static let calm = 60.0
  /// For how long a clock that was set ahead is not deleted by. Seconds.
  static let doubt = 3600.0
  /// A gap to the last entry of the log from which on the clock is doubted at the start. Seconds.
  static let longestGap = 86400.0
  /// Settings of the clock that are remembered.
  fileprivate static let mostPeriods = 16

  /// Times between two steps. `offset` is the difference of both clocks then.
  fileprivate struct Period {
    let offset, start: Double
    var end: Double
  }

  fileprivate struct State {
    var periods: [Period]
    /// The difference that is believed, and when it was taken over.
    var believed, taken: Double
    /// Since when the clock is further ahead than what is believed.
    var aheadSince: Double?
    var isBehind = false
    /// The difference after the last entry of the log, and when it was looked at, if the gap to it is long.
    var doubted: (offset: Double, since: Double)?
  }

  private let read: @Sendable () -> Reading
  private let report: @Sendable (Event) -> Void
  private let state: Mutex<State>

  /// - Parameter report: called once for each event.
  init(
    _ read: @escaping @Sendable () -> Reading = ProcessClock.machine,
    report: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.read = read
    self.report = report
    let reading = read()
    let offset = reading.wall - reading.steady
    state = Mutex(
      State(
        periods: [Period(offset: offset, start: reading.wall, end: reading.wall)], believed: offset,
        taken: reading.steady))
  }

  /// Both clocks of the machine. The steady one counts sleep.
  static let machine: @Sendable () -> Reading = {
    func seconds(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    return Reading(wall: seconds(CLOCK_REALTIME), steady: seconds(CLOCK_BOOTTIME))
  }

  func now() -> UnixTime { UnixTime(look().wall) }
  func milliseconds() -> UnixMilliseconds { UnixMilliseconds(look().wall * 1000) }

  var isBehind: Bool {
    _ = look()
    return state.withLock(\.isBehind)
  }

  /// Up to which time what is over may be deleted.
  func horizon() -> UnixTime {
    let reading = look()
    let (believed, doubted) = state.withLock { ($0.believed, $0.doubted) }
    let until = min(reading.wall, reading.steady + believed)
    guard let doubted, reading.steady - doubted.since < Self.doubt else { return UnixTime(until) }
    return UnixTime(min(until, reading.steady + doubted.offset))
  }

  /// A function that tells the time, by today's clock, at which this process stamped another. Times that are not in the
  /// future stay. It reads no clock: it knows what this process knows now.
  func redating() -> @Sendable (UnixTime) -> UnixTime {
    let reading = look()
    let periods = state.withLock(\.periods)
    return { time in
      let at = Double(time)
      guard at > reading.wall + Self.tolerance, let now = periods.last?.offset,
        // Stamped times are rounded down.
        let period = periods.dropLast().last(where: { $0.start - 1 <= at && at <= $0.end + 1 })
      else { return time }
      return UnixTime(at - period.offset + now)
    }
  }

  /// Compares the clock with the last entry of the audit log.
  ///
  /// - Throws: `ClockError` if the entry is of a time that has not come.
  func compare(withLastEntry time: UnixTime?) throws {
    guard let time else { return }
    let reading = look()
    let last = Double(time)
    guard reading.wall >= last - Self.tolerance else {
      throw ClockError(behind: UnixTime(last - reading.wall), last: time)
    }
    guard reading.wall > last + Self.longestGap else { return }
    state.withLock { $0.doubted = (last - reading.steady, reading.steady) }
  }

  /// - Throws: `ClockError` while the clock is behind.
  func check() throws {
    let reading = look()
    let (isBehind, believed) = state.withLock { ($0.isBehind, $0.believed) }
    guard isBehind else { return }
    let due = reading.steady + believed
    throw ClockError(behind: UnixTime(due - reading.wall), last: UnixTime(due))
  }

  private func look() -> Reading {
    let reading = read()
    for event in state.withLock({ $0.take(reading) }) { report(event) }
    return reading
  }
}

extension ProcessClock.State {
  fileprivate mutating func take(_ reading: ProcessClock.Reading) -> [ProcessClock.Event] {
    var events: [ProcessClock.Event] = []
    let offset = reading.wall - reading.steady
    let step = offset - (periods.last?.offset ?? offset)
    if abs(step) > ProcessClock.tolerance {
      events.append(.stepped(by: Int64(step)))
      periods.append(.init(offset: offset, start: reading.wall, end: reading.wall))
      if periods.count > ProcessClock.mostPeriods { periods.removeFirst() }
    }
    // Readings of two threads may come in the wrong order.
    periods[periods.count - 1].end = max(periods[periods.count - 1].end, reading.wall)

    let ahead = offset - believed
    if abs(ahead) <= ProcessClock.tolerance {
      aheadSince = nil
      if reading.steady - taken >= ProcessClock.calm { (believed, taken) = (offset, reading.steady) }
    } else if ahead > 0 {
      aheadSince = aheadSince ?? reading.steady
      if let aheadSince, reading.steady - aheadSince >= ProcessClock.doubt {
        (believed, taken) = (offset, reading.steady)
        self.aheadSince = nil
        events.append(.believed)
      }
    } else {
      aheadSince = nil
    }
    let wasBehind = isBehind
    isBehind = ahead < -ProcessClock.tolerance
    if isBehind != wasBehind { events.append(isBehind ? .behind(by: Int64(-ahead)) : .caughtUp) }
    return events
  }
}

/// The machine's clock is behind a time that was seen before.
struct ClockError: Error, Equatable, CustomStringConvertible {
  /// Seconds.
  let behind: UnixTime
  /// UTC, seconds since 1970.
  let last: UnixTime

  var description: String {
    let time = Date(timeIntervalSince1970: TimeInterval(last)).formatted(.iso8601)
    return """
      the clock is \(behind) s behind \(time), which the gateway has recorded already. Used or expired tokens would be valid \
      again, so nothing is signed. Set the clock right. If it is right now and was ahead before, stop the gateway, run \
      'countersign clock accept --config FILE' and start the gateway again
      """
  }
}
