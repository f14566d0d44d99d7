import AuditLog
internal import Synchronization
internal import Vocabulary
import WireJSON

/// Limits outage entries in the audit log to one per credential, factor and minute; the next entry carries the number
/// suppressed.
final class OutageEntries: Sendable {
  private struct Key: Hashable {
    let credential: CredentialID
    let factor: FactorID
  }

  private struct Last {
    let time: UnixTime
    /// Calls since then.
    var unlogged: Int
  }

  /// Seconds.
  private static let gap: UnixTime = 60

  private let last: Mutex<LeastRecentlyUsed<Key, Last>>

  /// - Parameter capacity: credentials that are remembered; what was counted for others is lost.
  init(capacity: Int) { last = Mutex(LeastRecentlyUsed(capacity: capacity)) }

  /// The entry for one more call that the provider did not take; nil if it is only counted.
  ///
  /// - Parameters:
  ///   - pending: id of the authorization whose customer could not be asked.
  ///   - isQuestion: whether the customer may have been asked all the same: such a call always has its entry, and the
  ///     limits of questions bound them.
  func entry(
    _ factor: FactorID, _ credential: CredentialID, of partner: PartnerID, pending: String? = nil,
    isQuestion: Bool = false, at now: UnixTime
  ) -> AuditEvent? {
    let unlogged: Int? = last.withLock { last in
      let key = Key(credential: credential, factor: factor)
      // A clock that went back must not silence the log.
      if !isQuestion, var known = last.value(for: key), (0..<Self.gap).contains(now - known.time) {
        known.unlogged += 1
        _ = last.insert(known, for: key)
        return nil
      }
      let unlogged = last.value(for: key)?.unlogged ?? 0
      _ = last.insert(Last(time: now, unlogged: 0), for: key)
      return unlogged
    }
    guard let unlogged else { return nil }
    return AuditEvent(
      .authorizationUnavailable, partner: partner.rawValue,
      (pending.map { [("pending", .string($0))] } ?? []) + [
        ("credential", .string(credential.rawValue)), ("factor", .string(factor.rawValue)),
      ] + (unlogged > 0 ? [("unlogged", .integer(Int64(unlogged)))] : []))
  }
}
