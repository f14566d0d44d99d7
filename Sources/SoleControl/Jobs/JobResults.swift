public import Vocabulary

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

extension JobService {
  /// Nil if there is no such job.
  ///
  /// - Throws: `InternalFault.jobIntegrity` if what is stored does not belong together.
  func loadJob(_ id: JobID) async throws -> UnverifiedJob? {
    let found = try await read(reading: [.job(id), .partsOfJob(id)]) { snapshot in
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
  func verify(_ unverified: UnverifiedJob, for use: CredentialUse = .any) async throws -> Credential? {
    guard let row = unverified.credential else { return nil }
    let job = unverified.job
    let credential = try await signing.credentials.load(row, id: job.credential)
    let check = Unverified(unverified.stored.row, job)
    let macs = try await signing.credentials.confirm(credential, alongside: [check.message], for: use)
    guard check.isRight(macs[0]),
      credential.value.partner == job.partner, credential.value.signer == job.signer
    else { throw InternalFault.jobIntegrity(job.id) }
    return credential.value
  }
}

/// The answer to polling (CSC v2 §11.15).
public enum JobResult: Sendable, Equatable {
  case running
  /// The method tells in which form the result is answered.
  case completed(SigningMethod, SigningResult)
  case failed(JobFailure)
}

extension JobService {
  /// The state of a job, or its result, as often as it is asked for until its time is over.
  ///
  /// - Parameter signer: the one whose job it must be, if the caller says so.
  /// - Throws: `Refusal.unknownJob` also for jobs of others, so that their existence stays hidden.
  public func result(of id: JobID, signer: SignerID?, as principal: Principal) async throws -> JobResult {
    switch try await state(of: id, signer: signer, as: principal) {
    case .open: return .running
    case .failed(let failure, _): return .failed(failure)
    case .completed:
      // A result leaves only if job, signatures and key belong together, also when the store was edited. Job and
      // principal are compared again, because only now the job is held against its MAC.
      guard let unverified = try await loadJob(id), principal.mayHave(unverified.job),
        let credential = try await verify(unverified, for: .finished)
      else { throw Refusal.unknownJob }
      let result = try await signing.stored(unverified.operation, unverified.work, credential)
      return .completed(unverified.job.method, result)
    }
  }

  /// The credential of a job, as it is now; nil if it has gone.
  ///
  /// - Throws: `Refusal.unknownJob`, as `result(of:signer:as:)`; the faults of reading rows.
  public func credential(of id: JobID, signer: SignerID?, as principal: Principal) async throws -> Credential? {
    _ = try await state(of: id, signer: signer, as: principal)
    guard let unverified = try await loadJob(id), principal.mayHave(unverified.job) else { throw Refusal.unknownJob }
    return try await verify(unverified, for: .finished)
  }

  private func state(of id: JobID, signer: SignerID?, as principal: Principal) async throws -> JobState {
    guard let stored = try await read(reading: [.job(id)], { try $0.job(id) }),
      let job = SigningJob(canonical: stored.row.text), principal.mayHave(job), signer == nil || signer == job.signer,
      !stored.state.isOver(at: signing.context.clock.milliseconds())
    else { throw Refusal.unknownJob }
    return stored.state
  }
}
