import Synchronization
import Vocabulary

/// SADs for which the device made or confirmed the MAC in this process, by their names in the ledger. A SAD of the same
/// name is the same SAD, so what it stands for needs neither a look into the store nor a visit to the device. Whether
/// it is still alive, and the ledger still has the same text, is for the transaction that uses it.
///
/// The SADs themselves are not kept.
final class VerifiedSADs: Sendable {
  private struct Entry {
    let activation: Activation
    let binding: Binding

    /// Octets that it takes about: the text, what was read from it, and their surroundings.
    var size: Int { 512 + 3 * activation.binding.count }
  }

  private struct State {
    var entries: [ActivationDigest: Entry] = [:]
    /// Names in the order in which they came; those before `first` have gone.
    var names: [ActivationDigest] = []
    var first = 0
    var size = 0
  }

  private let state = Mutex(State())
  private let octets: Int

  /// - Parameter octets: for all together; those that came first go.
  init(octets: Int) { self.octets = octets }

  /// Nil if it is not known. It may be over, used up, revoked or replaced.
  func remembered(_ sad: SignatureActivationData) -> VerifiedSAD? {
    let name = sad.digest
    return state.withLock { $0.entries[name] }
      .map { VerifiedSAD(sad: sad, activation: $0.activation, binding: $0.binding) }
  }

  func insert(_ sad: VerifiedSAD) { insert(sad.activation, sad.binding) }

  func insert(_ activation: Activation, _ binding: Binding) {
    let entry = Entry(activation: activation, binding: binding)
    guard entry.size <= octets / 8 else { return }
    state.withLock { state in
      guard state.entries.updateValue(entry, forKey: activation.digest) == nil else { return }
      state.names.append(activation.digest)
      state.size += entry.size
      while state.size > octets {
        state.size -= state.entries.removeValue(forKey: state.names[state.first])?.size ?? 0
        state.first += 1
      }
      guard state.first > 1000, state.first > state.names.count / 2 else { return }
      state.names.removeFirst(state.first)
      state.first = 0
    }
  }
}
