internal import Synchronization

/// Memory for all octets that wait, in and out: of requests from their first octet until they are answered, and of
/// answers until their last octet is written.
///
/// There is no waiting for it: a request beyond it is refused at once. There are two parts, so that strangers take
/// nothing from those who have shown a token: a small one with a smaller share for each address, and a large one with a
/// share for each partner.
final class OctetBudget: Sendable {
  struct Limits: Sendable {
    /// Of all callers who have not shown a token.
    var strangers = 32 << 20
    /// Of those at one address.
    var address = 4 << 20
    /// Of all others.
    var known = 128 << 20
    /// Of those of one partner.
    var partner = 96 << 20
  }

  enum Holder: Hashable, Sendable {
    /// As `NetworkAddress` spells it.
    case address(String)
    case partner(String)
  }

  private struct State {
    var strangers = 0
    var known = 0
    /// Without those that hold nothing.
    var byHolder: [Holder: Int] = [:]

    mutating func grant(_ octets: Int, to holder: Holder, _ limits: Limits, mustHave: Bool) -> Bool {
      let mine = byHolder[holder, default: 0] + octets
      switch holder {
      case .address:
        let all = strangers + octets
        guard mustHave || mine <= limits.address && all <= limits.strangers else { return false }
        strangers = all
      case .partner:
        let all = known + octets
        guard mustHave || mine <= limits.partner && all <= limits.known else { return false }
        known = all
      }
      byHolder[holder] = mine
      return true
    }

    mutating func give(_ octets: Int, back holder: Holder) {
      switch holder {
      case .address: strangers -= octets
      case .partner: known -= octets
      }
      let left = byHolder[holder, default: octets] - octets
      byHolder[holder] = left > 0 ? left : nil
    }
  }

  private let limits: Limits
  private let state = Mutex(State())

  init(_ limits: Limits = Limits()) { self.limits = limits }

  /// Octets that are held now.
  var held: Int { state.withLock { $0.strangers + $0.known } }

  /// - Parameter mustHave: they exist already, so they are counted even if they exceed; then others are refused.
  func grant(_ octets: Int, to holder: Holder, mustHave: Bool = false) -> Bool {
    state.withLock { $0.grant(octets, to: holder, limits, mustHave: mustHave) }
  }

  /// Gives back what one holds and grants it to another; false if that one may not have it.
  func move(_ octets: Int, from holder: Holder, to other: Holder) -> Bool {
    state.withLock { state in
      guard state.grant(octets, to: other, limits, mustHave: false) else { return false }
      state.give(octets, back: holder)
      return true
    }
  }

  func give(_ octets: Int, back holder: Holder) {
    guard octets > 0 else { return }
    state.withLock { $0.give(octets, back: holder) }
  }
}
