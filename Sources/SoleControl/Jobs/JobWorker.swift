import AuditLog
import Registry
import Vocabulary
import WireJSON

/// Reason why a job has no signatures.
private struct Failure: Error {
  let outcome: JobFailure
  /// For the audit log.
  let reason: String
}

extension JobService {
  private static let firstPause = Duration.milliseconds(50)
  private static let longestPause = Duration.seconds(10)

  /// Steps 5 to 8 of one job. After a failure on the way all is done again from the beginning: nothing leaves before
  /// the job has ended, and it ends once, in one transaction with its operation. So it may also be broken off anywhere.
  func carryOut(_ id: JobID) async {
    var waited = Duration.zero
    var pause = Self.firstPause
    while !Task.isCancelled {
      do {
        if try await attempt(id, mayWait: waited < rules.deviceRetryLimit) { return line.leave(id) }
      } catch {
        // The store does not work, so not even a failure could be recorded.
        report("job \(id): \(error)")
      }
      do { try await signing.context.clock.pause(pause) } catch { return }
      waited += pause
      pause = min(pause * 2, Self.longestPause)
    }
  }

  /// - Returns: whether nothing is left to do. If not, the device may be better later.
  func attempt(_ id: JobID, mayWait: Bool) async throws -> Bool {
    do {
      guard let unverified = try await loadJob(id), unverified.stored.state == .open else { return true }
      guard signing.context.clock.isRight() else { return false }
      guard unverified.operation.state == .reserved else { throw InternalFault.jobIntegrity(id) }
      let (credential, mac) = try await usable(unverified)

      // 5. The device signs. No transaction is open.
      // 6. Every signature is verified with the credential's public key.
      let signatures = try await signing.make(unverified.work, with: credential)

      // 7. One transaction consumes the slots, stores the signatures, appends the outcome and ends the job, if the
      //    credential is still as it was.
      // 8. It is durable when `write` returns.
      let time = signing.context.clock.milliseconds()
      try await write(
        reading: unverified.operation.keys(toComplete: credential.id) + [.job(id, .exclusive)]
      ) { transaction in
        try transaction.complete(
          unverified.operation, signatures, of: credential.id, mac: mac, count: unverified.work.items.count,
          for: credential.partner)
        try transaction.end(id, as: .completed(expires: time + Self.validity(unverified.job)))
        try transaction.addNotification(of: unverified.job, unverified.stored, isCompleted: true, now: time)
      }
      underWay.signal.raise()
      return true
    } catch is CredentialChanged {
      // Whether it may still be signed is decided again.
      return false
    } catch {
      guard let failure = Failure(error) else { throw error }
      if mayWait, failure.outcome == .unavailable { return false }
      if failure.outcome == .fault { report("job \(id): \(error)") }
      do { try await end(id, failure) } catch StoreError.edited {
        // Its own row: no process can end it, and none signs for it.
      }
      return true
    }
  }

  /// The credential as it is now, and the MAC of its row. A job that has not been signed stops when its credential is
  /// disabled or its SAD revoked.
  private func usable(_ unverified: UnverifiedJob) async throws -> (Credential, mac: [UInt8]) {
    guard let credential = try await verify(unverified), let mac = unverified.credential?.mac else {
      throw Failure(outcome: .credentialDeleted, reason: "deleted")
    }
    guard unverified.work.items.allSatisfy({ $0.algorithm.fits(credential.keyType) })
    else { throw Failure(outcome: .fault, reason: "credential") }
    guard !unverified.isRevoked else { throw Failure(outcome: .authorizationRevoked, reason: "revoked") }
    guard credential.isEnabled else { throw Failure(outcome: .credentialDisabled, reason: "disabled") }
    guard try await !isSuspended(credential.partner) else {
      throw Failure(outcome: .credentialDisabled, reason: "suspended")
    }
    guard credential.isValid(at: signing.context.clock.now()) else {
      throw Failure(outcome: .certificateExpired, reason: "expired")
    }
    return (credential, mac)
  }

  private func isSuspended(_ partner: PartnerID) async throws -> Bool {
    do { return try await signing.context.partner(partner)?.isSuspended == true } catch { throw Refusal.unavailable }
  }

  /// Ends a job whose signatures were not made, and gives its slots back.
  private func end(_ id: JobID, _ failure: Failure) async throws {
    let time = signing.context.clock.milliseconds()
    try await write(reading: [.job(id, .exclusive), .partsOfJob(id, .exclusive)]) { transaction in
      guard let stored = try transaction.job(id), stored.state == .open else { return }
      if failure.reason == Failure.integrity {
        try transaction.append(AuditEvent(.integrityViolated, [("operation", .string(stored.operation))]))
      }
      do {
        if let operation = try transaction.operation(id: stored.operation), operation.state == .reserved {
          try transaction.release(operation, reason: failure.reason)
        }
      } catch StoreError.edited {
        // The signatures that it holds stay spent.
      }
      let job = SigningJob(canonical: stored.row.text)
      try transaction.end(id, as: .failed(failure.outcome, expires: time + Self.validity(job)))
      try transaction.addNotification(of: job, stored, isCompleted: false, now: time)
    }
    underWay.signal.raise()
  }

  /// Milliseconds. No request may have more; a stored row that was edited could.
  private static let longestValidity: Int64 = 86_400_000

  private static func validity(_ job: SigningJob?) -> Int64 { min(max(job?.validity ?? 0, 0), longestValidity) }
}

extension Failure {
  static let integrity = "integrity"

  /// Nil for faults of the store, with which nothing can be ended.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let failure as DeviceSigningFailure: self.init(outcome: JobFailure(failure), reason: failure.reason)
    case Refusal.unavailable: self.init(outcome: .unavailable, reason: "device")
    case Refusal.invalidSAD: self.init(outcome: .authorizationRevoked, reason: "revoked")
    case Refusal.unknownCredential: self.init(outcome: .credentialDeleted, reason: "deleted")
    case InternalFault.device: self.init(outcome: .fault, reason: "device")
    case InternalFault.rowIntegrity, InternalFault.unfoundedQualifier, InternalFault.jobIntegrity, StoreError.edited:
      self.init(outcome: .fault, reason: Self.integrity)
    default: return nil
    }
  }
}

extension JobFailure {
  fileprivate init(_ failure: DeviceSigningFailure) {
    switch failure {
    case .device(.busy, _), .device(.unavailable, _): self = .unavailable
    case .device(.unsupported, .rsaPSS): self = .parametersNotSupported
    case .timestamp(.busy): self = .unavailable
    case .device, .verification, .timestamp: self = .fault
    }
  }
}
