/// `auth/expression`: ids of authentication objects joined by AND, OR and XOR of equal rank, from the left, with
/// parentheses. Ids may contain blanks, so known ids are recognised before words are split.
struct AuthExpression {
  private indirect enum Node {
    case id(String)
    case and(Node, Node)
    case or(Node, Node)
    case xor(Node, Node)
  }

  /// Octets of an expression, and parentheses in one another, beyond which it is none: reading it takes stack.
  private static let longest = 2000, deepest = 32

  private let root: Node?
  private let ids: [String]

  /// - Parameter text: empty means that every object is needed. Nil if it is no expression over the ids.
  init?(_ text: String, ids: [String]) {
    guard text.utf8.count <= Self.longest, ids.count <= Self.deepest else { return nil }
    self.ids = ids
    if text.allSatisfy(\.isWhitespace) {
      root = ids.reduce(nil) { node, id in node.map { .and($0, .id(id)) } ?? .id(id) }
      return
    }
    var parser = Parser(rest: text[...], ids: ids.sorted { $0.count > $1.count })
    guard let node = parser.expression(), parser.isAtEnd else { return nil }
    root = node
  }

  func isSatisfied(by given: Set<String>) -> Bool { root.map { Self.value($0, given) } ?? true }

  /// The smallest set of the available ids that satisfies it, cheap ones first.
  func cheapest(of available: [String]) -> [String]? {
    let available = available.filter(ids.contains)
    let subsets = (0..<(1 << min(available.count, 8))).map { mask in
      available.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
    }
    return subsets.sorted { $0.count < $1.count }.first { isSatisfied(by: Set($0)) }
  }

  private static func value(_ node: Node, _ given: Set<String>) -> Bool {
    switch node {
    case .id(let id): given.contains(id)
    case .and(let left, let right): value(left, given) && value(right, given)
    case .or(let left, let right): value(left, given) || value(right, given)
    case .xor(let left, let right): value(left, given) != value(right, given)
    }
  }

  private struct Parser {
    var rest: Substring
    let ids: [String]
    var depth = 0

    var isAtEnd: Bool { rest.allSatisfy(\.isWhitespace) }

    mutating func expression() -> Node? {
      guard var left = term() else { return nil }
      while let join = operation() {
        guard let right = term() else { return nil }
        left = join(left, right)
      }
      return left
    }

    private mutating func operation() -> ((Node, Node) -> Node)? {
      if take("AND") { return { .and($0, $1) } }
      if take("XOR") { return { .xor($0, $1) } }
      if take("OR") { return { .or($0, $1) } }
      return nil
    }

    private mutating func term() -> Node? {
      if take("(") {
        depth += 1
        guard depth <= AuthExpression.deepest, let inner = expression(), take(")") else { return nil }
        depth -= 1
        return inner
      }
      for id in ids where take(id) { return .id(id) }
      return nil
    }

    private mutating func take(_ text: String) -> Bool {
      let start = rest.drop(while: \.isWhitespace)
      guard start.hasPrefix(text) else { return false }
      let end = start.dropFirst(text.count)
      // A word ends where the next one cannot begin.
      if let last = text.last, last.isLetter || last.isNumber, let next = end.first, next.isLetter || next.isNumber {
        return false
      }
      rest = end
      return true
    }
  }
}
