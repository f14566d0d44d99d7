import Foundation
import SQLiteStore
import SoleControl
import Vocabulary

/// Measures the look at all rows, which a gateway takes at its start and again and again while it serves.
struct RowBench {
  private static let inCommit = 500

  let stand: TestStand
  /// Number of signatures whose SADs, slots and operations are in the store, and of credentials with tries.
  let signatures: Int

  func run() async throws {
    let path = stand.path("rows.sqlite")
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: stand.rowMACs, rowChecks: .all)
    for first in stride(from: 0, to: signatures, by: Self.inCommit) {
      try await store.write(reading: []) { transaction in
        for number in first..<first + Self.inCommit { try Self.sign(number, in: transaction) }
      }
    }
    let look = try await time { try await store.checkRows() }
    try store.close()
    let opening = try await time {
      try SQLiteFileStore(path: path, mayCreate: false, rowMACs: stand.rowMACs, rowChecks: .all).close()
    }
    let rows = 4 * signatures
    print(
      """
      rows of \(signatures) signatures and as many credentials with tries: all \(rows) looked at in \
      \(String(format: "%.2f", look)) s (\(Int(Double(rows) / look))/s), opened in \(String(format: "%.2f", opening)) s

      """)
  }

  private static func sign(_ number: Int, in transaction: any SoleControlWriting) throws {
    let name = withUnsafeBytes(of: number.bigEndian) { Array($0) }
    let digest = ActivationDigest(name + [UInt8](repeating: 7, count: 24))
    try transaction.put(FactorState(failures: 1, lastStep: 0), .pin, of: CredentialID("credential-\(number)"))
    try transaction.add(
      Activation(digest: digest, binding: [UInt8](repeating: 7, count: 600), expires: 1_000), slots: 1)
    let operation = SigningOperation(
      id: "operation-\(number)", activation: digest, requestDigest: digest.bytes, instance: "bench", state: .reserved,
      work: [UInt8](repeating: 7, count: 300), signatures: [])
    try transaction.reserve([0], for: operation)
    try transaction.complete(operation, signatures: [[UInt8](repeating: 7, count: 70)])
  }

  private func time(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start).seconds
  }
}
