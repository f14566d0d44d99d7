import Vocabulary

/// A report for people.
public struct TextReport: Sendable {
  /// Marks and, on a terminal, colours.
  public struct Style: Sendable {
    let usesColour: Bool
    public init(usesColour: Bool) { self.usesColour = usesColour }

    func paint(_ text: String, _ code: Int) -> String { usesColour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
  }

  private static let width = 118

  let style: Style

  public init(_ style: Style = Style(usesColour: false)) { self.style = style }

  /// One item, and under it what went wrong or why it was left out.
  public func line(_ result: ItemResult) -> String {
    let item = result.item
    let number = String(repeating: " ", count: max(0, 6 - "\(item.number)".count)) + "\(item.number)"
    let versions = item.versions.map(\.rawValue).joined(separator: " ")
    let head = "\(mark(result.outcome)) \(number)  \(item.statement)"
    var lines = [head + style.paint("  \(versions)\(item.level == .must ? "" : " \(item.level.rawValue)")", 2)]
    for found in result.outcomes {
      let prefix = result.outcomes.count > 1 ? "\(found.version.rawValue): " : ""
      switch found.outcome {
      case .passed: break
      case .skipped(let skip): lines += wrapped(prefix + skip.reason, indent: 12)
      case .failed(let evidence):
        lines += wrapped("\(prefix)sent      \(evidence.request)", indent: 12)
        lines += wrapped("expected  \(evidence.expected)", indent: 12)
        lines += wrapped("received  \(evidence.received)", indent: 12)
      }
      for skip in found.unmade { lines += wrapped("\(prefix)shown in part: \(skip.reason)", indent: 12) }
    }
    return lines.joined(separator: "\n")
  }

  /// Everything that a run found, for a file.
  public func text(_ report: Report) -> String {
    let groups: [String?] = Catalogue.sections + [nil]
    let parts = groups.flatMap { section -> [String] in
      let own = report.results.filter { $0.item.section == section }
      return own.isEmpty ? [] : [heading(section.map { "§\($0)" } ?? "v1 only")] + own.map(line)
    }
    return (parts + [summary(report), ""]).joined(separator: "\n")
  }

  /// Counts by section of the published text and by kind.
  private func sections(_ report: Report) -> [String] {
    func cell(_ counts: Counts?) -> String {
      guard let counts, counts.all > 0 else { return "" }
      return [("", counts.passed), ("✗", counts.failed), ("–", counts.skipped)].filter { $0.1 > 0 }
        .map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
    let kinds = Item.Kind.allCases
    func line(_ first: String, _ second: String, _ cells: [String]) -> String {
      let text = padded(first, 8) + padded(second, 30) + cells.map { padded($0, 13) }.joined()
      return "  " + String(text.reversed().drop { $0 == " " }.reversed())
    }
    let rows = report.sections.map { row in
      line(row.section ?? "–", row.method, kinds.map { cell(row.counts[$0]) })
    }
    return [line("section", "method", kinds.map { "\($0.rawValue)s" })] + rows
      + [line("all", "", kinds.map { cell(report.counts($0)) })]
  }

  public func heading(_ title: String) -> String { "\n" + style.paint(title, 1) }

  public func summary(_ report: Report) -> String {
    var lines = ["", style.paint("Summary", 1), "  service   \(report.base)"]
    for version in report.versions {
      lines.append(
        "  \(version.version.rawValue)        \(version.name ?? "no name"), specs \(version.specs ?? "not told")")
    }
    if report.versions.isEmpty { lines.append("  neither version answers info") }
    lines.append("")
    lines.append("            passed  failed  skipped")
    for level in Level.allCases {
      let counts = [
        report.count(level) { $0 == .passed }, report.count(level, where: \.isFailed),
        report.count(level, where: \.isSkipped),
      ]
      let cells = counts.map { String(repeating: " ", count: 8 - "\($0)".count) + "\($0)" }.joined()
      lines.append("  \(level.rawValue)" + String(repeating: " ", count: 8 - level.rawValue.count) + cells)
    }
    lines += [""] + sections(report) + ["  (passed, ✗ failed, – skipped)"]
    let failed = report.results.filter(\.outcome.isFailed).map(\.item.number)
    if !failed.isEmpty { lines += ["", "  failed: " + Self.ranges(failed)] }
    lines += skips(report)
    let seconds = Int(report.duration.rounded())
    lines += ["", "  \(report.requests) requests in \(seconds) s"]
    if report.lostConnections > 0 {
      lines.append(
        "  \(report.lostConnections) connections broke before the answer came; those requests were sent twice")
    }
    lines += [
      report.conforms
        ? "  " + style.paint("no MUST item failed", 32) : "  " + style.paint("MUST items failed", 31)
    ]
    return lines.joined(separator: "\n")
  }

  /// Items that were left out, by what it would take.
  private func skips(_ report: Report) -> [String] {
    let titles: [(Skip.Kind, String)] = [
      (.missing, "needs something that was not given"), (.notOffered, "not offered by the service"),
      (.unseen, "cannot be seen from outside"),
    ]
    return titles.flatMap { kind, title -> [String] in
      let numbers = report.results.filter { result in
        if case .skipped(let skip) = result.outcome { skip.kind == kind } else { false }
      }.map(\.item.number)
      return numbers.isEmpty ? [] : wrapped("skipped, \(title): \(Self.ranges(numbers))", indent: 2)
    }
  }

  /// 1, 3-5
  static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(
      separator: ", ")
  }

  private func mark(_ outcome: Outcome) -> String {
    switch outcome {
    case .passed: style.paint("✓", 32)
    case .failed: style.paint("✗", 31)
    case .skipped: style.paint("–", 33)
    }
  }

  /// Breaks at blanks; what has none stays whole.
  private func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + word.count + 1 > Self.width - indent {
        lines.append(margin + line)
        line = "    " + word
      } else {
        line = line.isEmpty && lines.isEmpty && word.isEmpty ? "" : line.isEmpty ? String(word) : "\(line) \(word)"
      }
    }
    return lines + [margin + line]
  }
}
