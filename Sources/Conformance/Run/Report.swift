public import Vocabulary

/// The results of a run for one item.
public struct ItemResult: Sendable {
  public let item: Item
  /// The result in one version.
  public struct InVersion: Sendable {
    public let version: CSCVersion
    public let outcome: Outcome
    /// Reasons why some of the experiments that show it were not made, although others were.
    public let unmade: [Skip]
  }

  /// A version that was not run is missing.
  public let outcomes: [InVersion]

  /// Passed only if every version that was run passed.
  public var outcome: Outcome {
    if let failed = outcomes.first(where: { $0.outcome.isFailed }) { return failed.outcome }
    return outcomes.first { $0.outcome != .passed }?.outcome ?? .passed
  }
}

extension Outcome {
  public var isFailed: Bool { if case .failed = self { true } else { false } }
  public var isSkipped: Bool { if case .skipped = self { true } else { false } }
}

/// The result of a run.
public struct Report: Sendable {
  public struct TestedVersion: Sendable {
    public let version: CSCVersion
    public let base: String
    /// As `info` says.
    public let specs, name: String?
  }

  public let base: String
  public let versions: [TestedVersion]
  /// Of the items that were asked for, in the order of their numbers.
  public let results: [ItemResult]
  /// Seconds.
  public let duration: Double
  public let requests: Int
  /// Connections that broke before the answer came.
  public let lostConnections: Int

  public func count(_ level: Level? = nil, where fits: (Outcome) -> Bool) -> Int {
    results.count { (level == nil || $0.item.level == level) && fits($0.outcome) }
  }

  /// Whether no MUST item failed.
  public var conforms: Bool { count(.must, where: \.isFailed) == 0 }
}
