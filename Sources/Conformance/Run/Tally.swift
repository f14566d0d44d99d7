import Vocabulary

/// Results so far, by item and version.
struct Tally {
  private let selection: ItemSelection
  private var outcomes: [Int: [CSCVersion: [Outcome]]] = [:]
  /// Checks that are still to come, by item and version.
  private var open: [Int: [CSCVersion: Int]] = [:]
  private var reported: Set<Int> = []
  private(set) var results: [ItemResult] = []

  init(_ selection: ItemSelection, sections: [Section]) {
    self.selection = selection
    for check in sections.flatMap(\.checks) {
      for item in check.items.compactMap(Catalogue.item) {
        for version in item.versions { open[item.number, default: [:]][version, default: 0] += 1 }
      }
    }
  }

  func isWanted(_ check: Check, in version: CSCVersion) -> Bool {
    check.items.contains { selection.contains($0) && Catalogue.item($0)?.versions.contains(version) ?? false }
  }

  /// - Parameter found: the outcomes of a check's items.
  mutating func record(_ found: [Int: Outcome], _ version: CSCVersion) {
    for (number, outcome) in found where Catalogue.item(number)?.versions.contains(version) ?? false {
      open[number]?[version]? -= 1
      record(outcome, items: [number], version)
    }
  }

  mutating func record(_ outcome: Outcome, items: [Int], _ version: CSCVersion) {
    for number in items { outcomes[number, default: [:]][version, default: []].append(outcome) }
  }

  /// Of several checks of an item, one that failed decides; one that could not be made takes nothing away, but is told.
  private func inVersion(_ item: Item, _ version: CSCVersion) -> ItemResult.InVersion {
    let found = outcomes[item.number]?[version] ?? [.init(.missing("no check was made in \(version.rawValue)"))]
    let outcome = found.first(where: \.isFailed) ?? found.first { $0 == .passed } ?? found[0]
    let unmade = found.compactMap { if case .skipped(let skip) = $0 { skip } else { nil } }
    return .init(version: version, outcome: outcome, unmade: outcome.isSkipped ? [] : unmade)
  }

  /// Items about which nothing more will be found out.
  mutating func takeFinished(_ versions: [CSCVersion], atEnd: Bool = false) -> [ItemResult] {
    var new: [ItemResult] = []
    for item in Catalogue.items where selection.contains(item.number) && !reported.contains(item.number) {
      let tested = item.versions.filter { versions.contains($0) || outcomes[item.number]?[$0] != nil }
      let isFinished = tested.allSatisfy { open[item.number]?[$0] ?? 0 <= 0 }
      guard atEnd || isFinished && !tested.isEmpty else { continue }
      reported.insert(item.number)
      new.append(result(item, tested))
    }
    results = (results + new).sorted { $0.item.number < $1.item.number }
    return new
  }

  private func result(_ item: Item, _ tested: [CSCVersion]) -> ItemResult {
    guard !tested.isEmpty else {
      let names = item.versions.map(\.rawValue).joined(separator: " and ")
      let outcome = Outcome(.notOffered("not tested: \(names)"))
      return .init(item: item, outcomes: [.init(version: item.versions[0], outcome: outcome, unmade: [])])
    }
    return .init(item: item, outcomes: tested.map { inVersion(item, $0) })
  }
}
