internal import Foundation
internal import GRDB
internal import SoleControl

extension Snapshot {
  func dueNotices(instance: String, by time: UnixMilliseconds, perPartner: Int, limit: Int) throws -> [Notice] {
    try fitting(
      tables.notice,
      """
      id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER (PARTITION BY partner ORDER BY due, id) AS place
          FROM notice WHERE instance = ? AND due <= ?)
        WHERE place <= ?)
      ORDER BY due, id
      """, [instance, time, perPartner], limit: limit
    ).map { row in
      Notice(
        id: row["id"], instance: row["instance"], partner: PartnerID(row["partner"]), uri: row["url"],
        job: JobID(row["job"]), isCompleted: row["completed"], attempts: row["attempts"], due: row["due"])
    }
  }
}

extension Transaction {
  func add(_ notice: Notice) throws {
    try insert(
      tables.notice,
      [
        notice.id, notice.instance, notice.partner.text, notice.uri, notice.job.text, notice.isCompleted,
        notice.attempts, notice.due,
      ])
  }

  func postponeNotice(_ id: String, attempts: Int, until due: UnixMilliseconds) throws {
    guard let row = try one(tables.notice, "id = ?", [id]) else { return }
    try change(tables.notice, row, ["attempts": attempts, "due": due])
  }

  func removeNotice(_ id: String) throws { try execute("DELETE FROM notice WHERE id = ?", [id]) }
}
