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
  public enum Kind: String, Sendable, CaseIterable {
    /// A rule of the texts, in words of our own.
    case rule
    /// A row of an error table of 2.2.0.0.
    case row
    /// A member of an answer of 2.2.0.0.
    case member
    /// A request that 2.2.0.0 prints as a sample.
    case sample
  }

  public let number: Int
  public let kind: Kind
  public let level: Level
  public let versions: [CSCVersion]
  /// Section of the published text of 2.2.0.0; nil for what only v1 has.
  public let section: String?
  public let method: String
  public let statement: String
  public let expected: String
}

/// The numbered checklist for CSC services.
public enum Catalogue {
  /// The rules, then what the published text prints, section by section.
  public static let items: [Item] =
    table.split(separator: "\n").map { line in
      guard let item = Item(line) else { preconditionFailure("not a row of the checklist: \(line)") }
      return item
    }
    + (PublishedText.rows.map(Item.init) + PublishedText.members.map(Item.init) + PublishedText.samples.map(Item.init))
    .sorted { $0.number < $1.number }

  private static let byNumber = Dictionary(uniqueKeysWithValues: items.map { ($0.number, $0) })

  public static func item(_ number: Int) -> Item? { byNumber[number] }

  /// Sections of the published text that have items, in its order.
  public static let sections: [String] = {
    let all = Set(items.compactMap(\.section))
    return all.sorted { PublishedText.number($0, 0) < PublishedText.number($1, 0) }
  }()
}

extension Item {
  fileprivate init?(_ line: Substring) {
    let cells = line.split(separator: " | ").map(String.init)
    guard cells.count == 7, let number = Int(cells[0]), let level = Level(rawValue: cells[1]) else { return nil }
    let versions = cells[2].split(separator: " ").compactMap { CSCVersion(rawValue: String($0)) }
    guard !versions.isEmpty, versions.contains(.v2) == (cells[3] != "–") else { return nil }
    self.init(
      number: number, kind: .rule, level: level, versions: versions, section: cells[3] == "–" ? nil : cells[3],
      method: cells[4], statement: cells[5], expected: cells[6])
  }

  fileprivate init(_ row: PublishedText.Row) {
    self.init(
      number: row.number, kind: .row, level: .must, versions: [.v2], section: row.section,
      method: row.method == "*" ? "all" : row.method,
      statement: "error row \(row.place): \(row.error), \"\(row.text)\"",
      expected: row.expected)
  }

  fileprivate init(_ member: PublishedText.Member) {
    let presence =
      switch member.presence {
      case .required: "is there"
      case .conditional: "is there when its condition holds"
      case .optional, .optionalConditional: "has its type if it is there"
      }
    self.init(
      number: member.number, kind: .member, level: .must, versions: [.v2], section: member.section,
      method: member.method, statement: "member `\(member.path)` \(presence)",
      expected: "\(member.status) · \(member.presence.rawValue) · \(member.kind.rawValue)")
  }

  fileprivate init(_ sample: PublishedText.Sample) {
    let mended = sample.mended.isEmpty ? "" : " (mended: \(sample.mended))"
    self.init(
      number: sample.number, kind: .sample, level: .must, versions: [.v2], section: sample.section,
      method: sample.method, statement: "sample request \(sample.place) is understood\(mended)", expected: "—")
  }
}
