internal import CSCModel
internal import Synchronization

/// The part of the budget that one request and its answer hold. It is free when both are done with it: the handler that
/// answers, and the connection that writes the answer.
final class Hold: Sendable {
  /// The hold of the request that the task answers.
  @TaskLocal static var current: Hold?

  /// Octets of a request that are counted for its head, its stream and its tasks, whatever it brings, and for what
  /// `included` says.
  static let request = 16 << 10
  /// Octets of body and answer among those: most calls are smaller, and ask the budget only once.
  static let included = 4 << 10

  private struct State {
    var account: (budget: OctetBudget, holder: OctetBudget.Holder)?
    /// Octets of body and answer.
    var octets = 0

    /// Octets that are counted in the budget.
    var counted: Int { Hold.request + max(octets - Hold.included, 0) }
  }

  private let state = Mutex(State())

  deinit {
    state.withLock { state in
      guard let (budget, holder) = state.account else { return }
      budget.give(state.counted, back: holder)
    }
  }

  /// Begins to count.
  ///
  /// - Throws: `temporarilyUnavailable`
  func begin(in budget: OctetBudget, as holder: OctetBudget.Holder) throws(CSCError) {
    let isGranted = state.withLock { state in
      guard state.account == nil else { return true }
      guard budget.grant(Self.request, to: holder) else { return false }
      state.account = (budget, holder)
      return true
    }
    if !isGranted { throw .temporarilyUnavailable }
  }

  /// The caller has shown a token of this partner: what it holds is the partner's from now on.
  ///
  /// - Throws: `temporarilyUnavailable`
  func belongs(to partner: String) throws(CSCError) {
    let isGranted = state.withLock { state in
      guard let (budget, holder) = state.account else { return true }
      let partner = OctetBudget.Holder.partner(partner)
      guard holder != partner else { return true }
      guard budget.move(state.counted, from: holder, to: partner) else { return false }
      state.account = (budget, partner)
      return true
    }
    if !isGranted { throw .temporarilyUnavailable }
  }

  /// - Throws: `temporarilyUnavailable`
  func take(_ octets: Int) throws(CSCError) {
    if !add(octets, mustHave: false) { throw .temporarilyUnavailable }
  }

  /// Counts what exists already.
  func add(_ octets: Int) { _ = add(octets, mustHave: true) }

  private func add(_ octets: Int, mustHave: Bool) -> Bool {
    state.withLock { state in
      guard let (budget, holder) = state.account else { return true }
      var grown = state
      grown.octets += octets
      let more = grown.counted - state.counted
      guard more == 0 || budget.grant(more, to: holder, mustHave: mustHave) else { return false }
      state = grown
      return true
    }
  }

  func give(_ octets: Int) {
    state.withLock { state in
      guard let (budget, holder) = state.account else { return }
      let counted = state.counted
      state.octets -= min(octets, state.octets)
      budget.give(counted - state.counted, back: holder)
    }
  }
}
