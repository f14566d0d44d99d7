package import AuditLog
package import Contracts
package import Enrolment
package import Issuance
import Logging
package import OAuth
import HTTPGateway
package import SQLiteStore
package import SoleControl
package import Throttling
import Vocabulary

/// The ports of a store that stand on it in structs of their own: all but those of transactions, and the one by which a
/// gateway starts.
package protocol StoreParts: Sendable {
  /// The audit log as it grows.
  var log: any SequencingStore & CosignatureStore & StampStore { get }
  /// The store as it is watched while it is in use.
  var watch: any LogWatchStore & HoldCounting & ReceiptIndex { get }
  /// Contracts with partners.
  var contracts: any ContractStore { get }
  /// Signers of partners, and calls that were recorded.
  var enrolment: any EnrolmentStore { get }
}

extension SQLiteFileStore: StoreParts {
  package var log: any SequencingStore & CosignatureStore & StampStore { SQLiteLog(self) }
  package var watch: any LogWatchStore & HoldCounting & ReceiptIndex { SQLiteWatch(self) }
  package var contracts: any ContractStore { SQLiteContracts(self) }
  package var enrolment: any EnrolmentStore { SQLiteEnrolment(self) }
}

/// The one place that knows which stores there are. Everything else uses the ports.
package enum Stores {
  /// All that a service keeps something in.
  package typealias Store = any SoleControlStore & IssuanceStore & OAuthStore & GatewayStore & StoreParts

  /// - Parameters:
  ///   - mayCreate: whether a missing database is made. Only commands that make one say so: a mistyped path must not
  ///     start an empty history.
  ///   - rowMACs: the keys under which every row is protected that has no other proof.
  ///   - instance: the gateway's name in the audit log.
  ///   - rowChecks: whether it looks for rows that were put back or removed.
  ///   - milliseconds: the time of the audit log's entries: UTC since 1970.
  ///   - outages: gets those of the database.
  static func open(
    _ database: String, mayCreate: Bool, rowMACs: RowMACs, instance: String, rowChecks: RowChecks,
    milliseconds: @escaping @Sendable () -> Int64, outages: OutageBook
  ) throws -> Store {
    try SQLiteFileStore(
      path: database, mayCreate: mayCreate, rowMACs: rowMACs, rowChecks: rowChecks, instance: instance,
      milliseconds: milliseconds, onOutage: report(database, outages),
      report: {
        outages.begin(.rows, "\($0)")
        Logger(label: "store").critical(
          "the database was edited",
          metadata: ["table": "\($0.table)", "row": "\($0.key.isEmpty ? "put back, removed or added" : $0.key)"])
      })
  }

  /// Makes a database that is missing. Does not touch what is there.
  static func make(_ database: String, rowMACs: RowMACs) throws {
    _ = try SQLiteFileStore(path: database, mayCreate: true, rowMACs: rowMACs, rowChecks: .none)
  }

  /// Checks, before anything else is opened, that this build can read the database. One that is missing is no fault.
  package static func refuseForeign(_ database: String) throws {
    try SQLiteFileStore.refuseForeign(path: database)
  }

  /// Hands over every entry of the audit log with its position, in order, and then returns the lanes as they are
  /// stored. Changes nothing; a copy will do.
  package static func readAudit(
    _ database: String, _ accept: @escaping @Sendable (AuditEntry, _ position: Int64) throws -> Void
  ) async throws -> [Lane] {
    try await SQLiteLogFile.readAudit(path: database, accept)
  }

  /// Hands over what a database has of the audit log, as it was at one time, and then returns the lanes as they are
  /// stored. Changes nothing; a copy will do.
  ///
  /// - Parameter rowMACs: with those of the device, each protected row of the log is held against its MAC.
  /// - Throws: `StoreError.edited` if one does not fit.
  package static func readLog(
    _ database: String, _ readers: LogReaders, rowMACs: RowMACs? = nil
  ) async throws -> [Lane] {
    try await SQLiteLogFile.readLog(path: database, readers, rowMACs: rowMACs)
  }

  /// Has somebody look things up in the audit log of a database, as it was at one time. Changes nothing; a copy will
  /// do.
  ///
  /// - Parameter rowMACs: as of `readLog`.
  package static func lookIntoLog<Output: Sendable>(
    _ database: String, rowMACs: RowMACs? = nil, _ body: @escaping @Sendable (any StoredLog) throws -> Output
  ) async throws -> Output {
    try await SQLiteLogFile.lookInto(path: database, rowMACs: rowMACs, body)
  }

  /// A SAD's binding in the ledger: the canonical text, or nil. Changes nothing; a copy will do.
  ///
  /// - Parameter activation: the ledger's name of the SAD.
  package static func readBinding(_ database: String, activation: [UInt8]) async throws -> [UInt8]? {
    try await SQLiteFileStore.readBinding(path: database, activation: activation)
  }

  /// The certificate in a credential's row, DER, which nothing was verified of; nil if there is no such credential.
  /// Changes nothing; a copy will do.
  package static func readUnverifiedCertificate(_ database: String, of credential: String) async throws -> [UInt8]? {
    try await SQLiteCredentialFile.text(path: database, of: CredentialID(credential))
      .flatMap { CredentialService.unverifiedCertificate(inRow: $0) }
  }

  private static func report(_ database: String, _ outages: OutageBook) -> @Sendable (StoreEvent) -> Void {
    let logger = Logger(label: "store")
    return { event in
      switch event {
      case .fails(let work, let fault):
        outages.begin(part(work), fault.description)
        logger.error(
          "the database fails",
          metadata: [
            "file": "\(database)", "work": "\(work)", "code": "\(fault.code ?? 0)", "reason": "\(fault.text)",
          ])
      case .worksAgain(let work):
        outages.end(part(work))
        logger.warning("the database works again", metadata: ["file": "\(database)", "work": "\(work)"])
      }
    }
  }

  private static func part(_ work: StoreEvent.Work) -> OperatorFigures.Part {
    switch work {
    case .reading: .reading
    case .writing: .writing
    }
  }
}
