import AuditLog
import WireJSON

extension SigningService {
  /// Called once at start, before any request: operations of this instance that a crash left between intent
  /// and outcome are recorded as unknown. Their slots stay reserved, which means spent.
  ///
  /// - Returns: how many there were.
  public func recover() async throws -> Int {
    let now = clock.now()
    let instance = rules.instance
    return try await store.write { transaction in
      let unknown = try transaction.markUnknown(instance: instance)
      for operation in unknown {
        try transaction.append(AuditEvent(.signatureUnknown, [("operation", .string(operation.id))]), at: now)
      }
      try transaction.append(
        AuditEvent(.serviceStarted, [("instance", .string(instance)), ("unknown", .integer(Int64(unknown.count)))]),
        at: now)
      return unknown.count
    }
  }
}
