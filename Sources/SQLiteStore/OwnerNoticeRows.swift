internal import Foundation
internal import GRDB
internal import Issuance
internal import SoleControl
internal import Vocabulary

extension IssuanceReading where Self: SQLiteReader {
  func dueNotices(instance: String, by time: UnixTime, limit: Int) throws -> [OwnerNotice] {
    try fitting(tables.ownerNotice, "instance = ? AND due <= ? ORDER BY due, id", [instance, time], limit: limit)
      .map { row in
        OwnerNotice(
          id: row["id"], instance: row["instance"], partner: PartnerID(row["partner"]),
          credential: CredentialID(row["credential"]), serialNumber: row["serial"],
          recipient: MessageRecipient(name: row["recipient"], language: row["language"]), attempts: row["attempts"],
          due: row["due"])
      }
  }
}

extension IssuanceWriting where Self: SQLiteWriter {
  func add(_ notice: OwnerNotice) throws {
    try insert(
      tables.ownerNotice,
      [
        notice.id, notice.instance, notice.partner.rawValue, notice.credential.rawValue, notice.serialNumber,
        notice.recipient.name, notice.recipient.language, notice.attempts, notice.due,
      ])
  }

  func postponeNotice(_ id: String, attempts: Int, until due: UnixTime) throws {
    guard let row = try one(tables.ownerNotice, "id = ?", [id]) else { return }
    try change(tables.ownerNotice, row, ["attempts": attempts, "due": due])
  }

  func removeNotice(_ id: String) throws -> Bool {
    try execute("DELETE FROM owner_notice WHERE id = ?", [id])
    return db.changesCount == 1
  }
}
