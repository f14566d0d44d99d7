/// An authentication object that a credential can demand (design §6). They are checked in this order.
public enum FactorID: String, Sendable, CaseIterable {
  case pin = "PIN"
  case otp = "OTP"
  case sms = "SMS"
  case eid = "EID"
  case partner = "PARTNER"
  case page = "PAGE"
  case eidApp = "EIDAPP"

  /// Whether the customer gives it past the partner, after the call that asks for it was answered
  /// (CSC v2 `PasswordOOB`, `ChallengeResponseOOB`).
  public var isOutOfBand: Bool { self == .page || self == .eidApp }
}

/// Which authentication objects authorize a signature: ids joined by AND, OR and XOR
/// (CSC v2 `auth/expression`). Operators have equal rank and bind from the left, as the grammar has no
/// precedence; parentheses say otherwise.
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
