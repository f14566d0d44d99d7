/// The items of a run, written as numbers and ranges: `1,2,5-9`.
public struct ItemSelection: Sendable, Equatable {
  public static let all = ItemSelection(numbers: Set(Catalogue.items.map(\.number)))

  let numbers: Set<Int>

  init(numbers: Set<Int>) { self.numbers = numbers }

  /// Nil if the text is no list of item numbers.
  public init?(_ text: String) {
    var numbers: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.trimmingBlanks) }
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last,
        Catalogue.item(first) != nil, Catalogue.item(last) != nil
      else { return nil }
      numbers.formUnion(first...last)
    }
    self.init(numbers: numbers)
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
