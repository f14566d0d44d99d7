internal import Vocabulary

/// A time of a certificate as it is read (RFC 5280 §4.1.2.5): the lint's own arithmetic of days.
enum LintTime {
  /// Nil for a time of another form, or of the wrong type for its year: `YYMMDDHHMMSSZ` up to 2049 and
  /// `YYYYMMDDHHMMSSZ` from 2050, seconds always, no fraction, no offset.
  static func read(_ node: DERNode) -> UnixTime? {
    guard node.content.last == UInt8(ascii: "Z") else { return nil }
    let digits = node.content.dropLast()
    guard digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
    func number(_ places: Range<Int>) -> Int {
      digits.dropFirst(places.lowerBound).prefix(places.count).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
    switch (node.tag, digits.count) {
    case (DERTag.utcTime, 12):
      let year = number(0..<2)
      return time(year: year < 50 ? 2000 + year : 1900 + year, (2..<12).map { number($0..<$0 + 1) })
    case (DERTag.generalizedTime, 14):
      let year = number(0..<4)
      guard !(1950...2049).contains(year) else { return nil }
      return time(year: year, (4..<14).map { number($0..<$0 + 1) })
    default: return nil
    }
  }

  /// - Parameter digits: ten of them, for month, day, hour, minute and second.
  private static func time(year: Int, _ digits: [Int]) -> UnixTime? {
    let parts = stride(from: 0, to: 10, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }
    let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(parts[0]), (1...lengths[parts[0] - 1]).contains(parts[1]), parts[2] < 24, parts[3] < 60,
      parts[4] < 60
    else { return nil }
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400
    // The first of January 1970 is day 719,162 after the first of January of the year 1.
    let days = before * 365 + leapDays + lengths[..<(parts[0] - 1)].reduce(0, +) + parts[1] - 1 - 719_162
    return Int64(days) * 86_400 + Int64(parts[2] * 3600 + parts[3] * 60 + parts[4])
  }
}
