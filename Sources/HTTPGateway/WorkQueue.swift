public import DocumentSigning
internal import Foundation

/// Threads for what takes long with large documents: reading a request, hashing, putting a signature together.
public final class WorkQueue: DocumentWorker {
  private let queue = OperationQueue()
  private let waitingLine: Int

  /// - Parameter waitingLine: pieces of work that may wait; further ones are refused.
  public init(threads: Int = 2, waitingLine: Int = 1000) {
    queue.maxConcurrentOperationCount = threads
    self.waitingLine = waitingLine
  }

  public func run<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output {
    guard queue.operationCount < waitingLine else { throw DocumentWorkerBusy() }
    return try await withCheckedThrowingContinuation { continuation in
      queue.addOperation { continuation.resume(with: Result { try body() }) }
    }
  }
}
