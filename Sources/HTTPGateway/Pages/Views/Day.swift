internal import Foundation
internal import Vocabulary

/// A day of the calendar, UTC.
struct Day {
  let year, month, day: Int

  init(_ time: UnixTime) {
    var seconds = time_t(time)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    year = Int(parts.tm_year) + 1900
    month = Int(parts.tm_mon) + 1
    day = Int(parts.tm_mday)
  }

  var iso: String { "\(year)-" + [month, day].map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: "-") }
}
