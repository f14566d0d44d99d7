/// Runs what takes long, such as hashing a large document, on threads of its own, a few at a time.
public protocol DocumentWorker: Sendable {
  /// - Throws: `DocumentWorkerBusy`, or what `body` throws.
  func run<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output
}

/// The waiting line is full; trying again soon helps.
public struct DocumentWorkerBusy: Error, Equatable, Sendable {
  public init() {}
}
