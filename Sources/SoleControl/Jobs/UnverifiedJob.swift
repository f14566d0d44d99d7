/// A job as read from the store. Nothing may be signed or answered for it before `verify`.
struct UnverifiedJob: Sendable {
  let stored: StoredJob
  let job: SigningJob
  let operation: SigningOperation
  let work: SigningWork
  /// Nil if the credential has gone.
  let credential: ProtectedRow?
  let isRevoked: Bool
}

extension SigningJobs {
  /// Nil if there is no such job.
  ///
  /// - Throws: `InternalFault.jobIntegrity` if what is stored does not belong together.
  func loadJob(_ id: JobID) async throws -> UnverifiedJob? {
    let found = try await signing.store.read { snapshot in
      try snapshot.job(id).map { stored in
        let job = SigningJob(canonical: stored.row.text)
        let operation = try snapshot.operation(id: stored.operation)
        return (
          stored, job, operation, try job.flatMap { try snapshot.credential($0.credential) },
          try operation.flatMap { try snapshot.activation($0.activation) }?.isRevoked ?? false
        )
      }
    }
    guard let (stored, job, operation, credential, isRevoked) = found else { return nil }
    guard let job, job.id == id, let operation, job.operation == operation.id,
      job.workDigest == SigningJob.digest(ofWork: operation.work), let work = SigningWork(canonical: operation.work)
    else { throw InternalFault.jobIntegrity(id) }
    return UnverifiedJob(
      stored: stored, job: job, operation: operation, work: work, credential: credential, isRevoked: isRevoked)
  }

  /// Holds a job against its MAC, and its credential's row against that one's. A job is signed without its SAD, so
  /// nothing but the MAC says that it was accepted under one.
  ///
  /// - Returns: the credential as it is now; nil if it has gone.
  func verify(_ unverified: UnverifiedJob) async throws -> Credential? {
    guard let row = unverified.credential else { return nil }
    let job = unverified.job
    let credential = try await signing.loadCredential(row, id: job.credential)
    let check = Unverified(unverified.stored.row, job)
    let macs = try await signing.confirm(credential, alongside: [check.message])
    guard check.isRight(macs[0]),
      credential.credential.partner == job.partner, credential.credential.signer == job.signer
    else { throw InternalFault.jobIntegrity(job.id) }
    return credential.credential
  }
}
