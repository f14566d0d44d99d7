public import Vocabulary

/// Obligation level of an item.
public enum Level: String, Sendable, CaseIterable {
  /// SHALL, MUST or REQUIRED in the texts, or a row of an error table.
  case must = "MUST"
  /// SHOULD or recommended.
  case should = "SHOULD"
  /// Not in the texts, but implied by their samples or needed by public clients.
  case interoperability = "IMPL"
}

/// One line of the checklist.
public struct Item: Sendable, Equatable {
  public let number: Int
  public let level: Level
  public let versions: [CSCVersion]
  public let method: String
  public let statement: String
  public let expected: String
}

/// The numbered checklist for CSC services.
public enum Catalogue {
  public static let items: [Item] = table.split(separator: "\n").map { line in
    guard let item = Item(line) else { preconditionFailure("not a row of the checklist: \(line)") }
    return item
  }

  private static let byNumber = Dictionary(uniqueKeysWithValues: items.map { ($0.number, $0) })

  public static func item(_ number: Int) -> Item? { byNumber[number] }
}

extension Item {
  fileprivate init?(_ line: Substring) {
    let cells = line.split(separator: " | ").map(String.init)
    guard cells.count == 6, let number = Int(cells[0]), let level = Level(rawValue: cells[1]) else { return nil }
    let versions = cells[2].split(separator: " ").compactMap { CSCVersion(rawValue: String($0)) }
    guard !versions.isEmpty else { return nil }
    self.init(
      number: number, level: level, versions: versions, method: cells[3], statement: cells[4], expected: cells[5])
  }
}
