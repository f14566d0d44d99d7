internal import Foundation
internal import GRDB
internal import SoleControl

/// A table whose rows are sealed: `row_seal` is a MAC over every other column, under the table's own key. It stands in
/// the row, or in a table of its own for those tables that people look into and fill by SQL: what they put there is
/// well-formed, and refused.
///
/// This type alone reads and writes such rows. What it returns was held against its seal; nothing has to be remembered
/// where rows are used, and a new column is covered because it is listed here, or the row does not come back.
struct SealedTable: Sendable {
  static let sealColumn = "row_seal"

  let name: String
  /// All but the seal, in the order in which they are sealed and read. The primary key comes first.
  let columns: [String]
  /// What `selection` reads: the columns, and the seal.
  let resultColumns: [String]
  let keyLength: Int
  /// Whether the seals are in the table `NAME_seal`, which has the primary key and the seal.
  private let isDetached: Bool
  /// Columns that name a row in the log.
  private let named: [String]
  private let seal: RowSeal

  /// - Parameters:
  ///   - named: nil if the primary key names the row. No column with the name of a person.
  ///   - isDetached: whether the seals are in a table of their own.
  init(
    _ name: String, key: [String], _ rest: [String], named: [String]? = nil, isDetached: Bool = false,
    _ seals: RowSeals
  ) {
    self.name = name
    columns = key + rest
    resultColumns = columns + [Self.sealColumn]
    keyLength = key.count
    self.isDetached = isDetached
    self.named = named ?? key
    seal = seals.seal(of: name)
    let ofRow = key.map { "s.\($0) = \(name).\($0)" }.joined(separator: " AND ")
    let sealOfRow =
      isDetached ? "(SELECT s.\(Self.sealColumn) FROM \(name)_seal s WHERE \(ofRow))" : Self.sealColumn
    selection = "SELECT " + (columns + [sealOfRow]).joined(separator: ", ")
    source = " FROM \(name) "
    keyCondition = " WHERE " + key.map { "\($0) = ?" }.joined(separator: " AND ")
    insertion = Self.insertion(name, isDetached ? columns : columns + [Self.sealColumn])
    sealInsertion = isDetached ? "INSERT OR REPLACE " + Self.insertion("\(name)_seal", key + [Self.sealColumn]) : nil
  }

  private static func insertion(_ table: String, _ columns: [String]) -> String {
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    return "INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places))"
  }

  let selection: String
  let source: String
  let keyCondition: String
  /// SQL after `INSERT` with a place for each column, and for the seal unless it is detached.
  let insertion: String
  /// SQL with a place for each column of the key and for the seal, if it is detached.
  let sealInsertion: String?

  /// The seal of a row with these values, in the order of `columns`.
  func code(of values: some Sequence<DatabaseValue>) -> [UInt8] { seal.code(of: Self.octets(of: values)) }

  /// Whether the row, as `selection` reads it, is one that a gateway wrote.
  func fits(_ row: StoredRow) -> Bool {
    let values = row.values
    guard case .blob(let stored) = values[columns.count].storage else { return false }
    return seal.isRight([UInt8](stored), for: Self.octets(of: values.prefix(columns.count)))
  }

  func edited(_ row: StoredRow) -> EditedRow {
    let key = named.map { Self.text(row[$0] as DatabaseValue) }.joined(separator: " ")
    return EditedRow(table: name, key: String(key.prefix(200)))
  }

  /// Which value a column has, with its kind and length: no two rows have the same octets.
  private static func octets(of values: some Sequence<DatabaseValue>) -> [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(256)
    func add(_ kind: UInt8, _ number: UInt64) {
      octets.append(kind)
      withUnsafeBytes(of: number.bigEndian) { octets.append(contentsOf: $0) }
    }
    for value in values {
      switch value.storage {
      case .null: add(0, 0)
      case .int64(let number): add(1, UInt64(bitPattern: number))
      case .double(let number): add(2, number.bitPattern)
      case .string(let text):
        add(3, UInt64(text.utf8.count))
        octets.append(contentsOf: text.utf8)
      case .blob(let data):
        add(4, UInt64(data.count))
        octets.append(contentsOf: data)
      }
    }
    return octets
  }

  private static func text(_ value: DatabaseValue) -> String {
    switch value.storage {
    case .null: ""
    case .int64(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): text
    case .blob(let data): data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }
}

/// The tables whose rows are sealed as a whole. What the others prove themselves by is in
/// Specs/threat-model.md, "Edited database".
final class SealedTables: Sendable {
  let token, account, oauthEntry, attempt: SealedTable
  let activation, successor, operation: SealedTable
  let factorState, challenge, oneTimeCode, message, usedTokens: SealedTable
  let job, notice: SealedTable
  let pending, appRequest: SealedTable
  let order, revocation: SealedTable
  let findings = EditedRows()

  init(_ seals: RowSeals) {
    token = SealedTable(
      "token", key: ["digest"], ["kind", "partner", "signer", "client", "grant_id", "expires"], seals)
    account = SealedTable(
      "account", key: ["username"], ["password_hash", "partner", "signer"], named: ["partner", "signer"],
      isDetached: true, seals)
    oauthEntry = SealedTable("oauth_entry", key: ["kind", "digest"], ["expires", "body", "kept_for", "size"], seals)
    attempt = SealedTable(
      "attempt", key: ["kind", "digest"], ["owner", "failures", "last", "until", "succeeded", "expires"], seals)
    activation = SealedTable("activation", key: ["digest"], ["binding", "expires", "revoked", "replaced"], seals)
    successor = SealedTable("successor", key: ["extended"], ["activation", "request", "sealed"], seals)
    operation = SealedTable(
      "operation", key: ["id"], ["activation", "request", "instance", "state", "work", "signatures"], seals)
    factorState = SealedTable("factor_state", key: ["credential", "factor"], ["failures", "last_step"], seals)
    challenge = SealedTable("challenge", key: ["digest"], ["credential", "factor", "expires", "made"], seals)
    oneTimeCode = SealedTable("one_time_code", key: ["credential", "factor"], ["id", "mac", "expires"], seals)
    message = SealedTable("message", key: ["id"], ["partner", "credential", "factor", "time", "failed"], seals)
    usedTokens = SealedTable("used_tokens", key: ["digest"], ["expires"], seals)
    job = SealedTable(
      "job", key: ["id"], ["operation", "instance", "text", "seal", "state", "failure", "expires"], seals)
    notice = SealedTable(
      "notice", key: ["id"], ["instance", "partner", "url", "job", "completed", "attempts", "due"], seals)
    pending = SealedTable(
      "pending", key: ["id"],
      [
        "handle", "link", "credential", "text", "seal", "expires", "state", "number", "approval", "approval_seal",
        "sealed",
      ], seals)
    appRequest = SealedTable(
      "app_request", key: ["pending"], ["request", "text", "seal", "sealed", "interval", "due", "lease"], seals)
    order = SealedTable(
      "credential_order", key: ["digest"], ["text", "seal", "expires", "instance", "serial", "issuer"], seals)
    revocation = SealedTable("revocation", key: ["issuer", "serial"], ["time", "expires"], seals)
  }
}
