/// Assurance levels of Regulation (EU) 910/2014, article 8.
public enum AssuranceLevel: Int, Sendable, Comparable {
  case low = 1, substantial, high

  public var name: String { "\(self)" }

  public init?(parsing name: String) {
    guard let level = [Self.low, .substantial, .high].first(where: { $0.name == name }) else { return nil }
    self = level
  }

  public static func < (left: AssuranceLevel, right: AssuranceLevel) -> Bool { left.rawValue < right.rawValue }
}
