import BlockingWork
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Blocking work", .timeLimit(.minutes(2)))
struct BlockingWorkTests {
  private struct Fault: Error, Equatable {}
  private final class Counter: Sendable {
    let number = Atomic(0)
    var value: Int { number.load(ordering: .acquiring) }
    func add() { number.add(1, ordering: .acquiringAndReleasing) }
  }

  @Test("what waits is done; what a full line cannot take is refused at once; faults come back")
  func line() async throws {
    let work = ThreadPool("test", threads: 1, waitingLine: 3)
    let gate = DispatchSemaphore(value: 0)
    let (begun, done) = (Counter(), Counter())
    async let first = work.run {
      begun.add()
      gate.wait()
      return 0
    }
    try await eventually { begun.value > 0 }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...3 { group.addTask { try? await work.run { done.add() } } }
      try await eventually { work.isBusy }
      await #expect(throws: ThreadPool.Busy()) { try await work.run {} }
      gate.signal()
      try await group.waitForAll()
    }
    #expect(try await first == 0 && done.value == 3 && !work.isBusy)
    await #expect(throws: Fault()) { try await work.run { throw Fault() } }
  }

  @Test("as many pieces of work as there are cores and more may block: other calls go on, and so do Dispatch's queues")
  func nobodyWaits() async throws {
    let count = 4 * ProcessInfo.processInfo.activeProcessorCount
    let work = ThreadPool("test", threads: count, waitingLine: count, priority: .low)
    let gate = DispatchSemaphore(value: 0)
    let begun = Counter()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<count {
        group.addTask {
          try await work.run {
            begun.add()
            gate.wait()
          }
        }
      }
      try await eventually { begun.value == count }
      // With every one of them blocked. It would hang here, not merely be late.
      #expect(await Task.detached { 1 }.value == 1)
      await withCheckedContinuation { done in DispatchQueue.global().async { done.resume() } }
      for _ in 0..<count { gate.signal() }
      try await group.waitForAll()
    }
  }

  @Test("the threads end with their owner, after what was asked for is done")
  func end() async throws {
    let done = Counter()
    weak var line: ThreadPool?
    do {
      let work = ThreadPool("test", threads: 2, waitingLine: 9)
      line = work
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<5 { group.addTask { try await work.run { done.add() } } }
        try await group.waitForAll()
      }
    }
    #expect(done.value == 5 && line == nil)
  }
}
