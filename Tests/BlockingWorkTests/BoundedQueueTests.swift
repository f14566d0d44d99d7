import BlockingWork
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Bounded lines", .timeLimit(.minutes(2)))
struct BoundedQueueTests {
  @Test("jobs are taken in the order in which they came, however many at once")
  func order() {
    let line = BoundedQueue<Int>(capacity: 100)
    for job in 0..<5 { #expect(line.append(job)) }
    #expect(line.take(2) == [0, 1])
    for job in 5..<8 { #expect(line.append(job)) }
    #expect(line.take(4) == [2, 3, 4, 5])
    #expect(line.take(1) == [6])
    #expect(line.take(9) == [7])
  }

  @Test("a line is full of what waits, wherever it stands")
  func capacity() {
    let line = BoundedQueue<Int>(capacity: 3)
    for job in 0..<3 { #expect(!line.isFull && line.append(job)) }
    #expect(line.isFull && !line.append(3))
    #expect(line.take(1) == [0])
    #expect(!line.isFull && line.append(4))
    #expect(line.isFull && !line.append(5))
    #expect(line.take(9) == [1, 2, 4])
  }

  @Test("a closed line takes nothing more, and gives what waits")
  func closed() {
    let line = BoundedQueue<Int>(capacity: 3)
    #expect(line.append(1) && line.append(2))
    line.close()
    #expect(line.isFull && !line.append(3))
    #expect(line.take(1) == [1])
    #expect(line.take(1) == [2])
    #expect(line.take(1).isEmpty)
  }

  /// A job whose thread is not woken would stay, and the test would not end.
  @Test("each job is taken once, and every thread that waits is woken", arguments: [1, 3])
  func threads(_ takers: Int) async throws {
    let count = 20_000
    let line = BoundedQueue<Int>(capacity: count)
    let taken = Mutex([Int](repeating: 0, count: count))
    let left = Atomic(takers)
    for taker in 0..<takers {
      Thread {
        while case let jobs = line.take(taker + 1), !jobs.isEmpty {
          taken.withLock { for job in jobs { $0[job] += 1 } }
        }
        left.subtract(1, ordering: .acquiringAndReleasing)
      }.start()
    }
    // In bursts that the threads empty, so that they wait between them.
    for burst in 0..<200 {
      for job in 0..<100 { #expect(line.append(100 * burst + job)) }
      try await eventually { taken.withLock { $0[..<(100 * burst + 100)].allSatisfy { $0 == 1 } } }
    }
    line.close()
    try await eventually { left.load(ordering: .acquiring) == 0 }
  }
}
