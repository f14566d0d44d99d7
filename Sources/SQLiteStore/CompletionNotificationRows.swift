internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension JobReading where Self: SQLiteReader {
  func dueNotifications(instance: String, by time: UnixMilliseconds, perPartner: Int, limit: Int) throws
    -> [CompletionNotification]
  {
    try dueRows(
      tables.ledger.notification, instance: instance, by: time, perPartner: perPartner, limit: limit
    ).map { row in
      CompletionNotification(
        id: row["id"], instance: row["instance"], partner: PartnerID(row["partner"]), uri: row["url"],
        job: JobID(row["job"]), isCompleted: row["completed"], attempts: row["attempts"], due: row["due"])
    }
  }
}

extension JobWriting where Self: SQLiteWriter {
  func add(_ notification: CompletionNotification) throws {
    try insert(
      tables.ledger.notification,
      [
        notification.id, notification.instance, notification.partner.rawValue, notification.uri,
        notification.job.rawValue,
        notification.isCompleted,
        notification.attempts, notification.due,
      ])
  }

  func postponeNotification(_ id: String, attempts: Int, until due: UnixMilliseconds) throws {
    guard let row = try one(tables.ledger.notification, "id = ?", [id]) else { return }
    try change(tables.ledger.notification, row, ["attempts": attempts, "due": due])
  }

  func removeNotification(_ id: String) throws { try remove(tables.ledger.notification, "id = ?", [id]) }
}
