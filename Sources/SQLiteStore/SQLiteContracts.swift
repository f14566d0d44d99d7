public import Contracts

/// The part of the store that keeps contracts.
public struct SQLiteContracts: ContractStore {
  private let store: SQLiteFileStore

  public init(_ store: SQLiteFileStore) { self.store = store }

  public func readContracts<Output: Sendable>(
    reading keys: @autoclosure () -> [ContractKey], _ body: @escaping @Sendable (any ContractReading) throws -> Output
  ) async throws -> Output {
    try await store.read { (snapshot: Snapshot) in try body(snapshot) }
  }

  public func writeContracts<Output: Sendable>(
    reading keys: @autoclosure () -> [ContractKey], _ body: @escaping @Sendable (any ContractWriting) throws -> Output
  ) async throws -> Output {
    try await store.write { (transaction: Transaction) in try body(transaction) }
  }
}

extension Snapshot: ContractReading {}
extension Transaction: ContractWriting {}
