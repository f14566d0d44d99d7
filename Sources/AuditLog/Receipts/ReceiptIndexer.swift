import Synchronization

/// An index of the entries of a stored log that receipts need.
public protocol ReceiptIndex: Sendable {
  /// Position up to which the index has all entries.
  func indexedPosition() async throws -> Int64

  /// Entries with their positions, in the order of the log.
  func entries(after position: Int64, limit: Int) async throws -> [(position: Int64, entry: AuditEntry)]

  /// Adds names to the index, and moves its end; does nothing if the end is another one by then.
  ///
  /// - Parameter range: the end before, and the new one.
  func add(_ names: [(name: EntryName, position: Int64)], range: (from: Int64, to: Int64)) async throws

  /// Entries of a name, the newest first.
  ///
  /// - Parameter position: the one after the newest that is wanted.
  func entries(
    named name: EntryName, before position: Int64, limit: Int
  ) async throws -> [(position: Int64, entry: AuditEntry)]
}

/// Keeps the index of a stored log, after the entries were recorded and apart from what records them.
public actor ReceiptIndexer {
  /// Entries that are read at once.
  private static let chunk = 1_000
  /// Chunks of one step.
  private static let chunks = 32

  private let index: any ReceiptIndex
  /// Whether receipts are asked for. While they are not nothing is read.
  private nonisolated let isWanted: Mutex<Bool>

  public init(_ index: any ReceiptIndex, isWanted: Bool) {
    self.index = index
    self.isWanted = Mutex(isWanted)
  }

  /// From now on the index is kept. Waits for no step: signatures pass here.
  public nonisolated func want() { isWanted.withLock { $0 = true } }

  /// Goes on with the index, if it is wanted.
  public func keep() async throws { if isWanted.withLock({ $0 }) { try await step() } }

  /// Goes on with the index, for a bounded number of entries.
  func step() async throws {
    for _ in 0..<Self.chunks {
      let from = try await index.indexedPosition()
      let entries = try await index.entries(after: from, limit: Self.chunk)
      guard let to = entries.last?.position else { return }
      let names = entries.compactMap { position, entry in EntryName(of: entry).map { (name: $0, position: position) } }
      try await index.add(names, range: (from, to))
      guard entries.count == Self.chunk else { return }
    }
  }
}
