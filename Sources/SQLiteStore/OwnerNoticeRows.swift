internal import Foundation
internal import GRDB
internal import Issuance
internal import SoleControl
internal import Vocabulary

extension IssuanceReading where Self: SQLiteReader {
  func dueNotices(instance: String, by time: UnixTime, perPartner: Int, limit: Int) throws -> [OwnerNotice] {
    try dueRows(
      tables.lifecycle.ownerNotice, instance: instance, by: time, perPartner: perPartner, limit: limit
    ).map { row in
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
      tables.lifecycle.ownerNotice,
      [
        notice.id, notice.instance, notice.partner.rawValue, notice.credential.rawValue, notice.serialNumber,
        notice.recipient.name, notice.recipient.language, notice.attempts, notice.due,
      ])
  }

  func postpone(_ notice: OwnerNotice, until due: UnixTime) throws -> Bool {
    let table = tables.lifecycle.ownerNotice
    guard let row = try one(table, "id = ? AND attempts = ?", [notice.id, notice.attempts]) else { return false }
    try change(table, row, ["attempts": notice.attempts + 1, "due": due])
    return true
  }

  func removeNotice(_ id: String) throws -> Bool {
    try remove(tables.lifecycle.ownerNotice, "id = ?", [id]) == 1
  }
}
