internal import Foundation
internal import GRDB
internal import SoleControl

// Who signers are, what they ordered, and which certificates are revoked.

extension Snapshot {
  func identity(of signer: SignerID) throws -> SealedRow? {
    try one("SELECT text, seal FROM identity WHERE signer = ?", [signer.text]).map {
      SealedRow(text: Self.bytes($0[0]), seal: Self.bytes($0[1]))
    }
  }

  func order(_ digest: [UInt8]) throws -> StoredOrder? {
    try one("SELECT * FROM credential_order WHERE digest = ?", [Self.data(digest)]).map(Self.order)
  }

  func revocations(issuer: String, at time: UnixTime) throws -> [Revocation] {
    try all(
      "SELECT serial, time, expires FROM revocation WHERE issuer = ? AND expires > ? ORDER BY serial", [issuer, time]
    ).map { Revocation(issuer: issuer, serialNumber: $0[0], time: $0[1], expires: $0[2]) }
  }

  fileprivate static func order(_ row: Row) throws -> StoredOrder {
    let (instance, serial, issuer): (String?, String?, String?) = (row["instance"], row["serial"], row["issuer"])
    let state: StoredOrder.State
    switch (instance, serial, issuer) {
    case (nil, nil, nil): state = .open
    case (let instance?, let serial?, let issuer?):
      state = .reserved(instance: instance, serialNumber: serial, issuer: issuer)
    default: throw StoreError.corrupt
    }
    return StoredOrder(
      digest: bytes(row["digest"]), row: SealedRow(text: bytes(row["text"]), seal: bytes(row["seal"])),
      expires: row["expires"], state: state)
  }
}

extension Transaction {
  func put(_ identity: SealedRow, of signer: SignerID) throws {
    try execute(
      "INSERT OR REPLACE INTO identity (signer, text, seal) VALUES (?, ?, ?)",
      [signer.text, Self.data(identity.text), Self.data(identity.seal)])
  }

  func add(_ order: StoredOrder) throws {
    try execute(
      "INSERT INTO credential_order (digest, text, seal, expires) VALUES (?, ?, ?, ?)",
      [Self.data(order.digest), Self.data(order.row.text), Self.data(order.row.seal), order.expires])
    if order.state != .open { try put(order.state, ofOrder: order.digest) }
  }

  func put(_ state: StoredOrder.State, ofOrder digest: [UInt8]) throws {
    var columns: (instance: String, serial: String, issuer: String)?
    if case .reserved(let instance, let serial, let issuer) = state { columns = (instance, serial, issuer) }
    try execute(
      "UPDATE credential_order SET instance = ?, serial = ?, issuer = ? WHERE digest = ?",
      [columns?.instance, columns?.serial, columns?.issuer, Self.data(digest)])
    guard db.changesCount == 1 else { throw StoreError.corrupt }
  }

  func remove(order digest: [UInt8]) throws -> Bool {
    try execute("DELETE FROM credential_order WHERE digest = ?", [Self.data(digest)])
    return db.changesCount == 1
  }

  func removeOrders(expiredBefore time: UnixTime) throws {
    try execute("DELETE FROM credential_order WHERE instance IS NULL AND expires < ?", [time])
  }

  func takeReservedOrders(instance: String) throws -> [StoredOrder] {
    let orders = try all("SELECT * FROM credential_order WHERE instance = ? ORDER BY digest", [instance])
      .map(Self.order)
    try execute("DELETE FROM credential_order WHERE instance = ?", [instance])
    return orders
  }

  func add(_ revocation: Revocation) throws {
    try execute(
      "INSERT OR IGNORE INTO revocation (issuer, serial, time, expires) VALUES (?, ?, ?, ?)",
      [revocation.issuer, revocation.serialNumber, revocation.time, revocation.expires])
    try execute("DELETE FROM revocation WHERE expires <= ?", [revocation.time])
  }

  func remove(_ credential: CredentialID) throws -> Bool {
    try execute(
      "DELETE FROM app_request WHERE pending IN (SELECT id FROM pending WHERE credential = ?)", [credential.text])
    for table in ["factor_state", "challenge", "one_time_code", "pending"] {
      try execute("DELETE FROM \(table) WHERE credential = ?", [credential.text])
    }
    try execute("DELETE FROM credential WHERE id = ?", [credential.text])
    return db.changesCount == 1
  }
}
