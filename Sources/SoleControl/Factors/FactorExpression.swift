/// The authentication objects that authorize a signature: ids joined by AND, OR and XOR (CSC v2 `auth/expression`).
/// Operators have equal rank and bind from the left, as the grammar has no precedence; parentheses say otherwise.
public indirect enum FactorExpression: Sendable, Equatable {
  case factor(FactorID)
  case and(FactorExpression, FactorExpression)
  case or(FactorExpression, FactorExpression)
  case xor(FactorExpression, FactorExpression)

  public func isSatisfied(by verified: Set<FactorID>) -> Bool {
    switch self {
    case .factor(let id): verified.contains(id)
    case .and(let left, let right): left.isSatisfied(by: verified) && right.isSatisfied(by: verified)
    case .or(let left, let right): left.isSatisfied(by: verified) || right.isSatisfied(by: verified)
    case .xor(let left, let right): left.isSatisfied(by: verified) != right.isSatisfied(by: verified)
    }
  }

  /// The rest of it where some factors cannot be given; nil if it cannot be satisfied without them.
  public func without(_ missing: Set<FactorID>) -> FactorExpression? {
    switch self {
    case .factor(let id): return missing.contains(id) ? nil : self
    case .and(let left, let right):
      guard let left = left.without(missing), let right = right.without(missing) else { return nil }
      return .and(left, right)
    case .or(let left, let right):
      guard let left = left.without(missing) else { return right.without(missing) }
      return right.without(missing).map { .or(left, $0) } ?? left
    case .xor(let left, let right):
      guard let left = left.without(missing) else { return right.without(missing) }
      return right.without(missing).map { .xor(left, $0) } ?? left
    }
  }

  public var factors: Set<FactorID> {
    switch self {
    case .factor(let id): [id]
    case .and(let left, let right), .or(let left, let right), .xor(let left, let right):
      left.factors.union(right.factors)
    }
  }

  /// Whether no authorization succeeds without this factor.
  public func demands(_ factor: FactorID) -> Bool {
    // Few factors exist, so all their subsets can be tried.
    let others = Array(factors.subtracting([factor]))
    return (0..<(1 << others.count)).allSatisfy { mask in
      !isSatisfied(by: Set(others.indices.filter { mask >> $0 & 1 == 1 }.map { others[$0] }))
    }
  }

  public var rawValue: String {
    switch self {
    case .factor(let id): id.rawValue
    case .and(let left, let right): "\(left.operand) AND \(right.operand)"
    case .or(let left, let right): "\(left.operand) OR \(right.operand)"
    case .xor(let left, let right): "\(left.operand) XOR \(right.operand)"
    }
  }

  private var operand: String {
    if case .factor = self { rawValue } else { "(\(rawValue))" }
  }

  /// Nil if the text is not an expression over known factors.
  public init?(parsing text: String) {
    var tokens = Self.tokens(text)[...]
    guard let expression = Self.expression(&tokens), tokens.isEmpty else { return nil }
    self = expression
  }

  private static func tokens(_ text: String) -> [String] {
    text.replacing("(", with: " ( ").replacing(")", with: " ) ").split(separator: " ").map(String.init)
  }

  private static func expression(_ tokens: inout ArraySlice<String>) -> FactorExpression? {
    guard var left = term(&tokens) else { return nil }
    while let word = tokens.first, word != ")" {
      tokens.removeFirst()
      guard let right = term(&tokens) else { return nil }
      switch word {
      case "AND": left = .and(left, right)
      case "OR": left = .or(left, right)
      case "XOR": left = .xor(left, right)
      default: return nil
      }
    }
    return left
  }

  private static func term(_ tokens: inout ArraySlice<String>) -> FactorExpression? {
    guard let word = tokens.popFirst() else { return nil }
    guard word == "(" else { return FactorID(rawValue: word).map(FactorExpression.factor) }
    guard let inner = expression(&tokens), tokens.popFirst() == ")" else { return nil }
    return inner
  }
}

extension FactorExpression {
  /// Further authentication objects that would satisfy the policy: every smallest set of them, each in their fixed
  /// order. Empty if no addition helps.
  ///
  /// - Parameter isEnough: a further condition on the whole.
  package func missing(
    from presented: Set<FactorID>, isEnough: (Set<FactorID>) -> Bool = { _ in true }
  ) -> [[FactorID]] {
    let others = FactorID.allCases.filter { factors.contains($0) && !presented.contains($0) }
    // Few factors exist, so all their subsets can be tried; the small ones first, so that a larger one that contains
    // one of them can be left out.
    let subsets = (0..<(1 << others.count)).map { mask in
      others.indices.filter { mask >> $0 & 1 == 1 }.map { others[$0] }
    }
    var found: [[FactorID]] = []
    for subset in subsets.sorted(by: { $0.count < $1.count }) {
      let all = presented.union(subset)
      guard isSatisfied(by: all), isEnough(all), !found.contains(where: { Set($0).isSubset(of: subset) }) else {
        continue
      }
      found.append(subset)
    }
    return found
  }
}

extension Refusal {
  /// For what `FactorExpression.missing` found.
  package init(missing alternatives: [[FactorID]]) {
    switch (alternatives.count, alternatives.first?.first, alternatives.first?.count) {
    case (1, let only?, 1): self = .factorMissing(only)
    case (0, _, _): self = .policyNotSatisfied
    default: self = .factorsMissing(alternatives)
    }
  }

  /// The authentication objects without which nothing goes, and the text of all that would do, in the syntax of a
  /// policy; nil for other refusals.
  public var stillNeeded: (always: [FactorID], text: String)? {
    switch self {
    case .factorMissing(let factor): return ([factor], factor.rawValue)
    case .factorsMissing(let alternatives):
      let texts = alternatives.map { set in
        let text = set.map(\.rawValue).joined(separator: " AND ")
        return set.count > 1 && alternatives.count > 1 ? "(\(text))" : text
      }
      let always = FactorID.allCases.filter { factor in alternatives.allSatisfy { $0.contains(factor) } }
      return (always, texts.joined(separator: " OR "))
    default: return nil
    }
  }
}
