internal import Vocabulary

/// Whether a provider is called at all: after failures in a row not for a while, then by one call that tries.
///
/// A value without a clock; the caller says what time it is, in seconds.
struct CircuitBreaker: Sendable {
  private enum State {
    case closed(failures: Int)
    case open(until: UnixTime)
    /// One call is trying.
    case halfOpen
  }

  /// Failures in a row that open it.
  let failures: Int
  /// Seconds without calls.
  let pause: UnixTime
  private var state = State.closed(failures: 0)

  init(failures: Int, pause: UnixTime) {
    self.failures = failures
    self.pause = pause
  }

  /// Whether calls are refused now. Asking changes nothing.
  func isOpen(at now: UnixTime) -> Bool {
    switch state {
    case .closed: false
    // Longer than the pause is a wait that a clock caused which was ahead.
    case .open(let until): now < until && until <= now + pause
    case .halfOpen: true
    }
  }

  /// Seconds until a call is let through again; nil if now, or if it is unknown because one is trying.
  func wait(at now: UnixTime) -> UnixTime? {
    guard case .open(let until) = state, now < until, until <= now + pause else { return nil }
    return min(until - now, pause)
  }

  /// To be asked right before a call; the call's end must be told to `ended`.
  mutating func admits(at now: UnixTime) -> Bool {
    guard !isOpen(at: now) else { return false }
    if case .open = state { state = .halfOpen }
    return true
  }

  /// - Returns: whether it opened or closed by this.
  mutating func ended(isAlive: Bool, at now: UnixTime) -> Bool {
    switch (state, isAlive) {
    case (.closed, true):
      state = .closed(failures: 0)
      return false
    case (.closed(let count), false) where count + 1 < failures:
      state = .closed(failures: count + 1)
      return false
    // A call from before it opened; the pause does not begin again.
    case (.open, false): return false
    case (.closed, false), (.halfOpen, false):
      state = .open(until: now + pause)
      return true
    case (.open, true), (.halfOpen, true):
      state = .closed(failures: 0)
      return true
    }
  }
}
