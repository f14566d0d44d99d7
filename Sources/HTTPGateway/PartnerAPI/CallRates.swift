internal import PartnerModel
internal import Synchronization
internal import Throttling
internal import Vocabulary

/// Limits what one client asks of the partner API, in the memory of this process: a list or a loop of one partner
/// must not hold up the signatures of all. Counted before anything is looked up.
final class CallRates: Sendable {
  /// Cost of a call, in units; a list costs more by its length.
  static let usual: Int64 = 1
  /// Cost of a call that has a key made.
  static let creation: Int64 = 4

  private static let burst: Int64 = 600
  private static let perSecond: Int64 = 60
  /// Clients that are remembered; those that have not called for longest are forgotten.
  private static let most = 10_000

  private let budgets = Mutex(LeastRecentlyUsed<ClientID, CallBudget>(capacity: most))

  /// - Throws: `rate-limited`.
  func spend(_ cost: Int64, of client: ClientID, at now: UnixTime) throws(Problem) {
    let wait = budgets.withLock { budgets in
      var budget =
        budgets.value(for: client) ?? CallBudget(burst: Self.burst, perSecond: Self.perSecond, at: now)
      let wait = budget.spend(cost, at: now)
      _ = budgets.insert(budget, for: client)
      return wait
    }
    if let wait { throw Problem(.rateLimited, "The client has called too often.", retryAfter: wait) }
  }
}
