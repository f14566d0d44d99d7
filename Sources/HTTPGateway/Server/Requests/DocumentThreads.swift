internal import BlockingWork
public import DocumentSigning

/// Threads for what takes long with large documents: reading a request, hashing, putting a signature together.
public final class WorkQueue: DocumentWorker {
  private let work: BlockingWork

  /// - Parameter waitingLine: pieces of work that may wait; further ones are refused.
  public init(threads: Int = 2, waitingLine: Int = 1000) {
    work = BlockingWork("documents", threads: threads, waitingLine: waitingLine)
  }

  public func run<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output {
    do { return try await work.run(body) } catch is BlockingWork.Busy { throw DocumentWorkerBusy() }
  }
}
