/// Numbers of what is locked, or has to wait, at one moment; no names. For an operator: nothing is concluded from them.
public struct HoldCounts: Sendable, Equatable {
  /// Largest number of rows that are counted, of locks and of waits.
  public static let most = 10_000

  /// Factors of credentials that take no more tries until they are unlocked.
  public var lockedFactors = 0
  /// Counters whose next try has to wait, by kind.
  public var waiting: [ThrottleKind: Int] = [:]
  /// Whether there may be more of each: not all rows were counted.
  public var isCut = false

  public init() {}
}

/// A store of locks and waits, as they are counted.
public protocol HoldCounting: Sendable {
  /// - Parameters:
  ///   - tries: wrong tries after which a factor is locked, by the factor's name.
  ///   - now: UTC, seconds since 1970.
  func holdCounts(tries: [String: Int], now: Int64) async throws -> HoldCounts
}
