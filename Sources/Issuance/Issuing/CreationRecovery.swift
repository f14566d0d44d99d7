import AuditLog
import Octets
import SoleControl
import WireJSON
import Vocabulary

extension IssuanceService {
  /// Ends what a stop of this process left of creations: their grants are spent, and certificates that may have been
  /// issued are revoked. Called once at start, before any request and before revocations are published.
  ///
  /// - Returns: their number.
  @discardableResult
  public func recover() async throws -> Int {
    let now = clock.now()
    let instance = rules.instance
    return try await store.writeIssuance(
      reading: [.reservedLifecycleGrants(instance: instance, .exclusive)]
    ) { transaction in
      let left = try transaction.takeReservedLifecycleGrants(instance: instance)
      for grant in left {
        guard case .reserved(_, let serialNumber, let issuer) = grant.state else { continue }
        // The end of such a certificate is unknown; it is named for ten years.
        try transaction.add(
          Revocation(
            issuer: issuer, serialNumber: serialNumber, time: now, expires: now + 10 * 31_557_600,
            reason: .cessationOfOperation))
        try transaction.append(
          AuditEvent(
            .creationUnknown,
            [("lifecycle", .string(Hex.encode(grant.digest))), ("serialNumber", .string(serialNumber))]))
      }
      return left.count
    }
  }
}
