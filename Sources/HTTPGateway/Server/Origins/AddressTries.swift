internal import Synchronization
internal import Throttling
internal import Vocabulary

/// Wrong tries by address, in the memory of this process: for what a stranger may try without costing a commit.
final class AddressTries: Sendable {
  /// Addresses that are remembered.
  private static let mostAddresses = 10_000

  private let kind: ThrottleKind
  private let counts = Mutex(Counts(capacity: mostAddresses))

  init(_ kind: ThrottleKind) { self.kind = kind }

  /// Seconds until a try from there is looked at; nil if now.
  func wait(for address: String, at now: UnixTime) -> UnixTime? {
    // A memory does not fail.
    counts.withLock { try? $0.wait([ThrottleKey(kind, address)], now: now) }
  }

  func count(_ address: String, at now: UnixTime) {
    counts.withLock { _ = try? $0.count([ThrottleKey(kind, address)], now: now) }
  }
}

/// Counters; what was not tried for longest is forgotten when there are too many.
private final class Counts: ThrottleWriting {
  private var records: LeastRecentlyUsed<ThrottleKey, ThrottleRecord>

  init(capacity: Int) { records = LeastRecentlyUsed(capacity: capacity) }

  func throttleRecord(_ key: ThrottleKey) -> ThrottleRecord { records.value(for: key) ?? .none }

  func put(_ record: ThrottleRecord, _ key: ThrottleKey, expires: Int64) { _ = records.insert(record, for: key) }

  func removeThrottling(of owner: [UInt8]) -> Int { 0 }

  func removeThrottling(expiredBefore time: Int64) {}
}
