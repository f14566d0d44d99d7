internal import Foundation
internal import GRDB
internal import Octets
internal import SoleControl

/// A table whose rows are protected: `row_mac` is a MAC over every other column, under the table's own key. It stands
/// in the row, or in a table of its own for those tables that people look into and fill by SQL: what they put there is
/// well-formed, and refused.
///
/// This type alone reads and writes such rows. Rows that it returns were held against its MAC; nothing has to be
/// remembered where rows are used, and a new column is covered because it is listed here, or the row does not come
/// back.
struct ProtectedTable: Sendable {
  static let macColumn = "row_mac"

  let name: String
  /// All but the MAC, in the order in which they are protected and read. The primary key comes first.
  let columns: [String]
  /// Columns that `selection` reads: `columns`, and the MAC.
  let resultColumns: [String]
  let keyLength: Int
  /// Whether the MACs are in the table `NAME_mac`, which has the primary key and the MAC.
  private let isDetached: Bool
  /// Whether its rows are in the sums (`RowSums`).
  let isSummed: Bool
  /// Columns that name a row in the log.
  private let named: [String]
  private let mac: RowMAC

  /// - Parameters:
  ///   - named: nil if the primary key names the row. No column with the name of a person.
  ///   - isDetached: whether the MACs are in a table of their own.
  ///   - isSummed: whether each change of a row is counted.
  init(
    _ name: String, key: [String], _ rest: [String], named: [String]? = nil, isDetached: Bool = false,
    isSummed: Bool, _ rowMACs: RowMACs
  ) {
    self.name = name
    columns = key + rest
    resultColumns = columns + [Self.macColumn]
    keyLength = key.count
    self.isDetached = isDetached
    self.isSummed = isSummed
    self.named = named ?? key
    mac = rowMACs.mac(of: name)
    let ofRow = key.map { "s.\($0) = \(name).\($0)" }.joined(separator: " AND ")
    let macOfRow =
      isDetached ? "(SELECT s.\(Self.macColumn) FROM \(name)_mac s WHERE \(ofRow))" : Self.macColumn
    selection = "SELECT " + (columns + [macOfRow]).joined(separator: ", ")
    source = " FROM \(name) "
    keyCondition = " WHERE " + key.map { "\($0) = ?" }.joined(separator: " AND ")
    insertion = Self.insertion(name, isDetached ? columns : columns + [Self.macColumn])
    macInsertion = isDetached ? "INSERT OR REPLACE " + Self.insertion("\(name)_mac", key + [Self.macColumn]) : nil
  }

  private static func insertion(_ table: String, _ columns: [String]) -> String {
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    return "INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places))"
  }

  let selection: String
  let source: String
  let keyCondition: String
  /// SQL after `INSERT` with a place for each column, and for the MAC unless it is detached.
  let insertion: String
  /// SQL with a place for each column of the key and for the MAC, if it is detached.
  let macInsertion: String?

  /// The MAC of a row with these values, in the order of `columns`.
  func code(of values: some Sequence<DatabaseValue>) -> [UInt8] { mac.code(of: Self.octets(of: values)) }

  /// Names of the result columns with the MAC, for `RETURNING`.
  var returning: String { "RETURNING " + selection.dropFirst("SELECT ".count) }

  /// The MAC of a row, as `selection` reads it.
  func mac(of row: StoredRow) -> [UInt8] { row.octets(columns.count) }

  /// Whether the row, as `selection` reads it, is one that a gateway wrote.
  func fits(_ row: StoredRow) -> Bool {
    let values = row.values
    guard case .blob(let stored) = values[columns.count].storage else { return false }
    return mac.isRight([UInt8](stored), for: Self.octets(of: values.prefix(columns.count)))
  }

  func edited(_ row: StoredRow) -> EditedRow {
    let key = named.map { Self.text(row[$0] as DatabaseValue) }.joined(separator: " ")
    return EditedRow(table: name, key: String(key.prefix(200)))
  }

  /// Octets of the values with their columns, kinds and lengths: no two rows have the same octets.
  static func octets(of values: some Sequence<DatabaseValue>) -> [UInt8] {
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
    case .blob(let data): Hex.encode(data)
    }
  }
}
