/// Results of some items.
public struct Counts: Sendable, Equatable {
  public var passed = 0
  public var failed = 0
  public var skipped = 0

  public var all: Int { passed + failed + skipped }

  init(_ results: some Sequence<ItemResult>) {
    for result in results {
      switch result.outcome {
      case .passed: passed += 1
      case .failed: failed += 1
      case .skipped: skipped += 1
      }
    }
  }
}

extension Report {
  /// Items of one section of the published text.
  public struct SectionCounts: Sendable {
    /// Nil for what only v1 has.
    public let section: String?
    /// The method that most of the items are about; "all" for what is about none.
    public let method: String
    public let counts: [Item.Kind: Counts]
  }

  /// Counts by section, in the order of the text, and by kind; sections and kinds without items are left out.
  public var sections: [SectionCounts] {
    let all: [String?] = Catalogue.sections + [nil]
    return all.compactMap { section in
      let own = results.filter { $0.item.section == section }
      guard !own.isEmpty else { return nil }
      let methods = Dictionary(grouping: own, by: \.item.method).sorted { $0.key < $1.key }
      let method = methods.max { $0.value.count < $1.value.count }?.key ?? "all"
      let kinds = Dictionary(grouping: own, by: \.item.kind)
      return SectionCounts(
        section: section, method: section == nil ? "v1 only" : method,
        counts: kinds.mapValues { Counts($0) })
    }
  }

  public func counts(_ kind: Item.Kind) -> Counts { Counts(results.filter { $0.item.kind == kind }) }
}
