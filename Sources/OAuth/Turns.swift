internal import Attempts

/// Lets one through at a time for each key, in the order in which they came.
actor Turns {
  /// Who waits behind the one that is through.
  private var waiting: [AttemptKey: [CheckedContinuation<Void, Never>]] = [:]
  private let capacity: Int

  /// - Parameter capacity: how many may wait for each key.
  init(capacity: Int) { self.capacity = capacity }

  /// Runs `body` when it is its turn; returns nil at once if too many wait.
  func take<Output: Sendable>(_ key: AttemptKey, _ body: @Sendable () async throws -> Output) async rethrows -> Output?
  {
    guard await enter(key) else { return nil }
    defer { leave(key) }
    return try await body()
  }

  private func enter(_ key: AttemptKey) async -> Bool {
    guard let line = waiting[key] else {
      waiting[key] = []
      return true
    }
    guard line.count < capacity else { return false }
    await withCheckedContinuation { waiting[key]?.append($0) }
    return true
  }

  private func leave(_ key: AttemptKey) {
    guard let line = waiting[key], let next = line.first else {
      waiting[key] = nil
      return
    }
    waiting[key] = Array(line.dropFirst())
    next.resume()
  }
}
