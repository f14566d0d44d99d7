internal import CCryptoki
internal import SoleControl
internal import Synchronization
internal import Vocabulary

/// Unwrapped keys that live in the device as session objects: a bounded cache. A key that falls out is destroyed
/// as soon as no thread signs with it.
final class LiveKeys: Sendable {
  /// `@unchecked`: fields that change are guarded by the mutex of `LiveKeys`.
  final class Key: @unchecked Sendable {
    let handle: CK_OBJECT_HANDLE
    /// The worker whose session holds the object.
    let worker: Int
    fileprivate var leases = 0
    fileprivate var isEvicted = false

    fileprivate init(handle: CK_OBJECT_HANDLE, worker: Int) {
      self.handle = handle
      self.worker = worker
    }
  }

  private let keys: Mutex<LeastRecentlyUsed<WrappedKey, Key>>

  init(capacity: Int) { keys = Mutex(LeastRecentlyUsed(capacity: capacity)) }

  var count: Int { keys.withLock { $0.count } }

  /// Runs `body` with the live key, unwrapping it if it is not there.
  func withKey<Result>(
    _ wrapped: WrappedKey, on worker: SessionPool.Worker, unwrap: () throws -> CK_OBJECT_HANDLE,
    _ body: (CK_OBJECT_HANDLE) throws -> Result
  ) throws -> Result {
    let key = try lease(wrapped, on: worker, unwrap: unwrap)
    defer { end(key, on: worker) }
    do { return try body(key.handle) } catch let error as CryptokiError where error.meaning == .freshSession {
      // The object may have gone with the session of another worker; the next try unwraps it again.
      keys.withLock { _ = $0.removeAll { $0 === key } }
      throw error
    }
  }

  /// Forgets the keys of a session that is gone.
  func forget(worker: Int) {
    keys.withLock { _ = $0.removeAll { $0.worker == worker } }
  }

  private func lease(
    _ wrapped: WrappedKey, on worker: SessionPool.Worker, unwrap: () throws -> CK_OBJECT_HANDLE
  ) throws -> Key {
    let cached = keys.withLock { keys in
      let key = keys.value(for: wrapped)
      key?.leases += 1
      return key
    }
    if let cached { return cached }
    let made = Key(handle: try unwrap(), worker: worker.index)
    made.leases = 1
    // Two workers may unwrap the same key at once; the later one's replaces the other's.
    let idle = keys.withLock { keys in
      let replaced = keys.value(for: wrapped)
      let evicted = keys.insert(made, for: wrapped) + (replaced.map { [$0] } ?? [])
      for key in evicted { key.isEvicted = true }
      return evicted.filter { $0.leases == 0 }
    }
    for key in idle { try? worker.session.destroy(key.handle) }
    return made
  }

  private func end(_ key: Key, on worker: SessionPool.Worker) {
    let mustGo = keys.withLock { _ in
      key.leases -= 1
      return key.isEvicted && key.leases == 0
    }
    if mustGo { try? worker.session.destroy(key.handle) }
  }
}
