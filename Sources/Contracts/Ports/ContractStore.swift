public import AuditLog
public import Vocabulary

/// The store of contracts, with the promises of every store (`SoleControlStore`).
public protocol ContractStore: Sendable {
  func readContracts<Result: Sendable>(
    reading keys: @autoclosure () -> [ContractKey], _ body: @escaping @Sendable (any ContractReading) throws -> Result
  ) async throws -> Result

  func writeContracts<Result: Sendable>(
    reading keys: @autoclosure () -> [ContractKey], _ body: @escaping @Sendable (any ContractWriting) throws -> Result
  ) async throws -> Result
}

/// Rows that a body declares (Specs/decisions/0049). Every act changes the registry's revision, so all acts follow one
/// another in any case, and the rows have one key together.
public enum ContractKey: Sendable, Hashable {
  case registry(RowLock = .shared)
}

/// The part of the store that keeps contracts. Rows that somebody else wrote are not there.
public protocol ContractReading {
  /// Counts the acts; 0 before the first.
  func contractRevision() throws -> Int64
  /// All of them, in order of their ids, also those that were removed.
  func operators() throws -> [Operator]
  /// In order of their ids.
  func storedPartners() throws -> [StoredPartner]
  func storedPartner(_ id: PartnerID) throws -> StoredPartner?
  /// In order of their ids, also those that were removed.
  func storedClients() throws -> [StoredClient]
  func storedClient(_ id: ClientID) throws -> StoredClient?
  func change(_ id: String) throws -> Change?
  /// The last ones first; of one second in order of their ids.
  func changes(limit: Int) throws -> [Change]
}

public protocol ContractWriting: ContractReading {
  func put(contractRevision: Int64) throws
  /// Adds it, or replaces the one of its id.
  func put(_ person: Operator) throws
  func put(_ partner: StoredPartner) throws
  func put(_ client: StoredClient) throws
  func put(_ change: Change) throws
  /// Appends an event to the audit log.
  func append(_ event: AuditEvent) throws
}
