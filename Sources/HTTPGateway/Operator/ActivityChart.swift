internal import AuditLog
internal import Texts
internal import Vocabulary

/// A picture of numbers of calls, one bar for each span, its series above each other. Bars alone: what is written
/// around it is text of the page, which stays legible on every screen.
struct ActivityChart {
  typealias Series = (kind: String, number: (ActivityCount.Numbers) -> Int)

  private let id, caption: String
  private let spans: [ActivityCount.Span]
  private let name: (UnixMilliseconds) -> String
  private let series: [Series]

  /// Of a bar with the gap after it, and of the picture's height.
  private static let step = 10, height = 100
  /// The smallest that can be seen.
  private static let least = 2

  init(
    _ id: String, _ caption: String, _ spans: [ActivityCount.Span], name: @escaping (UnixMilliseconds) -> String,
    _ series: [Series]
  ) {
    self.id = id
    self.caption = caption
    self.spans = spans
    self.name = name
    self.series = series
  }

  func values(_ texts: OperatorTexts, _ write: OperatorWriting) -> [String: Any] {
    let sums = spans.map { span in series.reduce(0) { $0 + $1.number(span.numbers) } }
    let most = sums.max() ?? 0
    let filled = caption.filled([
      "count": write.number(Int64(sums.reduce(0, +))), "most": write.number(Int64(most)),
    ])
    return [
      "id": id, "caption": filled, "detail": texts.chartDetail, "width": spans.count * Self.step,
      "bars": spans.enumerated().flatMap { bars($1, at: $0, most: most) },
      "first": spans.first.map { name($0.start) } ?? "", "middle": name(spans[spans.count / 2].start),
      "last": spans.last.map { name($0.start) } ?? "", "hasLegend": series.count > 1, "refused": texts.refused,
      "failed": texts.failed,
    ]
  }

  private func bars(_ span: ActivityCount.Span, at index: Int, most: Int) -> [[String: Any]] {
    var top = Self.height
    return series.compactMap { kind, number in
      let number = number(span.numbers)
      guard number > 0 else { return nil }
      // Without rounding up to above the picture: what is below is never higher than its share.
      let height = min(top, max(Self.least, Int(Double(number) / Double(most) * Double(Self.height))))
      top -= height
      return ["kind": kind, "x": index * Self.step + 1, "y": top, "height": height]
    }
  }
}
