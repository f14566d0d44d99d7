/// A report for build servers: JUnit's XML, a suite for each section of the published text and a case for each item.
public struct JUnitReport: Sendable {
  public init() {}

  public func text(_ report: Report) -> String {
    let all = Counts(report.results)
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuites name=\"csc-conformance\"\(attributes(all)) time=\"\(Int(report.duration.rounded()))\">",
    ]
    let groups: [String?] = Catalogue.sections + [nil]
    for section in groups {
      let own = report.results.filter { $0.item.section == section }
      if own.isEmpty { continue }
      let name = section.map { "§\($0)" } ?? "v1 only"
      lines.append("  <testsuite name=\"\(Markup.escaped(name))\"\(attributes(Counts(own)))>")
      for result in own { lines += testCase(result) }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>", ""]).joined(separator: "\n")
  }

  private func attributes(_ counts: Counts) -> String {
    " tests=\"\(counts.all)\" failures=\"\(counts.failed)\" skipped=\"\(counts.skipped)\""
  }

  /// A SHOULD that is not kept is no failure of the service, and a build server knows nothing in between.
  private func testCase(_ result: ItemResult) -> [String] {
    let item = result.item
    let name = Markup.escaped("\(item.number) \(item.statement)")
    let head = "    <testcase classname=\"\(Markup.escaped(item.method))\" name=\"\(name)\""
    switch result.outcome {
    case .passed: return [head + "/>"]
    case .skipped(let skip):
      return [head + ">", "      <skipped message=\"\(Markup.escaped(skip.reason))\"/>", "    </testcase>"]
    case .failed(let evidence):
      let text = "sent: \(evidence.request)\nexpected: \(evidence.expected)\nreceived: \(evidence.received)"
      return [
        head + ">",
        "      <failure type=\"\(item.level.rawValue)\" message=\"\(Markup.escaped(evidence.expected))\">"
          + Markup.escaped(text) + "</failure>", "    </testcase>",
      ]
    }
  }
}

/// Text inside of XML and HTML.
enum Markup {
  /// With references for what has a meaning there, and without control characters, which XML cannot have.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value & 0xfffe == 0xfffe:
        escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
