public import Vocabulary

extension DERWriter {
  /// Times that a certificate can name: years 0 to 9999.
  public static let times: ClosedRange<UnixTime> = -62_167_219_200...endOfTime
  /// `99991231235959Z`, for what has no end that is known (RFC 5280 §4.1.2.5).
  public static let endOfTime: UnixTime = 253_402_300_799

  /// Time of RFC 5280 §4.1.2.5: UTCTime `YYMMDDHHMMSSZ` from 1950 to 2049, GeneralizedTime outside of it.
  ///
  /// - Parameter time: within `times`; the nearest time within it stands for another one.
  public static func time(_ time: UnixTime) -> [UInt8] {
    let moment = CivilTime(clamped(time))
    guard (1950...2049).contains(moment.day.year) else { return generalizedTime(time) }
    return element(DERTag.utcTime, Array("\(digits(moment.day.year % 100, 2))\(moment.text)Z".utf8))
  }

  /// GeneralizedTime `YYYYMMDDHHMMSSZ`, seconds always and no fraction (RFC 5280 §4.1.2.5.2). Invalidity dates, and all
  /// times of OCSP, are of this type in every year.
  public static func generalizedTime(_ time: UnixTime) -> [UInt8] {
    let moment = CivilTime(clamped(time))
    return element(DERTag.generalizedTime, Array("\(digits(moment.day.year, 4))\(moment.text)Z".utf8))
  }

  private static func clamped(_ time: UnixTime) -> UnixTime { min(max(time, times.lowerBound), times.upperBound) }

  fileprivate static func digits(_ number: Int, _ count: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}

extension CivilTime {
  /// `MMDDHHMMSS`.
  fileprivate var text: String {
    [day.month, day.day, second / 3600, second / 60 % 60, second % 60].map { DERWriter.digits($0, 2) }.joined()
  }
}
