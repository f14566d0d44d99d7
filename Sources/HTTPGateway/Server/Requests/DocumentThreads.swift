public import BlockingWork
public import DocumentSigning

extension ThreadPool: DocumentWorker {
  /// Threads for what takes long with large documents: reading a request, hashing, putting a signature together.
  ///
  /// - Parameter waitingLine: pieces of work that may wait; further ones are refused.
  public static func documents(threads: Int = 2, waitingLine: Int = 1000) -> ThreadPool {
    ThreadPool("documents", threads: threads, waitingLine: waitingLine)
  }
}
