internal import Foundation
internal import GRDB
internal import SoleControl

// One-time codes and the messages that carried them.

extension Snapshot {
  func oneTimeCode(_ factor: FactorID, of credential: CredentialID) throws -> OneTimeCode? {
    try one(
      "SELECT id, mac, expires FROM one_time_code WHERE credential = ? AND factor = ?",
      [credential.text, factor.rawValue]
    ).map {
      OneTimeCode(id: $0[0], credential: credential, factor: factor, mac: Self.bytes($0[1]), expires: $0[2])
    }
  }

  func messages(_ factor: FactorID, of credential: CredentialID, after time: UnixTime) throws -> [SentMessage] {
    try all(
      """
      SELECT id, partner, time, failed FROM message WHERE credential = ? AND factor = ? AND time > ?
      ORDER BY time, id
      """, [credential.text, factor.rawValue, time]
    ).map {
      SentMessage(
        id: $0[0], partner: PartnerID($0[1]), credential: credential, factor: factor, time: $0[2], hasFailed: $0[3])
    }
  }

  func messages(of partner: PartnerID, after time: UnixTime) throws -> (count: Int, oldest: UnixTime?) {
    let row = try one("SELECT COUNT(*), MIN(time) FROM message WHERE partner = ? AND time > ?", [partner.text, time])
    return row.map { ($0[0], $0[1]) } ?? (0, nil)
  }
}

extension Transaction {
  func put(_ code: OneTimeCode) throws {
    try execute(
      "INSERT OR REPLACE INTO one_time_code (credential, factor, id, mac, expires) VALUES (?, ?, ?, ?, ?)",
      [code.credential.text, code.factor.rawValue, code.id, Self.data(code.mac), code.expires])
  }

  func take(oneTimeCode id: String) throws -> Bool {
    try execute("DELETE FROM one_time_code WHERE id = ?", [id])
    return db.changesCount == 1
  }

  func add(_ message: SentMessage, forgotten: UnixTime) throws {
    try execute("DELETE FROM message WHERE time <= ?", [forgotten])
    try execute(
      "INSERT INTO message (id, partner, credential, factor, time, failed) VALUES (?, ?, ?, ?, ?, ?)",
      [
        message.id, message.partner.text, message.credential.text, message.factor.rawValue, message.time,
        message.hasFailed,
      ])
  }

  func markFailed(message id: String) throws { try execute("UPDATE message SET failed = 1 WHERE id = ?", [id]) }
  func remove(message id: String) throws { try execute("DELETE FROM message WHERE id = ?", [id]) }
}
