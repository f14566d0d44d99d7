import AuditLog
import Octets
import WireJSON

extension SigningService {
  /// Ended at a time, so that one transaction stays short.
  private static let endedAtOnce = 100

  /// Ends authorizations whose time is over: nobody answered, or nobody asked for the answer. The audit log says so.
  ///
  /// - Returns: how many.
  public func endOverduePending() async throws -> Int {
    var count = 0
    while true {
      let now = clock.now()
      let life = rules.activationLife
      let ended = try await store.write { transaction in
        let overdue = try transaction.overdue(by: now, approved: now - life, limit: Self.endedAtOnce)
        for pending in overdue {
          try transaction.put(.ended(.expired), ofPending: pending.id)
          // Not from the request, which nobody has verified here.
          try transaction.append(
            AuditEvent(
              .authorizationDenied,
              [
                ("pending", .string(pending.id)), ("credential", .string(pending.credential.rawValue)),
                ("reason", "expired"),
              ]), at: now)
        }
        return overdue.count
      }
      count += ended
      if ended < Self.endedAtOnce { return count }
    }
  }

  /// Ends an authorization that waits, or that was approved, for its caller, who has changed its mind. A SAD that it has
  /// made already is revoked.
  ///
  /// A provider's app goes on asking, because CIBA knows no way to call that off; what the person answers has no effect.
  ///
  /// - Throws: `Refusal.invalidHandle` if it is unknown, another's, or over.
  public func cancel(handle: String, as principal: Principal) async throws {
    let digest = OctetDigest.sha256(handle)
    guard let found = try await loadPending({ try $0.pending(handle: digest) }),
      found.pendingRequest.partner == principal.partner, principal.mayUse(found.credential)
    else { throw Refusal.invalidHandle }
    if case .issued(let sealed) = found.stored.state {
      guard let sad = SealedBox.pending(handle: handle).openSAD(sealed) else {
        throw Refusal.invalidHandle
      }
      return try await revoke(sad.digest)
    }
    let now = clock.now()
    let isDone = try await store.write { transaction in
      switch try transaction.pending(handle: digest)?.state {
      case .waiting?, .approved?: break
      // What became a SAD meanwhile is revoked by the next call.
      default: return false
      }
      try transaction.put(.ended(.cancelled), ofPending: found.pendingRequest.id)
      try transaction.append(Self.denied(found.pendingRequest, "cancelled"), at: now)
      return true
    }
    guard isDone else { throw Refusal.invalidHandle }
  }
}
