internal import Foundation
internal import GRDB
internal import Issuance
internal import SoleControl
internal import Vocabulary

// Rows of issuance: signers' subjects, lifecycle grants, and revocations of certificates.

extension IssuanceReading where Self: SQLiteReader {
  func subject(of signer: SignerID) throws -> ProtectedRow? {
    try one("SELECT text, mac FROM certificate_subject WHERE signer = ?", [signer.rawValue]).map {
      ProtectedRow(text: $0.octets(0), mac: $0.octets(1))
    }
  }

  func lifecycleGrant(_ digest: [UInt8]) throws -> StoredLifecycleGrant? {
    try one(tables.lifecycle.grant, "digest = ?", [Self.data(digest)]).map(Self.lifecycleGrant)
  }

  func revocations(issuer: String, at time: UnixTime) throws -> [Revocation] {
    try fitting(tables.lifecycle.revocation, "issuer = ? ORDER BY serial", [issuer]).map {
      guard let reason = RevocationReason(rawValue: $0["reason"]) else { throw StoreError.corrupt }
      return Revocation(
        issuer: issuer, serialNumber: $0["serial"], time: $0["time"], expires: $0["expires"], reason: reason)
    }.filter { $0.expires > time }
  }

  fileprivate static func lifecycleGrant(_ row: StoredRow) throws -> StoredLifecycleGrant {
    let (instance, serial, issuer): (String?, String?, String?) = (row["instance"], row["serial"], row["issuer"])
    let state: StoredLifecycleGrant.State
    switch (instance, serial, issuer) {
    case (nil, nil, nil): state = .open
    case (let instance?, let serial?, let issuer?):
      state = .reserved(instance: instance, serialNumber: serial, issuer: issuer)
    default: throw StoreError.corrupt
    }
    return StoredLifecycleGrant(
      digest: bytes(row["digest"]), row: ProtectedRow(text: bytes(row["text"]), mac: bytes(row["mac"])),
      expires: row["expires"], state: state)
  }
}

extension IssuanceWriting where Self: SQLiteWriter {
  func put(_ subject: ProtectedRow, of signer: SignerID) throws {
    try replace(.certificate_subject, ["text": subject.text], [signer.rawValue, Self.data(subject.mac)])
  }

  func add(_ grant: StoredLifecycleGrant) throws {
    let state = Self.columns(grant.state)
    try insert(
      tables.lifecycle.grant,
      [
        Self.data(grant.digest), Self.data(grant.row.text), Self.data(grant.row.mac), grant.expires, state?.instance,
        state?.serial, state?.issuer,
      ])
  }

  func put(_ state: StoredLifecycleGrant.State, ofLifecycleGrant digest: [UInt8]) throws {
    let state = Self.columns(state)
    guard let row = try one(tables.lifecycle.grant, "digest = ?", [Self.data(digest)]) else { throw StoreError.corrupt }
    try change(
      tables.lifecycle.grant, row, ["instance": state?.instance, "serial": state?.serial, "issuer": state?.issuer])
  }

  private static func columns(
    _ state: StoredLifecycleGrant.State
  ) -> (instance: String, serial: String, issuer: String)? {
    guard case .reserved(let instance, let serial, let issuer) = state else { return nil }
    return (instance, serial, issuer)
  }

  func remove(lifecycleGrant digest: [UInt8]) throws -> Bool {
    try remove(tables.lifecycle.grant, "digest = ?", [Self.data(digest)]) == 1
  }

  func removeLifecycleGrants(expiredBefore time: UnixTime) throws {
    try remove(tables.lifecycle.grant, "instance IS NULL AND expires < ?", [min(time, horizon)])
  }

  func takeReservedLifecycleGrants(instance: String) throws -> [StoredLifecycleGrant] {
    let grants = try fitting(tables.lifecycle.grant, "instance = ? ORDER BY digest", [instance])
      .map(Self.lifecycleGrant)
    // An edited row stays for the operator's inquiry.
    for grant in grants { _ = try remove(lifecycleGrant: grant.digest) }
    return grants
  }

  func add(_ revocation: Revocation) throws {
    do {
      guard
        try one(
          tables.lifecycle.revocation, "issuer = ? AND serial = ?", [revocation.issuer, revocation.serialNumber]) == nil
      else { return }
    } catch StoreError.edited {
      // A row that somebody put there must not keep the right one out.
    }
    try insert(
      tables.lifecycle.revocation,
      [
        revocation.issuer, revocation.serialNumber, revocation.time, revocation.expires, revocation.reason.rawValue,
      ], or: .replace)
    try remove(tables.lifecycle.revocation, "expires <= ?", [min(revocation.time, horizon)])
  }

  func remove(_ credential: CredentialID) throws -> Bool {
    try remove(
      tables.waiting.backchannelRequest, "pending IN (SELECT id FROM pending WHERE credential = ?)",
      [credential.rawValue])
    let (factors, waiting) = (tables.factors, tables.waiting)
    for table in [
      factors.state, factors.challenge, factors.oneTimeCode, waiting.pending, tables.lifecycle.invitation,
    ] {
      try remove(table, "credential = ?", [credential.rawValue])
    }
    return try remove(.credential, credential.rawValue)
  }
}
