/// Calls that signed, were refused or failed, by the hour (UTC) in which their entry was recorded. It knows kinds and
/// times of entries alone, and keeps the last thirty days.
public struct ActivityCount: Sendable, Equatable {
  /// Numbers of calls.
  public struct Numbers: Sendable, Equatable {
    public var signed = 0
    /// A factor was wrong or is still needed, or a customer said no. An attempt that has to wait has one entry for
    /// any number of calls, so it does not count.
    public var refused = 0
    /// Somebody who is needed did not answer, or the outcome is not known.
    public var failed = 0

    public init() {}

    public static func + (one: Numbers, other: Numbers) -> Numbers {
      var sum = one
      sum.signed += other.signed
      sum.refused += other.refused
      sum.failed += other.failed
      return sum
    }
  }

  /// An hour, or a day.
  public struct Span: Sendable, Equatable {
    /// UTC, milliseconds since 1970.
    public let start: Int64
    public let numbers: Numbers
  }

  /// Days of the calendar that are kept, with today.
  public static let days: Int64 = 30
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 24 * hour

  /// By the number of the hour since 1970.
  private var hours: [Int64: Numbers] = [:]

  public init() {}

  /// The beginning of the first day that is kept.
  public static func horizon(at now: Int64) -> Int64 { (now / day - days + 1) * day }

  /// - Parameters:
  ///   - header: octets of an `EntryHeader`; anything else counts for nothing.
  ///   - now: UTC, milliseconds. An entry of a clock that was ahead counts for nothing.
  public mutating func add(header: [UInt8], at now: Int64) {
    guard let (time, kind) = EntryHeader.glance(at: header), time >= Self.horizon(at: now), time < now + Self.hour
    else { return }
    var numbers = hours[time / Self.hour] ?? Numbers()
    switch AuditEvent.Kind(rawValue: kind) {
    case .signatureMade: numbers.signed += 1
    case .authorizationRefused, .authorizationDenied: numbers.refused += 1
    case .authorizationUnavailable, .signatureReleased, .signatureUnknown, .codeUndelivered: numbers.failed += 1
    default: return
    }
    hours[time / Self.hour] = numbers
    // As many as the days have, and one for each clock that was ahead.
    if hours.count > Int(Self.days + 1) * 24 {
      hours = hours.filter { $0.key * Self.hour >= Self.horizon(at: now) }
    }
  }

  /// The last hours, the oldest first; the hour of `now` is the last.
  public func lastHours(_ count: Int64, at now: Int64) -> [Span] {
    (now / Self.hour - count + 1...now / Self.hour).map {
      Span(start: $0 * Self.hour, numbers: hours[$0] ?? Numbers())
    }
  }

  /// The days that are kept, the oldest first; the day of `now` is the last.
  public func lastDays(at now: Int64) -> [Span] {
    (now / Self.day - Self.days + 1...now / Self.day).map { day in
      let numbers = (day * 24..<(day + 1) * 24).reduce(Numbers()) { $0 + (hours[$1] ?? Numbers()) }
      return Span(start: day * Self.day, numbers: numbers)
    }
  }
}
