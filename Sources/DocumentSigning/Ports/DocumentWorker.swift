/// Runs what takes long, such as hashing a large document, on threads of its own, a few at a time.
public protocol DocumentWorker: Sendable {
  /// - Throws: the error of `body`, or the worker's own error if too much waits already; trying again soon helps then.
  func run<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output
}
