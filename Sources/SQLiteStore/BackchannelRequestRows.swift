internal import Foundation
internal import GRDB
internal import SoleControl

extension Snapshot {
  func appRequest(ofPending id: String) throws -> StoredAppRequest? {
    try one(tables.appRequest, "pending = ?", [id]).map(Self.appRequest)
  }

  func appRequest(_ request: [UInt8]) throws -> StoredAppRequest? {
    try one(tables.appRequest, "request = ?", [Self.data(request)]).map(Self.appRequest)
  }

  private static func appRequest(_ row: StoredRow) -> StoredAppRequest {
    StoredAppRequest(
      pending: row["pending"], request: bytes(row["request"]),
      row: SealedRow(text: bytes(row["text"]), seal: bytes(row["seal"])), sealed: bytes(row["sealed"]),
      schedule: PollSchedule(interval: row["interval"], due: row["due"], lease: row["lease"]))
  }
}

extension Transaction {
  func add(_ request: StoredAppRequest) throws {
    try insert(
      tables.appRequest,
      [
        request.pending, Self.data(request.request), Self.data(request.row.text), Self.data(request.row.seal),
        Self.data(request.sealed), request.schedule.interval, request.schedule.due, request.schedule.lease,
      ])
  }

  func put(_ schedule: PollSchedule, ofPending id: String) throws {
    guard let row = try one(tables.appRequest, "pending = ?", [id]) else { return }
    try change(
      tables.appRequest, row, ["interval": schedule.interval, "due": schedule.due, "lease": schedule.lease])
  }
}
