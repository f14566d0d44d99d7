internal import Foundation
internal import GRDB
internal import SoleControl

extension PendingReading where Self: SQLiteReader {
  func backchannelRequest(ofPending id: String) throws -> StoredBackchannelRequest? {
    try one(tables.waiting.backchannelRequest, "pending = ?", [id]).map(Self.backchannelRequest)
  }

  func backchannelRequest(_ request: [UInt8]) throws -> StoredBackchannelRequest? {
    try one(tables.waiting.backchannelRequest, "request = ?", [Self.data(request)]).map(Self.backchannelRequest)
  }

  private static func backchannelRequest(_ row: StoredRow) -> StoredBackchannelRequest {
    StoredBackchannelRequest(
      pending: row["pending"], request: bytes(row["request"]),
      row: ProtectedRow(text: bytes(row["text"]), mac: bytes(row["mac"])), sealed: bytes(row["sealed"]),
      schedule: PollSchedule(interval: row["interval"], due: row["due"], lease: row["lease"]))
  }
}

extension PendingWriting where Self: SQLiteWriter {
  func add(_ request: StoredBackchannelRequest) throws {
    try insert(
      tables.waiting.backchannelRequest,
      [
        request.pending, Self.data(request.request), Self.data(request.row.text), Self.data(request.row.mac),
        Self.data(request.sealed), request.schedule.interval, request.schedule.due, request.schedule.lease,
      ])
  }

  func put(_ schedule: PollSchedule, ofPending id: String) throws {
    guard let row = try one(tables.waiting.backchannelRequest, "pending = ?", [id]) else { return }
    try change(
      tables.waiting.backchannelRequest, row,
      ["interval": schedule.interval, "due": schedule.due, "lease": schedule.lease])
  }
}
