internal import Texts
internal import Vocabulary

/// Numbers and times, as the operator's page has them: short, UTC, the same order in every language.
struct OperatorWriting {
  private let texts: OperatorTexts
  private let now: UnixMilliseconds

  init(_ language: Language, now: UnixMilliseconds) {
    texts = OperatorTexts.of(language)
    self.now = now
  }

  func number(_ number: Int64) -> String {
    var digits = Array("\(abs(number))".utf8)
    var text: [UInt8] = []
    while digits.count > 3 {
      text = Array(texts.thousands.utf8) + digits.suffix(3) + text
      digits.removeLast(3)
    }
    return (number < 0 ? "−" : "") + String(decoding: digits + text, as: UTF8.self)
  }

  /// `2026-11-30 18:04:59`
  func time(_ time: UnixMilliseconds) -> String {
    let second = time / 1000
    return "\(day(time)) \(Self.two(second / 3600 % 24)):\(Self.two(second / 60 % 60)):\(Self.two(second % 60))"
  }

  func day(_ time: UnixMilliseconds) -> String { Day(time / 1000).iso }

  /// The hour that begins then.
  func hour(_ time: UnixMilliseconds) -> String { "\(Self.two(time / 3_600_000 % 24)):00" }

  /// Time that has passed, in its largest unit and the next: `2 d 3 h`.
  func age(of time: UnixMilliseconds) -> String {
    var seconds = max(0, (now - time) / 1000)
    var parts: [String] = []
    for (unit, length) in [("d", 86400), ("h", 3600), ("min", 60), ("s", 1)] as [(String, Int64)] {
      if seconds >= length || length == 1 && parts.isEmpty { parts.append("\(seconds / length)\u{a0}\(unit)") }
      seconds %= length
      if parts.count == 2 { break }
    }
    return parts.joined(separator: " ")
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
