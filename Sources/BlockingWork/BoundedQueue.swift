internal import Foundation

/// Jobs that wait for a thread, up to a limit. The thread takes several at once.
///
/// `@unchecked`: what callers and threads share is guarded by `condition`.
public final class BoundedQueue<Job: Sendable>: @unchecked Sendable {
  private let capacity: Int
  private let condition = NSCondition()
  // Guarded by `condition`.
  private var waiting: [Job] = []
  private var isClosed = false

  public init(capacity: Int) { self.capacity = capacity }

  /// Whether one more job would be refused now.
  public var isFull: Bool {
    condition.lock()
    defer { condition.unlock() }
    return isClosed || waiting.count >= capacity
  }

  /// - Returns: false if the line is full or closed; the job was not taken then.
  public func append(_ job: Job) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosed, waiting.count < capacity else { return false }
    waiting.append(job)
    condition.signal()
    return true
  }

  /// Waits for jobs and takes up to `count`. Empty when the line is closed and nothing waits any more.
  public func take(_ count: Int) -> [Job] {
    condition.lock()
    defer { condition.unlock() }
    while waiting.isEmpty, !isClosed { condition.wait() }
    let jobs = Array(waiting.prefix(count))
    waiting.removeFirst(jobs.count)
    return jobs
  }

  /// Pieces that wait are still served.
  public func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }
}
