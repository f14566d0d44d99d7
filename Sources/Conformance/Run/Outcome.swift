/// The result of a check.
public enum Outcome: Sendable, Equatable {
  case passed
  case failed(Evidence)
  case skipped(Skip)
}

/// Reason why an item failed. Holds no secrets.
public struct Evidence: Sendable, Equatable {
  /// The request that was sent.
  public var request: String
  public var expected: String
  public var received: String
}

/// Reason why an item was not tested.
public struct Skip: Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// No client could tell.
    case unseen
    /// Something must be given on the command line.
    case missing
    /// The service does not offer it, so the rule does not apply.
    case notOffered = "not offered"
  }

  public var kind: Kind
  public var reason: String
}

/// Early end of a check.
enum Finding: Error {
  case failed(Evidence)
  case skipped(Skip)

  static func missing(_ reason: String) -> Finding { .skipped(Skip(kind: .missing, reason: reason)) }
  static func notOffered(_ reason: String) -> Finding { .skipped(Skip(kind: .notOffered, reason: reason)) }
  static func unseen(_ reason: String) -> Finding {
    .skipped(Skip(kind: .unseen, reason: "cannot be seen from outside: \(reason)"))
  }
}
