import AuditLog
public import Vocabulary
import WireJSON

/// Signatures under SADs: the nine steps of Specs/design/signing.md, and the ledger's recovery after a stop.
public struct SigningService: Sendable {
  let context: ServiceContext
  let credentials: CredentialService
  let verifier: any SignatureVerifier
  /// Nil if there is no authority; then nothing may ask for a time-stamp.
  let timestamps: (any SignatureTimestamping)?

  init(
    _ context: ServiceContext, _ credentials: CredentialService, verifier: any SignatureVerifier,
    timestamps: (any SignatureTimestamping)?
  ) {
    self.context = context
    self.credentials = credentials
    self.verifier = verifier
    self.timestamps = timestamps
  }
}

/// Operations that a stop of the gateway left between intent and outcome.
public struct Recovery: Sendable, Equatable {
  /// Number of operations that are recorded as unknown.
  public let unknown: Int
  /// Asynchronous calls that go on.
  public let resumed: [JobID]
}

extension SigningService {
  /// The operator says that the clock is right though the log has entries of a time that has not come.
  ///
  /// - Parameter last: the time of the last entry.
  /// - Returns: the time from which on the log goes on.
  public func acceptClock(after last: UnixTime) async throws -> UnixTime {
    let now = context.clock.now()
    try await write(reading: []) { try $0.append(AuditEvent(.clockAccepted, [("after", .integer(last))])) }
    return now
  }

  /// The operator says that the database is an older copy which was put back knowingly.
  ///
  /// - Parameter lost: size of the tree of the newest checkpoint that is known.
  public func acceptRestoredDatabase(lost size: UInt64) async throws {
    try await write(reading: []) {
      try $0.append(AuditEvent(.databaseRestored, [("lost", .integer(Int64(clamping: size)))]))
    }
  }

  /// Called once at start, before any request. Operations of this instance that a crash left between intent and
  /// outcome are recorded as unknown; their slots stay reserved, which means spent. Those of asynchronous calls are
  /// recorded as resumed instead: what their first try signed never left the process, so they can be done again.
  public func recover() async throws -> Recovery {
    let instance = context.rules.instance
    return try await write(
      reading: [.operations(instance: instance, .exclusive), .openJobs(instance: instance)]
    ) { transaction in
      let unknown = try transaction.markUnknown(instance: instance)
      for operation in unknown {
        try transaction.append(AuditEvent(.signatureUnknown, [("operation", .string(operation.id))]))
      }
      let open = try transaction.openJobs(instance: instance)
      for job in open {
        try transaction.append(AuditEvent(.signatureResumed, [("operation", .string(job.operation))]))
      }
      try transaction.append(
        AuditEvent(
          .serviceStarted,
          [
            ("instance", .string(instance)), ("unknown", .integer(Int64(unknown.count))),
            ("resumed", .integer(Int64(open.count))),
          ]))
      return Recovery(unknown: unknown.count, resumed: open.map(\.id))
    }
  }
}
