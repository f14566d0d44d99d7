public import Vocabulary

/// Length of a certificate's life, as ISO 8601 writes it: `P1Y`, `P90D`, `PT2H`, `PT60S`. One number and one unit.
public struct ValidityPeriod: Sendable, Equatable {
  public enum Unit: Character, Sendable {
    case years = "Y"
    case days = "D"
    case hours = "H"
    case minutes = "M"
    case seconds = "S"
  }

  public let count: Int
  public let unit: Unit

  /// Nil for any other text, zeros in front, or more than five digits.
  public init?(_ text: String) {
    let octets = Array(text.utf8)
    let isOfDay = octets.starts(with: "PT".utf8)
    guard octets.first == UInt8(ascii: "P"), let last = octets.last,
      let unit = Unit(rawValue: Character(Unicode.Scalar(last)))
    else { return nil }
    let digits = octets.dropFirst(isOfDay ? 2 : 1).dropLast()
    let isUnitOfDay = unit != .years && unit != .days
    guard isOfDay == isUnitOfDay, (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
      digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      let count = Int(String(decoding: digits, as: UTF8.self))
    else { return nil }
    (self.count, self.unit) = (count, unit)
  }

  public var text: String { (unit == .years || unit == .days ? "P" : "PT") + "\(count)\(unit.rawValue)" }

  /// The last second of a life that begins at `start`. Both ends are inside of it (RFC 5280 §4.1.2.5), so a day has
  /// 86,399 seconds between them. A year that began on 29 February ends with the last of February.
  ///
  /// - Parameter start: within the times that a certificate can name; the nearest of them stands for another one.
  public func end(from start: UnixTime) -> UnixTime {
    let start = min(max(start, DERWriter.times.lowerBound), DERWriter.times.upperBound)
    switch unit {
    case .years:
      let moment = CivilTime(start)
      let day = CivilDay(year: moment.day.year + count, month: moment.day.month, day: moment.day.day)
      return Int64(day.number) * 86_400 + Int64(moment.second) - 1
    case .days, .hours, .minutes, .seconds: return start + seconds - 1
    }
  }

  /// Whether it is never longer than another one, whenever it begins.
  func isAtMost(_ other: ValidityPeriod) -> Bool {
    guard other.unit == .years else { return seconds <= other.seconds }
    return unit == .years ? count <= other.count : seconds <= Int64(other.count) * 365 * 86_400
  }

  /// Seconds of days and what is shorter; of years as many as they have at most.
  public var seconds: Int64 {
    switch unit {
    case .years: Int64(count) * 366 * 86_400
    case .days: Int64(count) * 86_400
    case .hours: Int64(count) * 3600
    case .minutes: Int64(count) * 60
    case .seconds: Int64(count)
    }
  }
}
