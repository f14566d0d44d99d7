internal import AuditLog
internal import Foundation
internal import GRDB
internal import Octets
internal import SoleControl
internal import Vocabulary

/// The lane of a process, as the store has it or will have it: its end, and the sums of the rows that the process
/// added and took away.
struct LaneState: Equatable, Sendable {
  var lane: Lane
  var sums: RowSums
  /// The sums as they are stored, encrypted; empty before anything is.
  var sealed: [UInt8]
}

/// Writes the entries of one transaction into the lane of this process, and adds up what it does to rows.
struct Recorder {
  private let recording: Recording
  private let keys: RowSumKeys
  /// For the sums of this lane.
  private let box: RowSumBox
  /// States of the lane of which the store must have one: what this process wrote last, and the one before if it is not
  /// known whether that commit happened.
  private let known: [LaneState]
  /// The lane with this transaction's entries and rows; nil until it is needed.
  private(set) var state: LaneState?
  /// When the transaction began: UTC, milliseconds.
  private let time: Int64

  init(_ recording: Recording, _ keys: RowSumKeys, _ box: RowSumBox, known: [LaneState]) {
    self.recording = recording
    (self.keys, self.box) = (keys, box)
    self.known = known
    time = recording.milliseconds()
  }

  /// Makes an entry. The first one of a transaction compares the lane with what this process knows of it: no one else
  /// writes it, so a database that was edited, or exchanged for an older copy, under a running gateway shows here.
  mutating func entry(_ event: AuditEvent, in transaction: Transaction) throws -> AuditEntry {
    var state = try self.state ?? stored(in: transaction)
    let entry = state.lane.append(
      event, partner: event.partner.map(recording.partnerDigest) ?? [], at: time,
      salt: recording.random(AuditEntry.saltLength))
    self.state = state
    return entry
  }

  /// Counts a row in or out.
  ///
  /// - Parameter mac: of the row; see `RowSumKeys.element`.
  mutating func count(_ mac: [UInt8], _ table: String, isAdded: Bool, in transaction: Transaction) throws {
    guard let element = RowSum(keys.element(of: mac)) else { throw StoreError.corrupt }
    try add(isAdded ? element : -element, to: table, in: transaction)
  }

  mutating func add(_ sum: RowSum, to table: String, in transaction: Transaction) throws {
    if state == nil { state = try stored(in: transaction) }
    state?.sums[table] += sum
  }

  /// Names the lane.
  var laneID: Int64 { known[0].lane.id }

  /// Uses the lane though nothing is recorded, so that the commit shows in it.
  mutating func touch(in transaction: Transaction) { if state == nil { state = try? stored(in: transaction) } }

  /// - Parameter number: never the same twice for this lane.
  mutating func seal(number: UInt64) throws -> LaneState? {
    guard let state else { return nil }
    self.state?.sealed = try box.seal(state.sums.octets, number: number)
    return self.state
  }

  /// The lane as it is stored.
  ///
  /// - Throws: `StoreError.edited` if it is not as this process left it.
  func stored(in transaction: Transaction) throws -> LaneState {
    let stored = try transaction.laneRow(known[0].lane.id)
    guard
      let state = known.first(where: { known in
        known.sealed.isEmpty ? stored == nil : stored.map { $0 == (known.lane, known.sealed) } ?? false
      })
    else {
      let row = EditedRow(table: "audit_lane", key: "\(known[0].lane.id)")
      transaction.tables.findings.found(row, mark: Array("\(row)".utf8))
      throw StoreError.edited(row)
    }
    return state
  }
}

extension Recording {
  init(instance: String, _ milliseconds: @escaping @Sendable () -> Int64, _ rowMACs: RowMACs) {
    let partners = rowMACs.mac(of: "partners in the audit log")
    self.init(
      instance: instance, milliseconds: milliseconds, random: Self.random,
      partnerDigest: { partners.code(of: Array($0.utf8)) })
  }

  /// Octets of the system's generator.
  @Sendable private static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    var octets: [UInt8] = []
    octets.reserveCapacity(count + 8)
    while octets.count < count { withUnsafeBytes(of: generator.next()) { octets += $0 } }
    octets.removeLast(octets.count - count)
    return octets
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
  ///
  /// - Parameter number: never the same twice for this process.
  func storeLane(number: UInt64) throws -> LaneState? {
    guard let state = try recorder.seal(number: number) else { return nil }
    let lane = state.lane
    try insert(
      tables.log.lane, [lane.id, lane.instance, lane.count, Self.data(lane.last), Self.data(state.sealed)],
      or: .replace)
    return state
  }
}

extension SQLiteReader {
  func lane(_ id: Int64) throws -> Lane? { try laneRow(id)?.lane }

  /// A lane, and the encrypted sums of its process.
  func laneRow(_ id: Int64) throws -> (lane: Lane, sealed: [UInt8])? {
    try one(tables.log.lane, "lane = ?", [id]).map { (try Lane($0), $0.octets(4)) }
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
