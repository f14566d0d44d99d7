extension Int64 {
  /// The whole number next to `value`, or the largest or smallest one where that is nearest. Nil for what is no number.
  ///
  /// For numbers from outside: `Int64(value)` ends the program for whatever 64 bits do not hold.
  public init?(nearest value: Double, _ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) {
    guard !value.isNaN else { return nil }
    let whole = value.rounded(rule)
    self = Int64(exactly: whole) ?? (whole < 0 ? .min : .max)
  }
}

extension JSONValue {
  /// A number as a whole one, whatever its size. Nil for other values.
  public func wholeNumber(_ rule: FloatingPointRoundingRule) -> Int64? {
    switch self {
    case .integer(let value): value
    case .real(let value): Int64(nearest: value, rule)
    default: nil
    }
  }
}

/// NumericDate (RFC 7519 §2): seconds since 1970, which need not be whole.
public struct NumericDate: Sendable, Equatable {
  /// The whole second that it is in, which is what an end and an age are reckoned from.
  public let floor: Int64
  /// The whole second by which it has come: what must not be in the future is compared with this.
  public let ceiling: Int64

  /// Nil if the value is none, or so far away that adding to it could overflow: before 1970, or 2^40 seconds after.
  public init?(_ value: JSONValue?) {
    guard let floor = value?.wholeNumber(.down), let ceiling = value?.wholeNumber(.up),
      floor >= 0, ceiling < 1 << 40
    else { return nil }
    self.floor = floor
    self.ceiling = ceiling
  }
}
