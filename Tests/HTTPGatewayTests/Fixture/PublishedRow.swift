import Foundation
import WireJSON

/// A row of the error tables of CSC API 2.2.0.0, as `Tests/python/csc/rows.json` has it.
struct PublishedRow: Decodable, Sendable {
  let method: String
  /// Its place in the method's table, from 1.
  let row: Int
  let status: [Int]
  let error: String
  let text: String

  private enum CodingKeys: String, CodingKey {
    case method, row, status, error
    case text = "error_description"
  }

  /// Rows that belong to a method.
  static let all: [PublishedRow] = {
    struct File: Decodable { let rows: [PublishedRow] }
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = folder.appendingPathComponent("../../python/csc/rows.json").standardized
    do {
      return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).rows.filter { $0.method != "*" }
    } catch { preconditionFailure("\(file.path): \(error)") }
  }()

  static let methods = Set(all.map(\.method)).sorted()

  /// Placeholders in the texts, for something of the request or the certificate, and how that begins.
  private static let placeholders = [
    ("O=[organization],CN=[common_name]", ["O=", "CN="]), ("list of invalid attributes", [""]),
  ]

  func isSaid(by answer: GatewayFixture.Answer) -> Bool {
    status.contains(answer.status) && answer["error"]?.string == error
      && fits(answer["error_description"]?.string ?? "")
  }

  private func fits(_ said: String) -> Bool {
    for (placeholder, beginnings) in Self.placeholders {
      let parts = text.components(separatedBy: placeholder)
      guard parts.count == 2, said.hasPrefix(parts[0]), said.hasSuffix(parts[1]) else { continue }
      let value = said.dropFirst(parts[0].count).dropLast(parts[1].count)
      return !value.isEmpty && beginnings.contains { value.hasPrefix($0) }
    }
    return said == text
  }
}
