import Conformance
import Foundation
import WireJSON

/// A file for a report, in the form that its ending names.
struct ReportFile: Equatable {
  let path: String

  private static let forms: [String: @Sendable (Report) -> [UInt8]] = [
    "txt": { Array(TextReport().text($0).utf8) },
    "json": { $0.json.indented() + Array("\n".utf8) },
    "xml": { Array(JUnitReport().text($0).utf8) },
    "html": { Array(HTMLReport().text($0).utf8) },
  ]

  /// Nil if the ending names no form.
  init?(_ path: String) {
    guard Self.forms[Self.ending(path)] != nil else { return nil }
    self.path = path
  }

  private static func ending(_ path: String) -> String { URL(fileURLWithPath: path).pathExtension.lowercased() }

  func write(_ report: Report) throws {
    guard let form = Self.forms[Self.ending(path)] else { return }
    try Data(form(report)).write(to: URL(fileURLWithPath: path))
  }
}
