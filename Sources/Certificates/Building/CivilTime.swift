internal import Vocabulary

/// A day of the Gregorian calendar, also before it was in use.
public struct CivilDay: Sendable, Hashable {
  public let year, month, day: Int

  public init(year: Int, month: Int, day: Int) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// - Parameter number: days since 1970-01-01, negative before.
  public init(number: Int) {
    // Years begin in March here, so that the day that comes every four years is the last one; 400 of them repeat.
    let shifted = number + 719_468
    let era = Self.quotient(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01. A day that the month does not have counts on into the next one: 29 February is 1 March in
  /// three years of four.
  public var number: Int {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = Self.quotient(yearFromMarch, 400)
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func quotient(_ number: Int, _ divisor: Int) -> Int {
    (number >= 0 ? number : number - divisor + 1) / divisor
  }
}

/// A second of a day, in UTC.
struct CivilTime {
  let day: CivilDay
  /// Seconds since midnight.
  let second: Int

  init(_ time: UnixTime) {
    let second = time % 86_400
    self.second = Int(second < 0 ? second + 86_400 : second)
    day = CivilDay(number: Int((time - Int64(self.second)) / 86_400))
  }
}
