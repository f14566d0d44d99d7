internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

// One-time codes and the messages that carried them.

extension FactorReading where Self: SQLiteReader {
  func oneTimeCode(_ factor: FactorID, of credential: CredentialID) throws -> OneTimeCode? {
    try one(tables.factors.oneTimeCode, "credential = ? AND factor = ?", [credential.rawValue, factor.rawValue]).map {
      OneTimeCode(
        id: $0["id"], credential: credential, factor: factor, mac: Self.bytes($0["mac"]), expires: $0["expires"])
    }
  }

  func messages(_ factor: FactorID, of credential: CredentialID, after time: UnixTime) throws -> [SentMessage] {
    try all(
      tables.factors.message, "credential = ? AND factor = ? AND time > ? ORDER BY time, id",
      [credential.rawValue, factor.rawValue, time]
    ).map {
      SentMessage(
        id: $0["id"], partner: PartnerID($0["partner"]), credential: credential, factor: factor, time: $0["time"],
        hasFailed: $0["failed"])
    }
  }

  /// Counts without looking at MACs: there may be thousands, and rows that somebody added make the partner wait.
  func messages(of partner: PartnerID, after time: UnixTime) throws -> (count: Int, oldest: UnixTime?) {
    let row = try one(
      "SELECT COUNT(*), CAST(MIN(time) AS INTEGER) FROM message WHERE partner = ? AND time > ?",
      [partner.rawValue, time])
    return row.map { ($0[0], $0[1]) } ?? (0, nil)
  }
}

extension FactorWriting where Self: SQLiteWriter {
  func put(_ code: OneTimeCode) throws {
    try insert(
      tables.factors.oneTimeCode,
      [code.credential.rawValue, code.factor.rawValue, code.id, Self.data(code.mac), code.expires], or: .replace)
  }

  func take(oneTimeCode id: String) throws -> Bool {
    try remove(tables.factors.oneTimeCode, "id = ?", [id]) == 1
  }

  func add(_ message: SentMessage, forgotten: UnixTime) throws {
    try remove(tables.factors.message, "time <= ?", [min(forgotten, horizon)])
    try insert(
      tables.factors.message,
      [
        message.id, message.partner.rawValue, message.credential.rawValue, message.factor.rawValue, message.time,
        message.hasFailed,
      ])
  }

  func markFailed(message id: String) throws {
    guard let row = try one(tables.factors.message, "id = ?", [id]) else { return }
    try change(tables.factors.message, row, ["failed": true])
  }

  func remove(message id: String) throws { try remove(tables.factors.message, "id = ?", [id]) }
}
