internal import Attempts
internal import GRDB
internal import SoleControl

extension Snapshot {
  func attempts(_ key: AttemptKey) throws -> AttemptRecord {
    try one(
      "SELECT failures, last, until, succeeded FROM attempt WHERE kind = ? AND digest = ?",
      [key.kind.rawValue, Self.data(key.digest)]
    ).map { AttemptRecord(failures: $0[0], last: $0[1], until: $0[2], succeeded: $0[3]) } ?? .none
  }
}

extension Transaction {
  func put(_ record: AttemptRecord, _ key: AttemptKey, expires: Int64) throws {
    try execute(
      """
      INSERT OR REPLACE INTO attempt (kind, digest, owner, failures, last, until, succeeded, expires)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        key.kind.rawValue, Self.data(key.digest), key.owner.map(Self.data), record.failures, record.last, record.until,
        record.succeeded, expires,
      ])
  }

  func removeAttempts(of owner: [UInt8]) throws -> Int {
    try execute("DELETE FROM attempt WHERE owner = ? AND succeeded = 0", [Self.data(owner)])
    let removed = db.changesCount
    try execute("UPDATE attempt SET failures = 0, until = 0 WHERE owner = ?", [Self.data(owner)])
    return removed + db.changesCount
  }

  /// Rows that one call removes: other callers wait meanwhile.
  private static let clearedAttempts = 50

  func removeAttempts(expiredBefore time: Int64) throws {
    try execute(
      """
      DELETE FROM attempt WHERE (kind, digest) IN
        (SELECT kind, digest FROM attempt WHERE expires < ? ORDER BY expires LIMIT ?)
      """, [time, Self.clearedAttempts])
  }
}
