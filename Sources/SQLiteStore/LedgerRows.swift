internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension LedgerReading where Self: SQLiteReader {
  func activation(_ digest: ActivationDigest) throws -> Activation? {
    let row = try one(
      tables.ledger.activation, "digest = ?", [Self.data(digest.bytes)],
      more: ", EXISTS (SELECT 1 FROM successor WHERE extended = activation.digest) AS extended")
    guard let row else { return nil }
    let isExtended: Bool = row["extended"]
    return Activation(
      digest: digest, binding: Self.bytes(row["binding"]), expires: row["expires"], isRevoked: row["revoked"],
      isReplaced: try row["replaced"] || (isExtended && successor(of: digest) != nil))
  }

  func slots(_ activation: ActivationDigest) throws -> [SlotState] {
    try slotRow(activation).map { try Self.states($0) } ?? []
  }

  fileprivate func slotRow(_ activation: ActivationDigest) throws -> StoredRow? {
    try one(tables.ledger.slots, "activation = ?", [Self.data(activation.bytes)])
  }

  fileprivate static func states(_ row: StoredRow) throws -> [SlotState] {
    try bytes(row["states"]).map { octet in
      guard let state = SlotState(rawValue: Int(octet)) else { throw StoreError.corrupt }
      return state
    }
  }

  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation? {
    try one(
      tables.ledger.operation, "activation = ? AND request = ? AND state <> 2 ORDER BY state LIMIT 1",
      [Self.data(activation.bytes), Self.data(requestDigest)]
    ).map(Self.operation)
  }

  func operation(id: String) throws -> SigningOperation? {
    try one(tables.ledger.operation, "id = ?", [id]).map(Self.operation)
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
    try insert(tables.ledger.activation, [digest, Self.data(activation.binding), activation.expires, false, false])
    try insert(tables.ledger.slots, [digest, Data(repeating: UInt8(SlotState.authorized.rawValue), count: slots)])
  }

  func reserve(_ slots: [Int], for operation: SigningOperation) throws {
    try insert(
      tables.ledger.operation,
      [
        operation.id, Self.data(operation.activation.bytes), Self.data(operation.requestDigest), operation.instance,
        SigningOperation.State.reserved.rawValue, Self.data(operation.work), nil, Self.data(SlotList.encode(slots)),
      ])
    try put(.reserved, slots, of: operation.activation)
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
    let reserved = SigningOperation.State.reserved.rawValue
    guard let row = try one(tables.ledger.operation, "id = ? AND state = ?", [operation.id, reserved]),
      try Self.operation(row) == operation, let held = SlotList.decode(Self.bytes(row["slots"]))
    else { throw StoreError.corrupt }
    try change(tables.ledger.operation, row, ["state": state.rawValue, "signatures": signatures.map(Self.data)])
    try put(slots, held, of: operation.activation)
  }

  private func put(_ state: SlotState, _ slots: [Int], of activation: ActivationDigest) throws {
    guard let row = try slotRow(activation) else { throw StoreError.corrupt }
    var states = Self.bytes(row["states"])
    for slot in slots {
      guard states.indices.contains(slot) else { throw StoreError.corrupt }
      states[slot] = UInt8(state.rawValue)
    }
    try change(tables.ledger.slots, row, ["states": Self.data(states)])
  }

  func revoke(_ activation: ActivationDigest) throws {
    guard let row = try one(tables.ledger.activation, "digest = ?", [Self.data(activation.bytes)]) else { return }
    try change(tables.ledger.activation, row, ["revoked": true])
  }

  func markUnknown(instance: String) throws -> [SigningOperation] {
    let rows = try fitting(
      tables.ledger.operation,
      """
      instance = ?1 AND state = 0 AND id NOT IN (SELECT operation FROM job WHERE instance = ?1 AND state = 0)
      ORDER BY id
      """, [instance])
    return try rows.map { row in
      try change(tables.ledger.operation, row, ["state": SigningOperation.State.unknown.rawValue])
      return try Self.operation(row)
    }
  }
}

/// Numbers of slots in one column: ranges, each with its first number and its length in four octets, big endian.
enum SlotList {
  static func encode(_ slots: [Int]) -> [UInt8] {
    var ranges: [Range<Int>] = []
    for slot in slots.sorted() {
      if let last = ranges.last, last.upperBound == slot {
        ranges[ranges.count - 1] = last.lowerBound..<slot + 1
      } else {
        ranges.append(slot..<slot + 1)
      }
    }
    return ranges.flatMap { octets(of: $0.lowerBound) + octets(of: $0.count) }
  }

  static func decode(_ octets: [UInt8]) -> [Int]? {
    guard octets.count.isMultiple(of: 8) else { return nil }
    let numbers = stride(from: 0, to: octets.count, by: 4).map { octets[$0..<$0 + 4].reduce(0) { $0 << 8 | Int($1) } }
    return stride(from: 0, to: numbers.count, by: 2).flatMap { numbers[$0]..<numbers[$0] + numbers[$0 + 1] }
  }

  private static func octets(of number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
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
