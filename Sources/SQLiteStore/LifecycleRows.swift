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
    try one(tables.order, "digest = ?", [Self.data(digest)]).map(Self.order)
  }

  func revocations(issuer: String, at time: UnixTime) throws -> [Revocation] {
    try fitting(tables.revocation, "issuer = ? ORDER BY serial", [issuer]).map {
      Revocation(issuer: issuer, serialNumber: $0["serial"], time: $0["time"], expires: $0["expires"])
    }.filter { $0.expires > time }
  }

  fileprivate static func order(_ row: StoredRow) throws -> StoredOrder {
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
    let state = Self.columns(order.state)
    try insert(
      tables.order,
      [
        Self.data(order.digest), Self.data(order.row.text), Self.data(order.row.seal), order.expires, state?.instance,
        state?.serial, state?.issuer,
      ])
  }

  func put(_ state: StoredOrder.State, ofOrder digest: [UInt8]) throws {
    let state = Self.columns(state)
    guard let row = try one(tables.order, "digest = ?", [Self.data(digest)]) else { throw StoreError.corrupt }
    try change(
      tables.order, row, ["instance": state?.instance, "serial": state?.serial, "issuer": state?.issuer])
  }

  private static func columns(
    _ state: StoredOrder.State
  ) -> (instance: String, serial: String, issuer: String)? {
    guard case .reserved(let instance, let serial, let issuer) = state else { return nil }
    return (instance, serial, issuer)
  }

  func remove(order digest: [UInt8]) throws -> Bool {
    try execute("DELETE FROM credential_order WHERE digest = ?", [Self.data(digest)])
    return db.changesCount == 1
  }

  func removeOrders(expiredBefore time: UnixTime) throws {
    try execute("DELETE FROM credential_order WHERE instance IS NULL AND expires < ?", [min(time, horizon)])
  }

  func takeReservedOrders(instance: String) throws -> [StoredOrder] {
    let orders = try fitting(tables.order, "instance = ? ORDER BY digest", [instance]).map(Self.order)
    // What was edited stays for whoever looks into it.
    for order in orders { _ = try remove(order: order.digest) }
    return orders
  }

  func add(_ revocation: Revocation) throws {
    do {
      guard
        try one(
          tables.revocation, "issuer = ? AND serial = ?", [revocation.issuer, revocation.serialNumber]) == nil
      else { return }
    } catch StoreError.edited {
      // A row that somebody put there must not keep the right one out.
    }
    try insert(
      tables.revocation, [revocation.issuer, revocation.serialNumber, revocation.time, revocation.expires],
      or: .replace)
    try execute("DELETE FROM revocation WHERE expires <= ?", [min(revocation.time, horizon)])
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
