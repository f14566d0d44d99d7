import Lifetimes

/// How many messages the gateway sends at most. They cost the partner money, and a customer who is flooded approves
/// anything.
public struct MessageLimits: Sendable {
  /// Delivered messages to one customer for one factor.
  public var gap: UnixTime = 30
  public var perHour = 5
  /// Together with those that were not delivered: a messenger that says so may have delivered all the same.
  public var attemptsPerHour = 20
  /// Through one partner's messenger.
  public var perMinuteAndPartner = 600

  public init() {}

  public init(gap: UnixTime, perHour: Int, attemptsPerHour: Int) {
    self.gap = gap
    self.perHour = perHour
    self.attemptsPerHour = attemptsPerHour
  }

  static let hour: UnixTime = 3600
  static let minute: UnixTime = 60

  /// Seconds until the customer may get another message; nil if now.
  ///
  /// - Parameter sent: the messages of the last hour, oldest first.
  func wait(_ sent: [SentMessage], now: UnixTime) -> UnixTime? {
    // What a clock sent that was ahead holds up nobody now.
    let sent = sent.filter { $0.time <= now + Lifetime.skew }
    let delivered = sent.filter { !$0.hasFailed }.map(\.time)
    let waits = [
      // A call that began later may have been faster.
      delivered.last.map { min($0, now) + gap - now },
      Self.wait(delivered, perHour, now),
      Self.wait(sent.map(\.time), attemptsPerHour, now),
    ]
    // Not longer than the window itself, whatever the clock did meanwhile.
    return waits.compactMap(\.self).filter { $0 > 0 }.max().map { min($0, Self.hour) }
  }

  private static func wait(_ times: [UnixTime], _ limit: Int, _ now: UnixTime) -> UnixTime? {
    guard times.count >= limit else { return nil }
    return times[times.count - limit] + hour - now
  }
}
