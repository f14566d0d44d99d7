/// Lets one through at a time for each key, in the order in which they came.
actor KeyedQueue<Key: Hashable & Sendable> {
  /// Callers that wait behind the one that is through.
  private var waiting: [Key: [CheckedContinuation<Void, Never>]] = [:]
  private let capacity: Int

  /// - Parameter capacity: callers that may wait for each key.
  init(capacity: Int) { self.capacity = capacity }

  /// Runs `body` when it is its turn; returns nil at once if too many wait.
  nonisolated func take<Output>(_ key: Key, _ body: () async throws -> Output) async rethrows -> Output? {
    guard await enter(key) else { return nil }
    do {
      let output = try await body()
      await leave(key)
      return output
    } catch {
      await leave(key)
      throw error
    }
  }

  private func enter(_ key: Key) async -> Bool {
    guard let line = waiting[key] else {
      waiting[key] = []
      return true
    }
    guard line.count < capacity else { return false }
    await withCheckedContinuation { waiting[key]?.append($0) }
    return true
  }

  private func leave(_ key: Key) {
    guard let line = waiting[key], let next = line.first else {
      waiting[key] = nil
      return
    }
    waiting[key] = Array(line.dropFirst())
    next.resume()
  }
}
