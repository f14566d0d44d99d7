internal import SoleControl

/// The tables whose rows are protected as a whole, by the part that has them. What the others prove themselves by is in
/// Specs/threat-model.md, "Edited database".
final class ProtectedTables: Sendable {
  let factors: FactorTables
  let lifecycle: LifecycleTables
  let ledger: LedgerTables
  let waiting: WaitingTables
  let oauth: OAuthTables
  let contracts: ContractTables
  let enrolment: EnrolmentTables
  let log: LogTables
  /// Those whose rows are in the sums, next to those that `DeviceTable` names.
  let summed: [ProtectedTable]
  /// Those of the log, which its tree proves.
  let ofLog: [ProtectedTable]
  let findings = EditedRows()
  let rowMACs: RowMACs
  let sumKeys: RowSumKeys

  init(_ rowMACs: RowMACs) {
    var summed = TableMaker(rowMACs, isSummed: true)
    factors = FactorTables(&summed)
    lifecycle = LifecycleTables(&summed)
    ledger = LedgerTables(&summed)
    waiting = WaitingTables(&summed)
    oauth = OAuthTables(&summed)
    contracts = ContractTables(&summed)
    enrolment = EnrolmentTables(&summed)
    self.summed = summed.made
    var ofLog = TableMaker(rowMACs, isSummed: false)
    log = LogTables(&ofLog)
    self.ofLog = ofLog.made
    self.rowMACs = rowMACs
    sumKeys = rowMACs.sumKeys()
  }
}

/// Makes protected tables and keeps what it made: no table is protected and forgotten in the sums.
struct TableMaker {
  private let rowMACs: RowMACs
  private let isSummed: Bool
  private(set) var made: [ProtectedTable] = []

  /// - Parameter isSummed: whether the rows of its tables are in the sums (`RowSums`).
  init(_ rowMACs: RowMACs, isSummed: Bool) {
    self.rowMACs = rowMACs
    self.isSummed = isSummed
  }

  /// Makes one; what it takes is said at `ProtectedTable.init`.
  mutating func table(
    _ name: String, key: [String], _ rest: [String], named: [String]? = nil, isDetached: Bool = false
  ) -> ProtectedTable {
    let table = ProtectedTable(
      name, key: key, rest, named: named, isDetached: isDetached, isSummed: isSummed, rowMACs)
    made.append(table)
    return table
  }
}
