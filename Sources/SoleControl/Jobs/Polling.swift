/// What polling finds (CSC v2 §11.12).
public enum JobResult: Sendable, Equatable {
  case running
  /// The method tells in which form the result is answered.
  case completed(SigningMethod, SigningResult)
  case failed(JobFailure)
}

extension SigningJobs {
  /// The state of a job, or its result, as often as it is asked for until its time is over.
  ///
  /// - Parameter signer: whose job it must be, if the caller says so.
  /// - Throws: `Refusal.unknownJob` also for jobs of others, so that nobody learns of them.
  public func result(of id: JobID, signer: SignerID?, as principal: Principal) async throws -> JobResult {
    guard let stored = try await signing.store.read({ try $0.job(id) }),
      let job = SigningJob(canonical: stored.row.text), principal.mayHave(job), signer == nil || signer == job.signer,
      !stored.state.isOver(at: signing.clock.milliseconds())
    else { throw Refusal.unknownJob }
    switch stored.state {
    case .open: return .running
    case .failed(let failure, _): return .failed(failure)
    case .completed:
      // A result leaves only if job, signatures and key belong together, whoever wrote to the store. Job and principal
      // are compared again, because only now the job is held against its MAC.
      guard let unverified = try await loadJob(id), principal.mayHave(unverified.job),
        let credential = try await verify(unverified)
      else { throw Refusal.unknownJob }
      let result = try await signing.stored(unverified.operation, unverified.work, credential)
      return .completed(unverified.job.method, result)
    }
  }
}
