internal import Foundation
internal import GRDB
internal import SoleControl

extension Snapshot {
  func isUsed(_ digest: [UInt8]) throws -> Bool {
    try one("SELECT 1 FROM used_tokens WHERE digest = ?", [Self.data(digest)]) != nil
  }
}

extension Transaction {
  func use(once digest: [UInt8], until time: UnixTime) throws -> Bool {
    try execute("INSERT OR IGNORE INTO used_tokens (digest, expires) VALUES (?, ?)", [Self.data(digest), time])
    return db.changesCount == 1
  }

  func removeUsed(until time: UnixTime) throws {
    try execute("DELETE FROM used_tokens WHERE expires <= ?", [time])
  }
}
