internal import Foundation

/// Jobs that wait for a thread, up to a limit. The thread takes several at once.
///
/// Its methods are inlined, so that they are compiled for the kind of job: every call of the gateway passes several of
/// these lines.
///
/// `@unchecked`: what callers and threads share is guarded by `turn`.
public final class BoundedQueue<Job: Sendable>: @unchecked Sendable {
  @usableFromInline let capacity: Int
  @usableFromInline let turn = Turn()
  // Guarded by `turn`.
  @usableFromInline var waiting: [Job] = []
  /// Jobs that waited first, the next one at the end.
  @usableFromInline var next: [Job] = []
  @usableFromInline var idle = 0
  @usableFromInline var isClosed = false

  public init(capacity: Int) { self.capacity = capacity }

  /// Whether one more job would be refused now.
  public var isFull: Bool {
    turn.lock()
    defer { turn.unlock() }
    return isClosed || waiting.count + next.count >= capacity
  }

  /// Jobs that wait, and threads that have none, at this moment.
  public var load: (waiting: Int, idle: Int) {
    turn.lock()
    defer { turn.unlock() }
    return (waiting.count + next.count, idle)
  }

  /// - Returns: false if the line is full or closed; the job was not taken then.
  @inlinable
  public func append(_ job: Job) -> Bool {
    turn.lock()
    let isTaken = !isClosed && waiting.count + next.count < capacity
    if isTaken { waiting.append(job) }
    let wakes = isTaken && idle > 0
    turn.unlock()
    // After the lock: a thread that wakes up before would only wait for it.
    if wakes { turn.signal() }
    return isTaken
  }

  /// Waits for jobs and takes up to `count`. Empty when the line is closed and nothing waits any more.
  @inlinable
  public func take(_ count: Int) -> [Job] {
    turn.lock()
    defer { turn.unlock() }
    idle += 1
    while waiting.isEmpty, next.isEmpty, !isClosed { turn.wait() }
    idle -= 1
    if next.isEmpty, waiting.count <= count {
      let all = waiting
      waiting = []
      return all
    }
    var jobs: [Job] = []
    while jobs.count < count {
      if next.isEmpty {
        swap(&next, &waiting)
        next.reverse()
      }
      guard let job = next.popLast() else { break }
      jobs.append(job)
    }
    return jobs
  }

  /// Pieces that wait are still served.
  public func close() {
    turn.lock()
    isClosed = true
    turn.unlock()
    turn.broadcast()
  }
}

/// The lock of a line, and the threads that wait for it to have something.
@usableFromInline
final class Turn: Sendable {
  private let condition = NSCondition()

  @usableFromInline init() {}
  @usableFromInline func lock() { condition.lock() }
  @usableFromInline func unlock() { condition.unlock() }
  @usableFromInline func wait() { condition.wait() }
  @usableFromInline func signal() { condition.signal() }
  @usableFromInline func broadcast() { condition.broadcast() }
}
