import Foundation
import Synchronization

/// Measures how a partner's calls and the health check suffer from calls that are a lot of work and that anybody can
/// send.
struct BystanderBench {
  /// Calls that are a lot of work.
  struct Flood: Sendable {
    let name: String
    /// Calls under way.
    let callers: Int
    /// Makes one call, and tells whether the work was done; if not, the service had too much of it.
    let call: @Sendable (TestStand, _ number: Int) async throws -> Bool

    static let all = [
      // More than the gateway has threads for, and no more than may wait.
      Flood(name: "wrong log-ins", callers: 40) { try await $0.logInWrongly($1) },
      Flood(name: "forms of 9,000 members", callers: 6) { stand, _ in try await stand.beginWithManyMembers() },
      Flood(name: "20,000 hashes in a call", callers: 6) { stand, _ in try await stand.signTooMany() },
    ]
  }

  private final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
  }

  private static let callers = 2
  /// Of the p99 of others during a flood, to that before.
  private static let largestRatio = 10.0

  struct Missed: Error, CustomStringConvertible { let description: String }

  let stand: TestStand
  /// Per measurement.
  let seconds: Double

  func run() async throws {
    print("health check and credentials/list, \(Self.callers) callers, while others make a lot of work")
    _ = try await latencies(for: 1)
    let quiet = try await latencies(for: seconds)
    report("quiet", quiet, quiet)
    var worst = 0.0
    for flood in Flood.all {
      let (busy, count) = try await during(flood)
      report("\(count) \(flood.name)", busy, quiet)
      worst = max(worst, busy.p99 / quiet.p99)
    }
    print("")
    guard worst <= Self.largestRatio else {
      throw Missed(
        description: "others may take \(Self.largestRatio) times as long; if other programs run here, try again")
    }
  }

  /// Latencies of others during a flood, and the amount of work that was done in it.
  private func during(_ flood: Flood) async throws -> (busy: Latencies, count: Int) {
    let stand = stand
    let done = Counter()
    let busy = try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<flood.callers {
        group.addTask {
          var number = caller
          while !Task.isCancelled {
            if try await flood.call(stand, number) { done.add() }
            number += flood.callers
          }
        }
      }
      // All of them are under way when the first is done.
      for _ in 0..<1000 where done.value == 0 { try await Task.sleep(for: .milliseconds(20)) }
      let busy = try await latencies(for: seconds)
      group.cancelAll()
      while let result = await group.nextResult() {
        if case .failure(let error as TestStand.UnexpectedAnswer) = result { throw error }
      }
      return busy
    }
    return (busy, done.value)
  }

  private func latencies(for seconds: Double) async throws -> Latencies {
    let stand = stand
    return try await Latencies.measured(callers: Self.callers, for: seconds) {
      let begin = ContinuousClock.now
      try await stand.listOverHTTP()
      return ContinuousClock.now - begin
    }
  }

  private func report(_ name: String, _ latencies: Latencies, _ quiet: Latencies) {
    let label = name.padding(toLength: 34, withPad: " ", startingAt: 0)
    print(
      label
        + String(
          format: "p50 %6.2f ms   p99 %6.2f ms   %6d calls   p99 ratio %.2f", latencies.p50 * 1000,
          latencies.p99 * 1000, latencies.count, latencies.p99 / quiet.p99))
  }
}
