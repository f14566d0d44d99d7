/// Tells whether a witness that fetches checkpoints stays away: the log has entries that it has not cosigned, and
/// no larger checkpoint came from it for a while.
public struct WitnessAbsence: Sendable {
  private let patience: Int64
  private var last: UInt64 = 0
  /// Since when the log has more than the witness cosigned, or when it cosigned more the last time, whichever is later.
  private var since: Int64?

  /// - Parameter patience: milliseconds from which on it counts as away.
  public init(patience: Int64) { self.patience = patience }

  /// - Parameters:
  ///   - cosigned: number of entries that it has cosigned.
  ///   - size: number of entries of the log's newest checkpoint.
  ///   - time: milliseconds of a clock that is never set.
  /// - Returns: whether it is away.
  public mutating func isAway(_ cosigned: UInt64, size: UInt64, at time: Int64) -> Bool {
    guard cosigned < size else {
      (last, since) = (cosigned, nil)
      return false
    }
    // The same checkpoint again, at a later time, is what somebody lets it see who keeps it from the log.
    if since == nil || cosigned > last { since = time }
    last = cosigned
    return since.map { time - $0 >= patience } ?? false
  }
}
