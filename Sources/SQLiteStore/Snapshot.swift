internal import AuditLog
internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// One committed state, read through one connection.
///
/// `@unchecked`: used on the thread that owns the connection only; `Sendable` because the port's bodies may run
/// anywhere.
class Snapshot: SoleControlReading, @unchecked Sendable {
  let db: Database
  let tables: ProtectedTables

  init(_ db: Database, _ tables: ProtectedTables) throws {
    self.db = db
    self.tables = tables
  }

  func lastAuditTime() throws -> UnixTime? {
    try one("SELECT body FROM audit ORDER BY sequence DESC LIMIT 1", []).map { row in
      guard let time = try JSONValue.parse(row.octets(0), limits: .own).object?["time"]?.integer else {
        throw StoreError.corrupt
      }
      return time
    }
  }

  func credential(_ id: CredentialID) throws -> ProtectedRow? {
    try one("SELECT text, mac FROM credential WHERE id = ?", [id.rawValue]).map(Self.protectedRow)
  }

  func mac(of id: CredentialID) throws -> [UInt8]? {
    try one("SELECT mac FROM credential WHERE id = ?", [id.rawValue]).map { $0.octets(0) }
  }

  func credentials(of signer: SignerID, after: CredentialID?, limit: Int) throws -> [ProtectedRow] {
    try all(
      "SELECT text, mac FROM credential WHERE signer = ? AND id > ? ORDER BY id LIMIT ?",
      [signer.rawValue, after?.rawValue ?? "", limit]
    ).map(Self.protectedRow)
  }

  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState {
    let row = try one(tables.factorState, "credential = ? AND factor = ?", [credential.rawValue, factor.rawValue])
    return row.map { FactorState(failures: $0["failures"], lastStep: $0["last_step"]) } ?? .fresh
  }

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

  func challenge(_ digest: [UInt8]) throws -> Challenge? {
    try one(tables.challenge, "digest = ?", [Self.data(digest)]).map { row in
      guard let factor = FactorID(rawValue: row["factor"]) else { throw StoreError.corrupt }
      return Challenge(
        digest: digest, credential: CredentialID(row["credential"]), factor: factor, expires: row["expires"])
    }
  }

  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge] {
    try fitting(
      tables.challenge, "credential = ? AND factor = ? ORDER BY made", [credential.rawValue, factor.rawValue]
    ).map { row in
      Challenge(digest: Self.bytes(row["digest"]), credential: credential, factor: factor, expires: row["expires"])
    }
  }

  /// The end of the audit log; nil if there is none, or it is none that we wrote.
  static func head(_ db: Database) throws -> AuditHead? {
    var head: AuditHead?
    try db.run("SELECT count, hash FROM audit_head", []) { statement in
      let values = StoredRow(statement).values
      guard let count = Int64.fromDatabaseValue(values[0]), let hash = Data.fromDatabaseValue(values[1]) else {
        return false
      }
      head = AuditHead(count: count, hash: bytes(hash))
      return false
    }
    return head
  }

  // MARK: Rows

  func one(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws -> StoredRow? {
    guard let values = SQLText.values(values) else { return nil }
    var row: StoredRow?
    try db.run(sql, values) {
      row = StoredRow($0)
      return false
    }
    return row
  }

  func all(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws -> [StoredRow] {
    guard let values = SQLText.values(values) else { return [] }
    var rows: [StoredRow] = []
    try db.run(sql, values) {
      rows.append(StoredRow($0))
      return true
    }
    return rows
  }

  static func data(_ bytes: [UInt8]) -> Data { Data(bytes) }
  static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }

  private static func protectedRow(_ row: StoredRow) -> ProtectedRow {
    ProtectedRow(text: row.octets(0), mac: row.octets(1))
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
