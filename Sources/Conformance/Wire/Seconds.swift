internal import WireJSON

/// Lengths of time that a service tells: it may say anything.
enum Seconds {
  /// Longer than any run, and short enough to reckon with.
  private static let longest = 1e9

  /// The length as far as it means anything: from 0 to some thirty years. Nil for what is no number.
  static func finite(_ value: Double?) -> Double? {
    guard let value, !value.isNaN else { return nil }
    return min(max(value, 0), longest)
  }

  /// Whole seconds for people.
  static func text(_ value: Double) -> String { "\(Int64(nearest: value, .up) ?? 0)" }
}
