import Synchronization

/// Callers that repeat something until the time is over.
struct Load {
  let seconds: Double
  let callers: Int

  /// Signatures per second.
  func rate(_ body: @escaping @Sendable () async throws -> Int) async throws -> Double {
    // Warm-up: keys are unwrapped, statements prepared, rows verified.
    _ = try await repeated(body, for: 0.5)
    let start = ContinuousClock.now
    let made = try await repeated(body, for: seconds)
    return Double(made) / (ContinuousClock.now - start).seconds
  }

  private func repeated(_ body: @escaping @Sendable () async throws -> Int, for seconds: Double) async throws -> Int {
    let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<callers {
        group.addTask {
          var made = 0
          while ContinuousClock.now < end { made += try await body() }
          return made
        }
      }
      return try await group.reduce(0, +)
    }
  }
}
