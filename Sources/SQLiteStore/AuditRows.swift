internal import AuditLog
internal import Foundation
internal import GRDB
internal import Octets
internal import SoleControl
internal import Vocabulary

/// Writes the entries of one transaction into the lane of this process.
struct Recorder {
  private let recording: Recording
  /// States of the lane of which the store must have one: what this process wrote last, and the one before if it is not
  /// known whether that commit happened.
  private let known: [Lane]
  /// The lane with this transaction's entries; nil until there is one.
  private(set) var lane: Lane?
  /// When the transaction began: UTC, milliseconds.
  private let time: Int64

  init(_ recording: Recording, known: [Lane]) {
    self.recording = recording
    self.known = known
    time = recording.milliseconds()
  }

  /// Makes an entry. The first one of a transaction compares the lane with what this process knows of it: no one else
  /// writes it, so a database that was edited, or exchanged for an older copy, under a running gateway shows here.
  mutating func entry(_ event: AuditEvent, in transaction: Transaction) throws -> AuditEntry {
    var lane = try self.lane ?? stored(in: transaction)
    let entry = lane.append(
      event, partner: event.partner.map(recording.partnerDigest) ?? [], at: time,
      salt: recording.random(AuditEntry.saltLength))
    self.lane = lane
    return entry
  }

  /// The lane as it is stored.
  ///
  /// - Throws: `StoreError.edited` if it is not as this process left it.
  func stored(in transaction: Transaction) throws -> Lane {
    let stored = try transaction.lane(known[0].id)
    guard let lane = known.first(where: { $0.count == 0 ? stored == nil : $0 == stored }) else {
      let row = EditedRow(table: "audit_lane", key: "\(known[0].id)")
      transaction.tables.findings.found(row, mark: Array("\(row)".utf8))
      throw StoreError.edited(row)
    }
    return lane
  }
}

extension Transaction {
  func append(_ event: AuditEvent) throws {
    let entry = try recorder.entry(event, in: self)
    // By itself SQLite takes a position at random once the largest one is used.
    try execute(
      """
      INSERT INTO audit_entry (position, header, salt, payload)
      VALUES ((SELECT coalesce(max(position), 0) + 1 FROM audit_entry), ?, ?, ?)
      """,
      [Self.data(entry.header), Self.data(entry.salt), entry.payload.map(Self.data)])
  }

  /// Writes the end of the lane once for all bodies.
  func storeLane() throws {
    guard let lane = recorder.lane else { return }
    try insert(tables.auditLane, [lane.id, lane.instance, lane.count, Self.data(lane.last)], or: .replace)
  }
}

extension SQLiteReader {
  func lane(_ id: Int64) throws -> Lane? {
    try one(tables.auditLane, "lane = ?", [id]).map { try Lane($0) }
  }

  /// Time of the entry that was recorded last: UTC, seconds.
  func lastAuditTime() throws -> UnixTime? {
    try one("SELECT header FROM audit_entry ORDER BY position DESC LIMIT 1", []).map { row in
      guard let header = EntryHeader(octets: row.octets(0)) else { throw StoreError.corrupt }
      return header.time / 1000
    }
  }
}

extension AuditEntry {
  /// - Parameter row: columns position, header, salt and payload. A value that is no octets is none of ours, and is
  ///   taken for no octets.
  static func stored(_ row: StoredRow) throws -> (entry: AuditEntry, position: Int64) {
    guard let position = Int64.fromDatabaseValue(row.values[0]) else { throw StoreError.corrupt }
    func octets(_ column: Int) -> [UInt8]? { Data.fromDatabaseValue(row.values[column]).map { [UInt8]($0) } }
    return (AuditEntry(header: octets(1) ?? [], salt: octets(2) ?? [], payload: octets(3) ?? []), position)
  }
}

extension Lane {
  /// - Parameter row: columns lane, instance, count and last.
  init(_ row: StoredRow) throws {
    guard let id = Int64.fromDatabaseValue(row.values[0]), let instance = String.fromDatabaseValue(row.values[1]),
      let count = Int64.fromDatabaseValue(row.values[2]), let last = Data.fromDatabaseValue(row.values[3])
    else { throw StoreError.corrupt }
    self.init(id: id, instance: instance, count: count, last: [UInt8](last))
  }
}
