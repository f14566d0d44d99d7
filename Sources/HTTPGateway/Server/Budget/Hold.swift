internal import CSCModel
internal import Synchronization

/// The part of the budget that one request and its answer hold. It is free when both are done with it: the handler that
/// answers, and the connection that writes the answer.
final class Hold: Sendable {
  /// The hold of the request that the task answers.
  @TaskLocal static var current: Hold?

  /// Octets of a request that are counted for its head, its stream and its tasks, whatever it brings.
  static let request = 16 << 10

  private struct State {
    var account: (budget: OctetBudget, holder: OctetBudget.Holder)?
    var octets = 0
  }

  private let state = Mutex(State())

  deinit {
    state.withLock { state in
      guard let (budget, holder) = state.account else { return }
      budget.give(state.octets, back: holder)
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
      state.octets = Self.request
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
      guard budget.grant(state.octets, to: partner) else { return false }
      budget.give(state.octets, back: holder)
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
      guard budget.grant(octets, to: holder, mustHave: mustHave) else { return false }
      state.octets += octets
      return true
    }
  }

  func give(_ octets: Int) {
    state.withLock { state in
      guard let (budget, holder) = state.account else { return }
      let given = min(octets, state.octets)
      budget.give(given, back: holder)
      state.octets -= given
    }
  }
}
