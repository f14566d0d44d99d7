/// Tells whether a witness that fetches checkpoints stays away: the log has entries that it has not cosigned, and
/// nothing came from it for a while.
public struct WitnessAbsence: Sendable {
  private let patience: Int64
  private var last: KeptCosignature?
  /// Since when the log has more than the witness cosigned, or when it brought something last, whichever is later.
  private var since: Int64?

  /// - Parameter patience: milliseconds from which on it counts as away.
  public init(patience: Int64) { self.patience = patience }

  /// - Parameters:
  ///   - kept: what it has brought last; nil if nothing.
  ///   - size: number of entries of the log's newest checkpoint.
  ///   - time: milliseconds of a clock that is never set.
  /// - Returns: whether it is away.
  public mutating func isAway(_ kept: KeptCosignature?, size: UInt64, at time: Int64) -> Bool {
    guard kept?.size ?? 0 < size else {
      (last, since) = (kept, nil)
      return false
    }
    // A few entries more are no news of the witness, and a cosignature of an older checkpoint is.
    if since == nil || kept != last { since = time }
    last = kept
    return since.map { time - $0 >= patience } ?? false
  }
}
