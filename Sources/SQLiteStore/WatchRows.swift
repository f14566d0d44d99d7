public import AuditLog
internal import Foundation
internal import GRDB
public import Throttling

/// The store as it is watched while it is in use. Each question reads a bounded number of rows.
public struct SQLiteWatch: Sendable {
  let store: SQLiteFileStore

  public init(_ store: SQLiteFileStore) { self.store = store }
}

extension SQLiteWatch: LogWatchStore {
  public func logState() async throws -> LogState {
    try await store.read { snapshot in
      let entries = try snapshot.one("SELECT coalesce(max(position), 0) FROM audit_entry", [])
      let tree = try snapshot.sequencedLog(withLanes: false)
      let waiting = try snapshot.one(
        """
        SELECT CASE WHEN length(header) <= 1024 THEN header END FROM audit_entry
        WHERE position > ? ORDER BY position LIMIT 1
        """, [LogState.size(of: tree.checkpoint)])
      return LogState(
        entries: entries.flatMap { Int64.fromDatabaseValue($0.values[0]) } ?? 0, checkpoint: tree.checkpoint,
        time: tree.time, waiting: waiting?.octets(0) ?? [])
    }
  }

  public func headers(after position: Int64, limit: Int) async throws -> [(position: Int64, octets: [UInt8])] {
    try await store.read { snapshot in
      // A header is short; one that an editor made long is none.
      try snapshot.all(
        """
        SELECT position, CASE WHEN length(header) <= 1024 THEN header END FROM audit_entry
        WHERE position > ? ORDER BY position LIMIT ?
        """, [position, limit]
      ).compactMap { row in Int64.fromDatabaseValue(row.values[0]).map { ($0, row.octets(1)) } }
    }
  }
}

extension SQLiteWatch: HoldCounting {
  public func holdCounts(tries: [String: Int], now: Int64) async throws -> HoldCounts {
    try await store.read { snapshot in
      var counts = HoldCounts()
      let failing = try snapshot.all(
        """
        SELECT factor, failures FROM factor_state INDEXED BY factor_state_failing
        WHERE failures > 0 ORDER BY failures DESC LIMIT ?
        """, [HoldCounts.most])
      for row in failing {
        guard let factor = String.fromDatabaseValue(row.values[0]), let most = tries[factor],
          let failures = Int.fromDatabaseValue(row.values[1]), failures >= most
        else { continue }
        counts.lockedFactors += 1
      }
      let waiting = try snapshot.all(
        """
        SELECT kind FROM throttle INDEXED BY throttle_waiting
        WHERE until > 0 AND until > ? AND until <= ? LIMIT ?
        """, [now, now + Self.longestWait, HoldCounts.most])
      for row in waiting {
        guard let kind = String.fromDatabaseValue(row.values[0]).flatMap(ThrottleKind.init(rawValue:)) else { continue }
        counts.waiting[kind, default: 0] += 1
      }
      counts.isCut = max(failing.count, waiting.count) >= HoldCounts.most
      return counts
    }
  }

  /// Longer waits are of a clock that was ahead, and mean nothing.
  private static let longestWait: Int64 = 2 * 3600
}
