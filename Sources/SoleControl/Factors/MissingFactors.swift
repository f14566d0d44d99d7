extension FactorExpression {
  /// What else would satisfy the policy: every smallest set of further authentication objects, each in their fixed
  /// order. Empty if nothing that is added helps.
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

  /// The authentication objects without which nothing goes, and the text of all that would do, in the syntax of a policy;
  /// nil for other refusals.
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
