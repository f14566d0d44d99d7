/// The time in which something that was given is good. Times are UTC, seconds since 1970.
///
/// A time of issue in the future is that of a clock that was ahead. It is refused as if it were over: for a clock that
/// was put right, a token of an hour would be good for as long as the clock had been ahead.
public struct Lifetime: Sendable, Equatable {
  /// Seconds by which the clocks of gateways that share a store may differ.
  public static let skew: Int64 = 30

  public let issued, expires: UnixTime

  public init(issued: UnixTime, expires: UnixTime) {
    self.issued = issued
    self.expires = expires
  }

  /// For what keeps only its end.
  ///
  /// - Parameter longest: seconds that such a thing lives at most, from its issue.
  public init(expires: UnixTime, longest: Int64) {
    self.init(issued: expires - longest, expires: expires)
  }

  public func isOpen(at now: UnixTime) -> Bool { now < expires && !isFromTheFuture(at: now) }

  public func isFromTheFuture(at now: UnixTime) -> Bool { issued > now + Self.skew }
}
