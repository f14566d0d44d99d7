import Synchronization

/// Wakes the one task that listens. Rings while it is busy count once, and none is lost.
final class Bell: Sendable {
  private let listener = Mutex<AsyncStream<Void>.Continuation?>(nil)

  func ring() { listener.withLock { _ = $0?.yield() } }

  /// Begins with a ring, for what came before anybody listened. For one listener at a time.
  func rings() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    listener.withLock { $0 = continuation }
    continuation.yield()
    return stream
  }
}
