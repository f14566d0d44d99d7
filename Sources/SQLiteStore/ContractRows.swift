internal import Contracts
internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension ContractReading where Self: SQLiteReader {
  func contractRevision() throws -> Int64 {
    try one(tables.contracts.state, "one = 1", []).map { $0["revision"] } ?? 0
  }

  func operators() throws -> [Operator] {
    try fitting(tables.contracts.person, "1 ORDER BY id", []).map { row in
      let (roles, spki, state): (String, Data, String) = (row["roles"], row["spki"], row["state"])
      guard let key = OperatorKey(Self.bytes(spki)), let state = Operator.State(rawValue: state) else {
        throw StoreError.corrupt
      }
      return Operator(
        id: row["id"], roles: Set(roles.split(separator: " ").compactMap { Operator.Role(rawValue: String($0)) }),
        key: key, state: state, added: row["added"])
    }
  }

  func storedPartners() throws -> [StoredPartner] {
    try fitting(tables.contracts.partner, "1 ORDER BY id", []).map(Self.partnerValue)
  }

  func storedPartner(_ id: PartnerID) throws -> StoredPartner? {
    try one(tables.contracts.partner, "id = ?", [id.rawValue]).map(Self.partnerValue)
  }

  func storedClients() throws -> [StoredClient] {
    try fitting(tables.contracts.client, "1 ORDER BY id", []).map(Self.clientValue)
  }

  func storedClient(_ id: ClientID) throws -> StoredClient? {
    try one(tables.contracts.client, "id = ?", [id.rawValue]).map(Self.clientValue)
  }

  func change(_ id: String) throws -> Change? {
    try one(tables.contracts.change, "id = ?", [id]).map(Self.changeValue)
  }

  func changes(limit: Int) throws -> [Change] {
    try fitting(tables.contracts.change, "1 ORDER BY proposed DESC, id", [], limit: limit).map(Self.changeValue)
  }

  private static func partnerValue(_ row: StoredRow) throws -> StoredPartner {
    let state: String = row["state"]
    // A state that this build does not know is none in which anything is signed.
    return StoredPartner(
      id: PartnerID(row["id"]), revision: row["revision"], isSuspended: state != active, record: try record(row))
  }

  private static func clientValue(_ row: StoredRow) throws -> StoredClient {
    let state: String = row["state"]
    return StoredClient(
      id: ClientID(row["id"]), partner: PartnerID(row["partner"]), record: try record(row), isRemoved: state != active)
  }

  private static func record(_ row: StoredRow) throws -> ContractRecord {
    let sealed: Data? = row["sealed"]
    guard let record = ContractRecord(text: bytes(row["body"]), sealed: sealed.map { bytes($0) }) else {
      throw StoreError.corrupt
    }
    return record
  }

  private static func changeValue(_ row: StoredRow) throws -> Change {
    let state: String = row["state"]
    guard let act = ContractAct(text: bytes(row["body"])), let state = Change.State(rawValue: state) else {
      throw StoreError.corrupt
    }
    return Change(
      id: row["id"], act: act, proposedBy: row["proposed_by"], proposed: row["proposed"], expires: row["expires"],
      state: state, decidedBy: row["decided_by"])
  }

  fileprivate static var active: String { "active" }
  fileprivate static var suspended: String { "suspended" }
  fileprivate static var removed: String { "removed" }
}

extension ContractWriting where Self: SQLiteWriter {
  func put(contractRevision: Int64) throws {
    try insert(tables.contracts.state, [1, contractRevision], or: .replace)
  }

  func put(_ person: Operator) throws {
    try insert(
      tables.contracts.person,
      [
        person.id, person.roles.map(\.rawValue).sorted().joined(separator: " "), Self.data(person.key.octets),
        person.state.rawValue, person.added,
      ], or: .replace)
  }

  func put(_ partner: StoredPartner) throws {
    try insert(
      tables.contracts.partner,
      [
        partner.id.rawValue, partner.revision, partner.isSuspended ? Self.suspended : Self.active,
        Self.data(partner.record.text), partner.record.sealed.map { Self.data($0) },
      ], or: .replace)
  }

  func put(_ client: StoredClient) throws {
    try insert(
      tables.contracts.client,
      [
        client.id.rawValue, client.partner.rawValue, client.isRemoved ? Self.removed : Self.active,
        Self.data(client.record.text),
        client.record.sealed.map { Self.data($0) },
      ], or: .replace)
  }

  func put(_ change: Change) throws {
    try insert(
      tables.contracts.change,
      [
        change.id, Self.data(change.act.text), change.proposedBy, change.proposed, change.expires,
        change.state.rawValue, change.decidedBy,
      ], or: .replace)
  }
}
