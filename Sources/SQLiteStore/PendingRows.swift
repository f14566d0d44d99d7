internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension PendingState {
  /// The columns `state`, `number` (tries, or how it ended), `approval`, `approval_mac` and `sealed`.
  fileprivate var columns: (state: Int, number: Int, approval: ProtectedRow?, sealed: [UInt8]?) {
    switch self {
    case .waiting(let tries): (0, tries, nil, nil)
    case .approved(let approval): (1, 0, approval, nil)
    case .issued(let sealed): (2, 0, nil, sealed)
    case .ended(let end): (3, end.rawValue, nil, nil)
    }
  }

  fileprivate init(_ row: StoredRow) throws {
    let (state, number): (Int, Int) = (row["state"], row["number"])
    let (text, mac, sealed): (Data?, Data?, Data?) = (row["approval"], row["approval_mac"], row["sealed"])
    switch (state, text, mac, sealed) {
    case (0, nil, nil, nil): self = .waiting(tries: number)
    case (1, let text?, let mac?, nil):
      self = .approved(ProtectedRow(text: Snapshot.bytes(text), mac: Snapshot.bytes(mac)))
    case (2, nil, nil, let sealed?): self = .issued(sealed: Snapshot.bytes(sealed))
    case (3, nil, nil, nil):
      guard let end = End(rawValue: number) else { throw StoreError.corrupt }
      self = .ended(end)
    default: throw StoreError.corrupt
    }
  }
}

extension PendingReading where Self: SQLiteReader {
  func pending(handle: [UInt8]) throws -> StoredPending? {
    try one(tables.waiting.pending, "handle = ?", [Self.data(handle)]).map(Self.pending)
  }

  func pending(link: [UInt8]) throws -> StoredPending? {
    try one(tables.waiting.pending, "link = ?", [Self.data(link)]).map(Self.pending)
  }

  func waiting(_ credential: CredentialID, at time: UnixTime) throws -> [UnixTime] {
    try all(
      tables.waiting.pending, "credential = ? AND state = 0 AND expires > ? ORDER BY expires",
      [credential.rawValue, time]
    ).map { $0["expires"] }
  }

  func overdue(by time: UnixTime, approved: UnixTime, limit: Int) throws -> [StoredPending] {
    try fitting(
      tables.waiting.pending, "state < 2 AND expires <= ? AND (state = 0 OR expires <= ?) ORDER BY expires, id",
      [time, approved], limit: limit
    ).map(Self.pending)
  }

  private static func pending(_ row: StoredRow) throws -> StoredPending {
    let link: Data? = row["link"]
    return StoredPending(
      id: row["id"], handle: bytes(row["handle"]), link: link.map(bytes), credential: CredentialID(row["credential"]),
      request: ProtectedRow(text: bytes(row["text"]), mac: bytes(row["mac"])), expires: row["expires"],
      state: try PendingState(row))
  }
}

extension PendingWriting where Self: SQLiteWriter {
  func add(_ pending: StoredPending) throws {
    let state = pending.state.columns
    try insert(
      tables.waiting.pending,
      [
        pending.id, Self.data(pending.handle), pending.link.map(Self.data), pending.credential.rawValue,
        Self.data(pending.request.text), Self.data(pending.request.mac), pending.expires, state.state, state.number,
        state.approval.map { Self.data($0.text) }, state.approval.map { Self.data($0.mac) },
        state.sealed.map(Self.data),
      ])
  }

  func put(_ state: PendingState, ofPending id: String) throws {
    let columns = state.columns
    guard let row = try one(tables.waiting.pending, "id = ?", [id]) else { throw StoreError.corrupt }
    try change(
      tables.waiting.pending, row,
      [
        "state": columns.state, "number": columns.number, "approval": columns.approval.map { Self.data($0.text) },
        "approval_mac": columns.approval.map { Self.data($0.mac) }, "sealed": columns.sealed.map(Self.data),
      ])
  }

  func removePending(expiredBefore time: UnixTime) throws {
    try remove(
      tables.waiting.backchannelRequest, "pending IN (SELECT id FROM pending WHERE expires < ?)", [min(time, horizon)])
    try remove(tables.waiting.pending, "expires < ?", [min(time, horizon)])
  }
}
