public import Vocabulary

/// Times as answers write them: RFC 3339 §5.6 in UTC, with whole seconds and `Z`.
public enum TimeText {
  private static let day: UnixTime = 86400

  public static func text(_ time: UnixTime) -> String {
    // Rounded down, also before 1970.
    let days = (time - (time % day + day) % day) / day
    let seconds = Int(time - days * day)
    let date = CalendarDay(daysSince1970: days)
    return "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))T"
      + "\(digits(seconds / 3600, 2)):\(digits(seconds / 60 % 60, 2)):\(digits(seconds % 60, 2))Z"
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(count - text.count, 0)) + text
  }
}

/// A day of the Gregorian calendar, which is taken to have been in use always (ISO 8601-1:2019, 4.3.1).
struct CalendarDay: Equatable {
  let year, month, day: Int

  /// Eras of 400 years are all of the same length, and years are counted from March, so that a leap day comes last.
  init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let place = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * place + 2) / 5 + 1)
    month = Int(place < 10 ? place + 3 : place - 9)
    year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01 of the first day of a month.
  ///
  /// - Parameter month: 1 to 12.
  static func days(year: Int, month: Int) -> Int64 {
    let year = Int64(month <= 2 ? year - 1 : year)
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
