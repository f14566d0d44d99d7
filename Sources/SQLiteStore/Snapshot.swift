internal import Foundation
internal import GRDB
internal import SoleControl

/// One committed state, read through one connection.
///
/// `@unchecked`: used on the thread that owns the connection only; `Sendable` because the port's bodies may run
/// anywhere.
class Snapshot: SoleControlReading, @unchecked Sendable {
  let db: Database

  init(_ db: Database) throws { self.db = db }

  func credential(_ id: CredentialID) throws -> SealedRow? {
    try one("SELECT text, seal FROM credential WHERE id = ?", [id.text]).map(Self.sealedRow)
  }

  func seal(of id: CredentialID) throws -> [UInt8]? {
    try one("SELECT seal FROM credential WHERE id = ?", [id.text]).map { Self.bytes($0[0]) }
  }

  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [SealedRow] {
    try all(
      "SELECT text, seal FROM credential WHERE signer = ? AND id > ? ORDER BY id LIMIT ?",
      [signer.text, after?.text ?? "", limit]
    ).map(Self.sealedRow)
  }

  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState {
    let row = try one(
      "SELECT failures, last_step FROM factor_state WHERE credential = ? AND factor = ?",
      [credential.text, factor.rawValue])
    return row.map { FactorState(failures: $0[0], lastStep: $0[1]) } ?? .fresh
  }

  func activation(_ digest: ActivationDigest) throws -> Activation? {
    try one(
      """
      SELECT binding, expires, revoked,
        replaced OR EXISTS (SELECT 1 FROM successor WHERE extended = activation.digest)
      FROM activation WHERE digest = ?
      """, [Self.data(digest.bytes)]
    ).map {
      Activation(digest: digest, binding: Self.bytes($0[0]), expires: $0[1], isRevoked: $0[2], isReplaced: $0[3])
    }
  }

  func slots(_ activation: ActivationDigest) throws -> [SlotState] {
    try Int.fetchAll(
      db.cachedStatement(sql: "SELECT state FROM slot WHERE activation = ? ORDER BY number"),
      arguments: [Self.data(activation.bytes)]
    ).map { value in
      guard let state = SlotState(rawValue: value) else { throw StoreError.corrupt }
      return state
    }
  }

  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation? {
    try one(
      "SELECT * FROM operation WHERE activation = ? AND request = ? AND state <> 2 ORDER BY state LIMIT 1",
      [Self.data(activation.bytes), Self.data(requestDigest)]
    ).map(Self.operation)
  }

  func operation(id: String) throws -> SigningOperation? {
    try one("SELECT * FROM operation WHERE id = ?", [id]).map(Self.operation)
  }

  func challenge(_ digest: [UInt8]) throws -> Challenge? {
    try one("SELECT credential, factor, expires FROM challenge WHERE digest = ?", [Self.data(digest)]).map { row in
      guard let factor = FactorID(rawValue: row[1]) else { throw StoreError.corrupt }
      return Challenge(digest: digest, credential: CredentialID(row[0]), factor: factor, expires: row[2])
    }
  }

  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge] {
    try all(
      "SELECT digest, expires FROM challenge WHERE credential = ? AND factor = ? ORDER BY made",
      [credential.text, factor.rawValue]
    ).map { row in
      Challenge(digest: Self.bytes(row[0]), credential: credential, factor: factor, expires: row[1])
    }
  }

  // MARK: Rows

  func one(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws -> Row? {
    guard !SQLText.holdsNull(values) else { return nil }
    return try Row.fetchOne(db.cachedStatement(sql: sql), arguments: StatementArguments(values))
  }

  func all(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws -> [Row] {
    guard !SQLText.holdsNull(values) else { return [] }
    return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: StatementArguments(values))
  }

  static func data(_ bytes: [UInt8]) -> Data { Data(bytes) }
  static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }

  private static func sealedRow(_ row: Row) -> SealedRow {
    SealedRow(text: bytes(row[0]), seal: bytes(row[1]))
  }

  static func operation(_ row: Row) throws -> SigningOperation {
    let stored: Data? = row["signatures"]
    // Operations from before the second migration have none, and are too old to be asked for again.
    let work: Data? = row["work"]
    guard let state = SigningOperation.State(rawValue: row["state"]),
      let signatures = SignatureList.decode(stored.map(bytes) ?? [])
    else { throw StoreError.corrupt }
    return SigningOperation(
      id: row["id"], activation: ActivationDigest(bytes(row["activation"])), requestDigest: bytes(row["request"]),
      instance: row["instance"], state: state, work: work.map(bytes) ?? [], signatures: signatures)
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
