internal import Synchronization
internal import Vocabulary

/// Access tokens that this process found, by their digests. The tokens themselves are not kept.
final class KnownTokens: Sendable {
  private let records = Mutex(LeastRecentlyUsed<[UInt8], TokenRecord>(capacity: 10_000))

  func record(_ digest: [UInt8]) -> TokenRecord? { records.withLock { $0.value(for: digest) } }
  func insert(_ record: TokenRecord) { records.withLock { _ = $0.insert(record, for: record.digest) } }
  func remove(_ digest: [UInt8]) { records.withLock { $0.remove(digest) } }
}
