/// The items of a run, written as numbers, ranges, sections of the published text and kinds: `1,5-9,11.8,rows`.
public struct ItemSelection: Sendable, Equatable {
  public static let all = ItemSelection(numbers: Set(Catalogue.items.map(\.number)))

  let numbers: Set<Int>

  init(numbers: Set<Int>) { self.numbers = numbers }

  /// Nil if a part of the text chooses no item.
  public init?(_ text: String) {
    var numbers: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let chosen = Self.chosen(by: part.trimmingBlanks) else { return nil }
      numbers.formUnion(chosen)
    }
    self.init(numbers: numbers)
  }

  private static func chosen(by part: Substring) -> [Int]? {
    if let kind = Item.Kind.allCases.first(where: { "\($0.rawValue)s" == part }) {
      return Catalogue.items.filter { $0.kind == kind }.map(\.number)
    }
    if part.contains(".") {
      let found = Catalogue.items.filter { $0.section.map { $0[...] == part } ?? false }
      return found.isEmpty ? nil : found.map(\.number)
    }
    let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.trimmingBlanks) }
    guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last,
      Catalogue.item(first) != nil, Catalogue.item(last) != nil
    else { return nil }
    return Catalogue.items.map(\.number).filter((first...last).contains)
  }

  func contains(_ number: Int) -> Bool { numbers.contains(number) }
  public func contains(_ item: Item) -> Bool { numbers.contains(item.number) }
}

extension Substring {
  var trimmingBlanks: Substring {
    let start = drop { $0 == " " }
    return start.prefix(start.count - start.reversed().prefix { $0 == " " }.count)
  }
}
