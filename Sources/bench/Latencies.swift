/// Latencies of calls, in seconds.
struct Latencies {
  let p50, p99: Double
  let count: Int

  /// Repeats a call until the time is over.
  ///
  /// - Parameter call: returns how long the part of it took that counts.
  static func measured(
    callers: Int, for seconds: Double, _ call: @escaping @Sendable () async throws -> Duration
  ) async throws -> Latencies {
    let end = ContinuousClock.now + .seconds(seconds)
    let taken = try await withThrowingTaskGroup(of: [Double].self) { group in
      for _ in 0..<callers {
        group.addTask {
          var taken: [Double] = []
          while ContinuousClock.now < end { taken.append(try await call().seconds) }
          return taken
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let sorted = taken.sorted()
    return Latencies(p50: sorted[sorted.count / 2], p99: sorted[sorted.count * 99 / 100], count: sorted.count)
  }
}
