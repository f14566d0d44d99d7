import Synchronization

/// Wakes the one task that listens. Rings while it is busy count once, and none is lost.
final class Signal: Sendable {
  private let listener = Mutex<AsyncStream<Void>.Continuation?>(nil)

  func raise() { listener.withLock { _ = $0?.yield() } }

  /// Begins with a ring, for what came before anybody listened. For one listener at a time.
  func raised() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    listener.withLock { $0 = continuation }
    continuation.yield()
    return stream
  }
}
