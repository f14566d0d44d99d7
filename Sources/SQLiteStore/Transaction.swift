internal import AuditLog
internal import GRDB
internal import SoleControl
internal import Vocabulary

/// A read/write transaction; several callers' bodies run in it, each in a savepoint of its own.
final class Transaction: Snapshot, SoleControlWriting, @unchecked Sendable {
  private var head: AuditHead
  private var storedCount: Int64
  /// Up to which time what is over may be deleted: what seems over may only seem so, by a clock that was set ahead.
  var horizon = UnixTime.max

  override init(_ db: Database, _ tables: ProtectedTables) throws {
    guard let head = try Self.head(db) else { throw StoreError.corrupt }
    self.head = head
    storedCount = head.count
    try super.init(db, tables)
  }

  /// Runs a body so that nothing of it remains if it throws.
  func savepoint<Output>(_ body: () throws -> Output) throws -> Output {
    let headBefore = head
    try execute("SAVEPOINT body")
    do {
      let output = try body()
      try execute("RELEASE body")
      return output
    } catch {
      head = headBefore
      // SQLite can have rolled everything back, on a full disk for example; then the reason is what counts.
      guard db.isInsideTransaction else { throw error }
      try execute("ROLLBACK TO body")
      try execute("RELEASE body")
      throw error
    }
  }

  /// Writes the end of the audit log once for all bodies.
  func storeHead() throws {
    guard head.count != storedCount else { return }
    try execute("UPDATE audit_head SET count = ?, hash = ?", [head.count, Self.data(head.hash)])
  }

  func put(_ row: ProtectedRow, of credential: Credential) throws {
    try execute(
      "INSERT OR REPLACE INTO credential (id, signer, text, mac) VALUES (?, ?, ?, ?)",
      [credential.id.rawValue, credential.signer.rawValue, Self.data(row.text), Self.data(row.mac)])
  }

  func put(_ state: FactorState, _ factor: FactorID, of credential: CredentialID) throws {
    try insert(
      tables.factorState, [credential.rawValue, factor.rawValue, state.failures, state.lastStep], or: .replace)
  }

  func add(_ activation: Activation, slots: Int) throws {
    let digest = Self.data(activation.digest.bytes)
    try insert(tables.activation, [digest, Self.data(activation.binding), activation.expires, false, false])
    for number in 0..<slots {
      try execute(
        "INSERT INTO slot (activation, number, state) VALUES (?, ?, ?)",
        [digest, number, SlotState.authorized.rawValue])
    }
  }

  func reserve(_ slots: [Int], for operation: SigningOperation) throws {
    let activation = Self.data(operation.activation.bytes)
    try insert(tables.operation, Self.row(operation, .reserved, signatures: nil))
    for slot in slots {
      try execute(
        "UPDATE slot SET state = ?, operation = ? WHERE activation = ? AND number = ?",
        [SlotState.reserved.rawValue, operation.id, activation, slot])
    }
  }

  func complete(_ operation: SigningOperation, signatures: [[UInt8]]) throws {
    try settle(operation, .completed, slots: .consumed, signatures: SignatureList.encode(signatures))
  }

  func release(_ operation: SigningOperation) throws {
    try settle(operation, .released, slots: .released, signatures: nil)
  }

  private func settle(
    _ operation: SigningOperation, _ state: SigningOperation.State, slots: SlotState, signatures: [UInt8]?
  ) throws {
    // Columns that do not change are in the MAC as the caller has them: if the row was edited meanwhile, it fits no
    // more.
    let row = Self.row(operation, state, signatures: signatures)
    let code = tables.operation.code(of: row.map { $0?.databaseValue ?? .null })
    try execute(
      "UPDATE operation SET state = ?, signatures = ?, row_mac = ? WHERE id = ? AND state = ?",
      [
        state.rawValue, signatures.map(Self.data), Self.data(code), operation.id,
        SigningOperation.State.reserved.rawValue,
      ])
    guard db.changesCount == 1 else { throw StoreError.corrupt }
    try execute(
      "UPDATE slot SET state = ? WHERE activation = ? AND operation = ? AND state = ?",
      [
        slots.rawValue, Self.data(operation.activation.bytes), operation.id, SlotState.reserved.rawValue,
      ])
  }

  /// In the order of the table's columns.
  private static func row(
    _ operation: SigningOperation, _ state: SigningOperation.State, signatures: [UInt8]?
  ) -> [(any DatabaseValueConvertible)?] {
    [
      operation.id, data(operation.activation.bytes), data(operation.requestDigest), operation.instance,
      state.rawValue, data(operation.work), signatures.map(data),
    ]
  }

  func revoke(_ activation: ActivationDigest) throws {
    guard let row = try one(tables.activation, "digest = ?", [Self.data(activation.bytes)]) else { return }
    try change(tables.activation, row, ["revoked": true])
  }

  func markUnknown(instance: String) throws -> [SigningOperation] {
    let rows = try fitting(
      tables.operation,
      """
      instance = ?1 AND state = 0 AND id NOT IN (SELECT operation FROM job WHERE instance = ?1 AND state = 0)
      ORDER BY id
      """, [instance])
    return try rows.map { row in
      try change(tables.operation, row, ["state": SigningOperation.State.unknown.rawValue])
      return try Self.operation(row)
    }
  }

  func add(_ challenge: Challenge, keep: Int) throws {
    let next: Int64? = try one(
      "SELECT CAST(COALESCE(MAX(made), 0) + 1 AS INTEGER) FROM challenge WHERE credential = ? AND factor = ?",
      [challenge.credential.rawValue, challenge.factor.rawValue])?[0]
    try insert(
      tables.challenge,
      [
        Self.data(challenge.digest), challenge.credential.rawValue, challenge.factor.rawValue, challenge.expires, next,
      ])
    try execute(
      """
      DELETE FROM challenge WHERE credential = ?1 AND factor = ?2 AND made <=
        (SELECT made FROM challenge WHERE credential = ?1 AND factor = ?2 ORDER BY made DESC LIMIT 1 OFFSET ?3)
      """,
      [challenge.credential.rawValue, challenge.factor.rawValue, keep])
  }

  func take(challenge digest: [UInt8]) throws -> Bool {
    try execute("DELETE FROM challenge WHERE digest = ?", [Self.data(digest)])
    return db.changesCount == 1
  }

  func append(_ event: AuditEvent, at time: UnixTime) throws {
    let entry = head.append(event, at: time)
    try execute(
      "INSERT INTO audit (sequence, body, hash) VALUES (?, ?, ?)",
      [entry.sequence, Self.data(entry.body), Self.data(entry.hash)])
  }

  func execute(_ sql: String, _ values: [(any DatabaseValueConvertible)?] = []) throws {
    guard let values = SQLText.values(values) else { throw StoreError.unstorable }
    try db.run(sql, values)
  }
}
