import Certificates
import Testing
import Vocabulary

@Suite("Days, and how long a certificate lasts", .timeLimit(.minutes(1)))
struct CivilTimeTests {
  @Test("every day of 800 years has one number, and follows the day before")
  func days() {
    var (year, month, day) = (1600, 1, 1)
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var wrong: [Int] = []
    for number in -135_140..<157_054 {
      let expected = CivilDay(year: year, month: month, day: day)
      if CivilDay(number: number) != expected || expected.number != number { wrong.append(number) }
      let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
      day += 1
      if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(wrong == [])
  }

  @Test("the last second is inside of the life (pitfall 5)")
  func ends() throws {
    let start: UnixTime = 1_795_973_888
    let vectors: [(String, Int64)] = [
      ("P1D", 86_399), ("PT2H", 7199), ("PT15M", 899), ("PT60S", 59), ("P1Y", 31_535_999),
    ]
    for (text, seconds) in vectors {
      #expect(try #require(ValidityPeriod(text)).end(from: start) == start + seconds)
      #expect(ValidityPeriod(text)?.text == text)
    }
    // 2028-02-29 12:00:00 and a year: up to the end of the second before 2029-03-01 12:00:00.
    let leap = UnixTime(CivilDay(year: 2028, month: 2, day: 29).number) * 86_400 + 43_200
    let end = try #require(ValidityPeriod("P1Y")).end(from: leap)
    #expect(end == UnixTime(CivilDay(year: 2029, month: 3, day: 1).number) * 86_400 + 43_199)
  }

  @Test("no time is too far away")
  func far() throws {
    for text in ["P1Y", "P99999Y", "P99999D"] {
      let period = try #require(ValidityPeriod(text))
      #expect(period.end(from: .max) > DERWriter.endOfTime)
      #expect(period.end(from: .min) < period.end(from: 0))
    }
  }

  @Test("one number and one unit, and nothing else")
  func refused() {
    for text in [
      "", "P", "PT", "P1", "1Y", "P0D", "P01D", "PT1D", "P1H", "P1S", "P-1D", "P1.5D", "P1Y2D", "p1d", "P100000D",
      "P1D ",
      "P١D", "P1W",
    ] {
      #expect(ValidityPeriod(text) == nil, "\(text)")
    }
  }
}
