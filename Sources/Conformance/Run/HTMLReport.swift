import Vocabulary

/// A report as one page: no script, nothing loaded, readable on paper. Failures come first.
public struct HTMLReport: Sendable {
  public init() {}

  private static let style = """
    :root { color-scheme: light dark; --good: #17692f; --bad: #b3261e; --left: #6b5200; --line: #8884; }
    @media (prefers-color-scheme: dark) { :root { --good: #7fd89a; --bad: #ff9a92; --left: #e3c15f; } }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
    h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { margin-top: 2.5rem; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
    td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .passed { color: var(--good); } .failed { color: var(--bad); } .skipped { color: var(--left); }
    article { border: 1px solid var(--line); border-left: .4rem solid var(--bad); padding: .2rem 1rem; margin: 1rem 0; }
    dl { display: grid; grid-template-columns: 6rem 1fr; gap: .2rem 1rem; } dt { opacity: .75; } dd { margin: 0; }
    code, dd.raw { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }
    details { margin: .6rem 0; } summary { cursor: pointer; font-weight: 600; }
    .note { opacity: .75; }
    """

  public func text(_ report: Report) -> String {
    let title = Markup.escaped("CSC conformance of \(report.base)")
    // Those first that decide.
    let failed = Level.allCases.flatMap { level in
      report.results.filter { $0.outcome.isFailed && $0.item.level == level }
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <h1>\(title)</h1>
      \(introduction(report))
      \(overview(report))
      <h2>What failed (\(failed.count))</h2>
      \(failed.isEmpty ? "<p>Nothing.</p>" : failed.map(failure).joined(separator: "\n"))
      \(skips(report))
      <h2>Every item</h2>
      \(Catalogue.sections.map { section($0, report) }.joined(separator: "\n"))
      \(section(nil, report))
      </body>
      </html>

      """
  }

  private func introduction(_ report: Report) -> String {
    let versions = report.versions.map { version in
      "<li>\(version.version.rawValue): \(Markup.escaped(version.name ?? "no name")), specs "
        + "\(Markup.escaped(version.specs ?? "not told"))</li>"
    }
    let verdict =
      report.conforms
      ? "<p class=\"passed\"><strong>No MUST item failed.</strong></p>"
      : "<p class=\"failed\"><strong>\(report.count(.must, where: \.isFailed)) MUST items failed.</strong></p>"
    let lost =
      report.lostConnections > 0
      ? " \(report.lostConnections) connections broke before the answer came; those requests were sent twice." : ""
    return """
      <ul>\(versions.isEmpty ? "<li>neither version answers info</li>" : versions.joined())</ul>
      \(verdict)
      <p class="note">\(report.requests) requests in \(Int(report.duration.rounded())) s.\(lost) Passwords, PINs, codes, tokens and SADs are masked.</p>
      """
  }

  private func overview(_ report: Report) -> String {
    let kinds = Item.Kind.allCases
    let rows = report.sections.map { line in
      let cells = kinds.map { kind in "<td class=\"n\">\(cell(line.counts[kind]))</td>" }.joined()
      let name = line.section.map { "§\($0)" } ?? "–"
      return
        "<tr><th scope=\"row\"><a href=\"#s\(line.section ?? "v1")\">\(name)</a></th><td>\(Markup.escaped(line.method))</td>\(cells)</tr>"
    }
    let sums = kinds.map { kind in "<td class=\"n\">\(cell(report.counts(kind)))</td>" }.joined()
    let heads = kinds.map { "<th scope=\"col\" class=\"n\">\($0.rawValue)s</th>" }.joined()
    return """
      <h2>By section of CSC API 2.2.0.0, and by kind</h2>
      <table>
      <thead><tr><th scope="col">section</th><th scope="col">method</th>\(heads)</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      <tr><th scope="row">all</th><td></td>\(sums)</tr>
      </tbody>
      </table>
      <p class="note"><span class="passed">✓ passed</span>, <span class="failed">✗ failed</span>, <span class="skipped">– skipped</span></p>
      """
  }

  private func cell(_ counts: Counts?) -> String {
    guard let counts, counts.all > 0 else { return "" }
    let parts = [("passed", "✓", counts.passed), ("failed", "✗", counts.failed), ("skipped", "–", counts.skipped)]
    return parts.filter { $0.2 > 0 }.map { "<span class=\"\($0.0)\">\($0.1)\u{a0}\($0.2)</span>" }.joined(
      separator: " ")
  }

  private func name(_ item: Item) -> String {
    let level = item.level == .must ? "" : " (\(item.level.rawValue))"
    // Names stand in backquotes.
    let parts = item.statement.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { place, part in
      place.isMultiple(of: 2) ? Markup.escaped(String(part)) : "<code>\(Markup.escaped(String(part)))</code>"
    }
    return "\(item.number) \(parts.joined())\(level)"
  }

  private func failure(_ result: ItemResult) -> String {
    let found = result.outcomes.compactMap { found -> String? in
      guard case .failed(let evidence) = found.outcome else { return nil }
      return """
        <dl>
        <dt>version</dt><dd>\(found.version.rawValue)</dd>
        <dt>sent</dt><dd class="raw">\(Markup.escaped(evidence.request))</dd>
        <dt>expected</dt><dd class="raw">\(Markup.escaped(evidence.expected))</dd>
        <dt>received</dt><dd class="raw">\(Markup.escaped(evidence.received))</dd>
        </dl>
        """
    }
    let place = result.item.section.map { "§\($0), " } ?? ""
    return """
      <article>
      <h3>\(name(result.item))</h3>
      <p class="note">\(place)\(Markup.escaped(result.item.method))</p>
      \(found.joined(separator: "\n"))
      </article>
      """
  }

  private func skips(_ report: Report) -> String {
    let rows = report.results.compactMap { result -> String? in
      guard case .skipped(let skip) = result.outcome else { return nil }
      return
        "<tr><td>\(name(result.item))</td><td>\(skip.kind.rawValue)</td><td>\(Markup.escaped(skip.reason))</td></tr>"
    }
    return """
      <h2>What was left out (\(rows.count))</h2>
      <details><summary>Reasons</summary>
      <table>
      <thead><tr><th scope="col">item</th><th scope="col">kind</th><th scope="col">reason</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </details>
      """
  }

  private func section(_ section: String?, _ report: Report) -> String {
    let own = report.results.filter { $0.item.section == section }
    if own.isEmpty { return "" }
    let rows = own.map { result in
      let (mark, word) =
        switch result.outcome {
        case .passed: ("✓", "passed")
        case .failed: ("✗", "failed")
        case .skipped: ("–", "skipped")
        }
      let versions = result.item.versions.map(\.rawValue).joined(separator: " ")
      return
        "<tr><td class=\"\(word)\">\(mark)\u{a0}\(word)</td><td>\(versions)</td><td>\(name(result.item))</td>"
        + "<td><code>\(Markup.escaped(result.item.expected))</code></td></tr>"
    }
    let title = section.map { "§\($0)" } ?? "v1 only"
    return """
      <details id="s\(section ?? "v1")"><summary>\(title) (\(own.count))</summary>
      <table>
      <thead><tr><th scope="col">result</th><th scope="col">version</th><th scope="col">item</th><th scope="col">expected</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </details>
      """
  }
}
