import Synchronization

/// Runs one publication at a time, so that none overwrites a newer one. Who comes while one runs has another follow it.
final class Publishing: Sendable {
  private let state = Mutex((isRunning: false, isWanted: false))

  /// - Returns: what the last run said; true at once if another caller's run takes care of it.
  func run(_ body: () async -> Bool) async -> Bool {
    let isMine = state.withLock { state in
      if state.isRunning { state.isWanted = true }
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard isMine else { return true }
    while true {
      let result = await body()
      let isDone = state.withLock { state in
        state.isRunning = state.isWanted
        state.isWanted = false
        return !state.isRunning
      }
      if isDone { return result }
    }
  }
}
