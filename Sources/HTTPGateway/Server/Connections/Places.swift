internal import Synchronization

/// The connections of a listener: so many together, and so many of one address, so that one address cannot take them
/// all.
final class Places: Sendable {
  private struct State {
    var taken = 0
    /// By address; without those that have none.
    var byAddress: [String: Int] = [:]
  }

  private let all: Int
  private let share: Int
  private let state = Mutex(State())

  /// - Parameter share: of one address. A proxy may have all: behind its address are many clients.
  init(_ all: Int, share: Int) {
    self.all = all
    self.share = share
  }

  /// - Returns: a function that gives the place back; nil if there is none.
  func take(_ peer: Peer) -> (@Sendable () -> Void)? {
    let key = peer.isProxy ? nil : peer.origin.address
    let isTaken = state.withLock { state in
      guard state.taken < all else { return false }
      if let key {
        let count = state.byAddress[key, default: 0]
        guard count < share else { return false }
        state.byAddress[key] = count + 1
      }
      state.taken += 1
      return true
    }
    guard isTaken else { return nil }
    return { self.give(back: key) }
  }

  private func give(back key: String?) {
    state.withLock { state in
      state.taken -= 1
      guard let key, let count = state.byAddress[key] else { return }
      state.byAddress[key] = count > 1 ? count - 1 : nil
    }
  }
}
