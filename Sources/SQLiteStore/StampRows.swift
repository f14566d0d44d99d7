public import AuditLog
internal import Foundation
internal import GRDB
internal import SoleControl

extension SQLiteLog: StampStore {
  public func signedCheckpoint() async throws -> (octets: [UInt8], time: Int64)? {
    try await store.read { snapshot in
      let log = try snapshot.sequencedLog(withLanes: false)
      return log.checkpoint.isEmpty ? nil : (log.checkpoint, log.time)
    }
  }

  public func hasStamp(of day: Int64) async throws -> Bool { try await store.read { try $0.hasStamp(of: day) } }

  public func keep(_ stamp: KeptStamp) async throws {
    try await store.write { transaction in
      guard try !transaction.hasStamp(of: stamp.day) else { return }
      try transaction.insert(
        transaction.tables.log.stamp,
        [stamp.day, Transaction.data(stamp.checkpoint), Transaction.data(stamp.token)], or: .replace)
    }
  }
}

extension SQLiteReader {
  /// One that was edited is told of, and counts as none.
  fileprivate func hasStamp(of day: Int64) throws -> Bool {
    try !fitting(tables.log.stamp, "day = ?", [day], limit: 1).isEmpty
  }
}

extension KeptStamp {
  /// - Parameter row: columns day, checkpoint and token.
  init(_ row: StoredRow) throws {
    guard let day = Int64.fromDatabaseValue(row.values[0]), let checkpoint = Data.fromDatabaseValue(row.values[1]),
      let token = Data.fromDatabaseValue(row.values[2])
    else { throw StoreError.corrupt }
    self.init(day: day, checkpoint: [UInt8](checkpoint), token: [UInt8](token))
  }
}
