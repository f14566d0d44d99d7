internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// A pool of threads for work that blocks, or computes for long.
///
/// Swift runs every call on as many threads as there are cores, and the queues of Dispatch and Foundation share them:
/// what stays on one of those keeps all others waiting, also the probe that asks whether the gateway is alive.
public final class ThreadPool: Sendable {
  /// Nothing was begun; trying again soon helps.
  public struct Busy: Error, Equatable { public init() {} }

  /// Priority of a thread among the others of the process.
  public enum Priority: Sendable {
    case normal
    /// For work that anybody can cause: it gets the time that is left.
    case low
  }

  private typealias Job = @Sendable () -> Void
  private let line: BoundedQueue<Job>

  /// - Parameters:
  ///   - name: of the threads, as tools that look at the process show it.
  ///   - waitingLine: pieces of work that may wait for a thread; further ones are refused.
  public init(_ name: String, threads: Int, waitingLine: Int, priority: Priority = .normal) {
    line = BoundedQueue(capacity: waitingLine)
    for number in 0..<threads {
      let thread = Thread { [line] in
        if priority == .low { Self.lower() }
        while let job = line.take(1).first { job() }
      }
      thread.name = "\(name)-\(number)"
      thread.start()
    }
  }

  deinit { line.close() }

  /// Whether work would be refused now.
  public var isBusy: Bool { line.isFull }

  /// - Throws: `Busy`, or what `body` throws.
  public func run<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output {
    let result: Result<Output, any Error> = await withCheckedContinuation { continuation in
      let isTaken = line.append { continuation.resume(returning: Result { try body() }) }
      if !isTaken { continuation.resume(returning: .failure(Busy())) }
    }
    return try result.get()
  }

  /// On Linux a nice value is a thread's own.
  private static func lower() {
    #if canImport(Glibc)
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
    #endif
  }
}
