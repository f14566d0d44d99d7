internal import Attempts
internal import GRDB
internal import SoleControl

extension Snapshot {
  func attempts(_ key: AttemptKey) throws -> AttemptRecord {
    try one(tables.attempt, "kind = ? AND digest = ?", [key.kind.rawValue, Self.data(key.digest)]).map {
      AttemptRecord(
        failures: $0["failures"], last: $0["last"], until: $0["until"], succeeded: $0["succeeded"])
    } ?? .none
  }
}

extension Transaction {
  func put(_ record: AttemptRecord, _ key: AttemptKey, expires: Int64) throws {
    try insert(
      tables.attempt,
      [
        key.kind.rawValue, Self.data(key.digest), key.owner.map(Self.data), record.failures, record.last, record.until,
        record.succeeded, expires,
      ], or: .replace)
  }

  func removeAttempts(of owner: [UInt8]) throws -> Int {
    try execute("DELETE FROM attempt WHERE owner = ? AND succeeded = 0", [Self.data(owner)])
    let removed = db.changesCount
    let known = try fitting(tables.attempt, "owner = ?", [Self.data(owner)])
    for row in known { try change(tables.attempt, row, ["failures": 0, "until": 0]) }
    return removed + known.count
  }

  /// Rows that one call removes: other callers wait meanwhile.
  private static let clearedAttempts = 50

  func removeAttempts(expiredBefore time: Int64) throws {
    try execute(
      """
      DELETE FROM attempt WHERE (kind, digest) IN
        (SELECT kind, digest FROM attempt WHERE expires < ? ORDER BY expires LIMIT ?)
      """, [min(time, horizon), Self.clearedAttempts])
  }
}
