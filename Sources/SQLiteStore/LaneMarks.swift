internal import AuditLog
internal import GRDB
internal import SoleControl

/// How far a lane is, for those who watch whether it goes on.
struct LaneMark: Equatable, Sendable {
  /// Number of the commit by which the row was written, in its process; 0 before there were sums. It never goes back.
  let number: UInt64
  let mac: [UInt8]
}

extension SQLiteReader {
  /// Differs when another connection has committed since.
  func dataVersion() throws -> Int64? {
    try one("PRAGMA data_version", []).flatMap { Int64.fromDatabaseValue($0.values[0]) }
  }

  /// The rows of lanes, without a look at their MACs.
  func laneMarks(otherThan own: Int64?) throws -> [Int64: LaneMark] {
    var marks: [Int64: LaneMark] = [:]
    try db.run("SELECT lane, substr(sums, 1, 12), row_mac FROM audit_lane WHERE lane IS NOT ?", [own.databaseValue]) {
      let row = StoredRow($0)
      guard let lane = Int64.fromDatabaseValue(row.values[0]) else { return true }
      marks[lane] = LaneMark(number: LaneState.number(ofSealed: row.octets(1)), mac: row.octets(2))
      return true
    }
    return marks
  }

  /// Looks at those that have changed.
  ///
  /// - Returns: nil if each has gone on.
  func laneFault(_ marks: [Int64: LaneMark], after known: [Int64: LaneMark]) throws -> EditedRow? {
    for (lane, mark) in known {
      guard let now = marks[lane], now == mark || now.number > mark.number else {
        return EditedRow(table: "audit_lane", key: "\(lane)")
      }
    }
    for (lane, mark) in marks where known[lane] != mark {
      do { _ = try laneRow(lane) } catch StoreError.edited(let row) { return row }
    }
    return nil
  }
}

extension LaneState {
  /// The number with which the sums were encrypted (`RowSumBox.seal`).
  static func number(ofSealed octets: [UInt8]) -> UInt64 {
    octets.count < 12 ? 0 : octets[4..<12].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
