import Synchronization
import Vocabulary

/// The jobs that wait or run in this process, up to a limit. Each has one place from before it is stored until it has
/// ended, so that no job is run twice at the same time and none is accepted that must wait too long.
final class JobQueue: Sendable {
  private struct State {
    /// Of waiting and running jobs, and of those that are about to be stored.
    var places: Set<JobID> = []
    /// In the order in which they were accepted.
    var waiting: [JobID] = []
  }

  private let capacity: Int
  private let state = Mutex(State())
  /// Raised when a job waits.
  let signal = Signal()

  init(capacity: Int) { self.capacity = capacity }

  /// - Returns: false if the line is full.
  func takePlace(_ job: JobID) -> Bool {
    state.withLock { state in
      guard state.places.count < capacity else { return false }
      state.places.insert(job)
      return true
    }
  }

  /// For a job that has a place.
  func append(_ job: JobID) {
    state.withLock { $0.waiting.append(job) }
    signal.raise()
  }

  /// For jobs of an earlier process, however many there are.
  func resume(_ jobs: [JobID]) {
    for job in jobs where state.withLock({ $0.places.insert(job).inserted }) { append(job) }
  }

  func leave(_ job: JobID) { state.withLock { _ = $0.places.remove(job) } }

  func next() -> JobID? {
    state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
  }
}

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
