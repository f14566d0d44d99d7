internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension LedgerReading where Self: SQLiteReader {
  func activation(_ digest: ActivationDigest) throws -> Activation? {
    let row = try one(
      tables.activation, "digest = ?", [Self.data(digest.bytes)],
      more: ", EXISTS (SELECT 1 FROM successor WHERE extended = activation.digest) AS extended")
    guard let row else { return nil }
    let isExtended: Bool = row["extended"]
    return Activation(
      digest: digest, binding: Self.bytes(row["binding"]), expires: row["expires"], isRevoked: row["revoked"],
      isReplaced: try row["replaced"] || (isExtended && successor(of: digest) != nil))
  }

  func slots(_ activation: ActivationDigest) throws -> [SlotState] {
    try all("SELECT state FROM slot WHERE activation = ? ORDER BY number", [Self.data(activation.bytes)]).map { row in
      guard let state = Int.fromDatabaseValue(row.values[0]).flatMap(SlotState.init) else { throw StoreError.corrupt }
      return state
    }
  }

  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation? {
    try one(
      tables.operation, "activation = ? AND request = ? AND state <> 2 ORDER BY state LIMIT 1",
      [Self.data(activation.bytes), Self.data(requestDigest)]
    ).map(Self.operation)
  }

  func operation(id: String) throws -> SigningOperation? {
    try one(tables.operation, "id = ?", [id]).map(Self.operation)
  }

  static func operation(_ row: StoredRow) throws -> SigningOperation {
    let (stored, work): (Data?, Data?) = (row["signatures"], row["work"])
    guard let state = SigningOperation.State(rawValue: row["state"]),
      let signatures = SignatureList.decode(stored.map(bytes) ?? [])
    else { throw StoreError.corrupt }
    return SigningOperation(
      id: row["id"], activation: ActivationDigest(bytes(row["activation"])), requestDigest: bytes(row["request"]),
      instance: row["instance"], state: state, work: work.map(bytes) ?? [], signatures: signatures)
  }
}

extension LedgerWriting where Self: SQLiteWriter {
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
}

/// Signatures in one column: each after its length in two octets, big endian.
enum SignatureList {
  static func encode(_ signatures: [[UInt8]]) -> [UInt8] {
    signatures.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
  }

  static func decode(_ bytes: [UInt8]) -> [[UInt8]]? {
    var rest = bytes[...]
    var signatures: [[UInt8]] = []
    while let high = rest.popFirst() {
      guard let low = rest.popFirst() else { return nil }
      let length = Int(high) << 8 | Int(low)
      guard rest.count >= length else { return nil }
      signatures.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return signatures
  }
}
