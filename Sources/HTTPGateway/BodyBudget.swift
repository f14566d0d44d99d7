internal import CSCModel
internal import Synchronization

/// Memory for large request bodies: all that are being worked on together stay below a limit, and those of one partner
/// below a smaller one, so that nobody can take the whole of it.
final class BodyBudget: Sendable {
  private struct State {
    var free: Int
    /// Octets by partner; without those that hold none.
    var taken: [String: Int] = [:]
  }

  private let share: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - octets: of all large bodies together.
  ///   - share: of those of one partner.
  init(octets: Int, share: Int) {
    self.share = share
    state = Mutex(State(free: octets))
  }

  /// Runs `body`, which takes octets as they come in; all that it took is free afterwards.
  func run<Output>(for partner: String, _ body: (Account) async throws -> Output) async throws -> Output {
    let account = Account(budget: self, partner: partner)
    defer { give(account.taken, back: partner) }
    return try await body(account)
  }

  /// What one body has taken. Used by the one task that reads it.
  final class Account {
    private let budget: BodyBudget
    private let partner: String
    fileprivate private(set) var taken = 0

    fileprivate init(budget: BodyBudget, partner: String) {
      self.budget = budget
      self.partner = partner
    }

    /// - Throws: `temporarilyUnavailable` if there is not enough left.
    func take(_ octets: Int) throws {
      guard budget.grant(octets, partner) else { throw CSCError.temporarilyUnavailable }
      taken += octets
    }
  }

  private func grant(_ octets: Int, _ partner: String) -> Bool {
    state.withLock { state in
      let taken = state.taken[partner, default: 0] + octets
      guard state.free >= octets, taken <= share else { return false }
      state.free -= octets
      state.taken[partner] = taken
      return true
    }
  }

  private func give(_ octets: Int, back partner: String) {
    guard octets > 0 else { return }
    state.withLock { state in
      state.free += octets
      let left = state.taken[partner, default: octets] - octets
      state.taken[partner] = left > 0 ? left : nil
    }
  }
}
