/// Work that one caller may ask for: some at once, and so much a second on average.
public struct CallBudget: Sendable, Equatable {
  /// Units that are there after a rest.
  public let burst: Int64
  /// Units that come back in a second.
  public let perSecond: Int64
  private var left: Int64
  private var last: Int64

  /// - Parameter now: UTC, seconds since 1970.
  public init(burst: Int64, perSecond: Int64, at now: Int64) {
    self.burst = burst
    self.perSecond = perSecond
    left = burst
    last = now
  }

  /// Takes units, if there are so many. What is not taken stays: who waits gets through.
  ///
  /// - Parameter cost: not more than `burst`.
  /// - Returns: seconds after which there are enough; nil if they were taken.
  public mutating func spend(_ cost: Int64, at now: Int64) -> Int64? {
    // A clock that was put back gives nothing, and takes nothing.
    let seconds = min(max(now - last, 0), burst / perSecond + 1)
    left = min(burst, left + seconds * perSecond)
    last = now
    guard left < cost else {
      left -= cost
      return nil
    }
    return (cost - left + perSecond - 1) / perSecond
  }
}
