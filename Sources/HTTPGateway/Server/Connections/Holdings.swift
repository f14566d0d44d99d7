internal import NIOCore
internal import Synchronization

/// Holds of the requests of one connection until their answers are written, or the connection ends.
final class Holdings: Sendable {
  /// Those of the connection on which the task's requests come.
  @TaskLocal static var current: Holdings?

  let peer: Peer

  /// In the order of the requests; of HTTP/2 one for each stream's channel.
  private let holds = Mutex<[ObjectIdentifier: [Hold]]>([:])
  private let shown = Mutex<String?>(nil)

  init(_ peer: Peer) { self.peer = peer }

  /// The partner whose token was shown on this connection last.
  var partner: String? {
    get { shown.withLock { $0 } }
    set { shown.withLock { $0 = newValue } }
  }

  func add(_ hold: Hold, of channel: any Channel) {
    let id = ObjectIdentifier(channel)
    holds.withLock { $0[id, default: []].append(hold) }
    // Its end may have come before, and comes no second time.
    if !channel.isActive { end(of: channel) }
  }

  /// The answer to the first request of the channel is written.
  func endFirst(of channel: any Channel) {
    let id = ObjectIdentifier(channel)
    // Freed outside of the lock.
    let hold = holds.withLock { holds -> Hold? in
      guard let first = holds[id]?.first else { return nil }
      if holds[id]?.count == 1 { holds[id] = nil } else { holds[id]?.removeFirst() }
      return first
    }
    withExtendedLifetime(hold) {}
  }

  func end(of channel: any Channel) {
    let ended = holds.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
    withExtendedLifetime(ended) {}
  }

  func end() {
    let ended = holds.withLock { holds -> [ObjectIdentifier: [Hold]] in
      defer { holds = [:] }
      return holds
    }
    withExtendedLifetime(ended) {}
  }
}
