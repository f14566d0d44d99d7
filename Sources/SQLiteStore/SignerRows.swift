internal import Enrolment
internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension Snapshot: SignerReading {}
extension Transaction: SignerWriting {}

extension SignerReading where Self: SQLiteReader {
  func signer(_ id: SignerID, of partner: PartnerID) throws -> Signer? {
    try one(tables.enrolment.signer, "id = ? AND partner = ?", [id.rawValue, partner.rawValue]).flatMap(stored)
  }

  func signer(of partner: PartnerID, external: [UInt8]) throws -> SignerID? {
    try one(tables.enrolment.signer, "partner = ? AND external = ?", [partner.rawValue, Self.data(external)]).map {
      SignerID($0["id"])
    }
  }

  func signers(of partner: PartnerID, _ selection: SignerSelection) throws -> SignerPage {
    var condition = "partner = ?"
    var values: [(any DatabaseValueConvertible)?] = [partner.rawValue]
    if let external = selection.external {
      condition += " AND external = ?"
      values.append(Self.data(external))
    }
    if let state = selection.state {
      condition += " AND state = ?"
      values.append(state.rawValue)
    }
    if let after = selection.after {
      condition += " AND (created, id) \(selection.isDescending ? "<" : ">") (?, ?)"
      values.append(after.created)
      values.append(after.id.rawValue)
    }
    let order = selection.isDescending ? "created DESC, id DESC" : "created, id"
    let limit = selection.limit
    let rows = try fitting(tables.enrolment.signer, condition + " ORDER BY " + order, values, limit: limit + 1)
    let signers = try rows.prefix(limit).compactMap { row in
      // One whose key was edited is told of, and left out as a row that was.
      do { return try stored(row) } catch StoreError.edited { return nil }
    }
    return SignerPage(signers: signers, next: rows.count > limit ? Self.place(rows[limit - 1]) : nil)
  }

  private static func place(_ row: StoredRow) -> SignerSelection.Place {
    SignerSelection.Place(created: row["created"], id: SignerID(row["id"]))
  }

  /// Counts without looking at MACs: there may be many.
  func countSigners(of partner: PartnerID, created times: Range<UnixTime>) throws -> Int {
    let row = try one(
      "SELECT COUNT(*) FROM signer WHERE partner = ? AND created >= ? AND created < ?",
      [partner.rawValue, times.lowerBound, times.upperBound])
    return row.map { $0[0] } ?? 0
  }

  /// - Returns: nil if there is no key for it: then its personal data was erased.
  private func stored(_ row: StoredRow) throws -> Signer? {
    let id: String = row["id"]
    guard let kind = SubjectKind(rawValue: row["kind"]), let state = SignerState(rawValue: row["state"]) else {
      throw StoreError.corrupt
    }
    guard let key = try one(tables.enrolment.key, "signer = ?", [id]) else { return nil }
    let (external, representative): (Data?, String?) = (row["external"], row["representative"])
    return Signer(
      id: SignerID(id), partner: PartnerID(row["partner"]), kind: kind,
      representative: representative.map { SignerID($0) }, created: row["created"],
      dataKey: WrappedKey(Self.bytes(key["wrapped"])), state: state, locale: row["locale"],
      external: external.map(Self.bytes), sealed: Self.bytes(row["sealed"]), revision: row["revision"])
  }
}

extension SignerWriting where Self: SQLiteWriter {
  func add(_ signer: Signer) throws {
    try insert(
      tables.enrolment.signer,
      [
        signer.id.rawValue, signer.partner.rawValue, signer.kind.rawValue, signer.representative?.rawValue,
        signer.created, signer.state.rawValue, signer.locale, signer.external.map(Self.data), Self.data(signer.sealed),
        signer.revision,
      ])
    try insert(tables.enrolment.key, [signer.id.rawValue, Self.data(signer.dataKey.bytes)])
  }

  func put(_ signer: Signer) throws {
    guard let row = try one(tables.enrolment.signer, "id = ?", [signer.id.rawValue]) else { throw StoreError.corrupt }
    try change(
      tables.enrolment.signer, row,
      [
        "state": signer.state.rawValue, "locale": signer.locale, "external": signer.external.map(Self.data),
        "sealed": Self.data(signer.sealed), "revision": signer.revision,
      ])
  }
}
