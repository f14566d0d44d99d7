public import AuditLog
internal import Foundation
internal import GRDB
internal import SoleControl

extension SQLiteLog: CosignatureStore {
  public func cosignatures() async throws -> [KeptCosignature] {
    try await store.read { snapshot in
      // Each stands for itself; one that was edited is told of.
      try snapshot.fitting(
        snapshot.tables.log.cosignature, "1 = 1 ORDER BY witness", [], limit: LogReaders.mostCosignatures
      ).map { try KeptCosignature($0) }
    }
  }

  public func keep(_ cosignature: KeptCosignature) async throws {
    try await store.write { transaction in
      let table = transaction.tables.log.cosignature
      // One that was edited counts as none.
      let kept = try transaction.fitting(table, "witness = ?", [cosignature.witness], limit: 1).first
      if let kept = try kept.map({ try KeptCosignature($0) }), cosignature.isOlder(than: kept) { return }
      try transaction.insert(
        table,
        [
          cosignature.witness, Transaction.data(cosignature.checkpoint), Transaction.data(cosignature.signature),
        ], or: .replace)
    }
  }
}

extension KeptCosignature {
  /// - Parameter row: columns witness, checkpoint and signature.
  init(_ row: StoredRow) throws {
    guard let witness = String.fromDatabaseValue(row.values[0]), let checkpoint = Data.fromDatabaseValue(row.values[1]),
      let signature = Data.fromDatabaseValue(row.values[2])
    else { throw StoreError.corrupt }
    self.init(witness: witness, checkpoint: [UInt8](checkpoint), signature: [UInt8](signature))
  }
}
