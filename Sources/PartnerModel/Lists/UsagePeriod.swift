internal import Octets
public import Vocabulary

/// A month in UTC, as `GET /usage` names it: `2026-11`.
public struct UsagePeriod: Equatable, Sendable {
  public let text: String
  /// From its first second to before the next month's.
  public let times: Range<UnixTime>

  /// - Parameter pairs: nil if it is no such text.
  /// - Throws: `query-invalid`.
  public init(_ pairs: QueryPairs?) throws(Problem) {
    let query = try ListQuery(pairs, filters: ["period": Self.rule])
    guard query.cursor == nil, pairs?.count == 1, let text = query.filters["period"] else {
      throw Problem(
        .queryInvalid, "The query must be one period.",
        faults: [RequestFault(.query("period"), "It must be \(Self.rule.description).")])
    }
    let numbers = text.parts(separatedBy: UInt8(ascii: "-")).compactMap { Int($0) }
    self.text = text
    let (year, month) = (numbers[0], numbers[1])
    let next = month == 12 ? (year + 1, 1) : (year, month + 1)
    times = CalendarDay.days(year: year, month: month) * 86400..<CalendarDay.days(year: next.0, month: next.1) * 86400
  }

  private static let rule = TextRule("a month such as 2026-11") { text in
    let octets = Array(text.utf8)
    guard octets.count == 7, octets[4] == UInt8(ascii: "-"),
      (octets[..<4] + octets[5...]).allSatisfy({ 0x30...0x39 ~= $0 })
    else { return false }
    let month = (octets[5] - 0x30) * 10 + octets[6] - 0x30
    return 1...12 ~= month && octets[0] != UInt8(ascii: "0")
  }
}
