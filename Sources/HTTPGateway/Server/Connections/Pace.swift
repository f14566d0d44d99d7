internal import NIOCore

/// Whether somebody takes what waits for him: in each window so many octets, or all that there was.
struct Pace {
  private var window: (end: NIODeadline, taken: Int, waiting: Int)?

  /// - Parameters:
  ///   - taken: octets in all so far.
  ///   - waiting: octets that have not been taken.
  /// - Returns: whether a window is over in which too little was taken.
  mutating func isMissed(taken: Int, waiting: Int, at now: NIODeadline, _ limits: ConnectionLimits) -> Bool {
    guard waiting > 0 else {
      window = nil
      return false
    }
    if let window {
      guard now >= window.end else { return false }
      if taken - window.taken < min(limits.answerOctets, window.waiting) { return true }
    }
    window = (now + TimeAmount(limits.answerWindow), taken, waiting)
    return false
  }
}
