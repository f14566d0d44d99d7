internal import Throttling
internal import GRDB

extension ThrottleReading where Self: SQLiteReader {
  func throttleRecord(_ key: ThrottleKey) throws -> ThrottleRecord {
    try one(tables.oauth.throttle, "kind = ? AND digest = ?", [key.kind.rawValue, Self.data(key.digest)]).map {
      ThrottleRecord(
        failures: $0["failures"], last: $0["last"], until: $0["until"], succeeded: $0["succeeded"])
    } ?? .none
  }
}

extension ThrottleWriting where Self: SQLiteWriter {
  func put(_ record: ThrottleRecord, _ key: ThrottleKey, expires: Int64) throws {
    try insert(
      tables.oauth.throttle,
      [
        key.kind.rawValue, Self.data(key.digest), key.owner.map(Self.data), record.failures, record.last, record.until,
        record.succeeded, expires,
      ], or: .replace)
  }

  func removeThrottling(of owner: [UInt8]) throws -> Int {
    let removed = try remove(tables.oauth.throttle, "owner = ? AND succeeded = 0", [Self.data(owner)])
    let known = try fitting(tables.oauth.throttle, "owner = ?", [Self.data(owner)])
    for row in known { try change(tables.oauth.throttle, row, ["failures": 0, "until": 0]) }
    return removed + known.count
  }

  /// Rows that one call removes: other callers wait meanwhile.
  private static var clearedAtOnce: Int { 50 }

  func removeThrottling(expiredBefore time: Int64) throws {
    try remove(
      tables.oauth.throttle,
      "(kind, digest) IN (SELECT kind, digest FROM throttle WHERE expires < ? ORDER BY expires LIMIT ?)",
      [min(time, horizon), Self.clearedAtOnce])
  }
}
