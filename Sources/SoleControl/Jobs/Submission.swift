public import Vocabulary

/// A call for signatures in `operationMode` A.
public struct JobRequest: Sendable {
  public var signing: SigningRequest
  /// Milliseconds for which the result is available, counted from its completion. Positive.
  public var validity: Int64
  public var responseURI: String?

  public init(_ signing: SigningRequest, validity: Int64, responseURI: String?) {
    self.signing = signing
    self.validity = validity
    self.responseURI = responseURI
  }
}

extension JobService {
  /// Accepts a job: steps 1 to 4 of Specs/design/signing.md, with the job in the transaction of step 3. The same
  /// request again gets the same job, as long as its result is available.
  ///
  /// - Throws: `Refusal`; nothing was spent then.
  public func submit(_ request: JobRequest, as principal: Principal) async throws -> JobID {
    if let uri = request.responseURI {
      guard try await notifier?.accepts(uri, of: principal.partner) == true else { throw Refusal.responseURINotAllowed }
    }
    // 1 and 2 are those of a synchronous call.
    var authorization = try await signing.verifySAD(request.signing, as: principal)
    let operation = try await signing.operation(for: request.signing, under: authorization)
    let job = try await newJob(request, operation, authorization.binding, state: .open)
    guard line.takePlace(job.id) else { throw Refusal.unavailable }

    // 3. The transaction reserves the slots, appends the intent and adds the job.
    // 4. It is durable when `reserve` returns.
    let reservation: Reservation
    do {
      reservation = try await signing.reserve(
        operation, for: request.signing, under: &authorization, as: principal, job: job)
    } catch let error as StoreError where error.isOutcomeUnknown {
      // If it was stored after all, it must be carried out; if not, the worker finds nothing.
      line.append(job.id)
      throw error
    } catch {
      line.leave(job.id)
      throw error
    }
    switch reservation {
    case .reserved:
      line.append(job.id)
      return job.id
    case .accepted(let earlier):
      line.leave(job.id)
      return earlier
    case .done(let earlier):
      line.leave(job.id)
      return try await jobOfCompleted(earlier, request, authorization.binding)
    }
  }

  /// A job whose signatures exist already: that of the earlier call, or a new one that ends at once.
  private func jobOfCompleted(
    _ operation: SigningOperation, _ request: JobRequest, _ binding: Binding
  ) async throws -> JobID {
    guard let work = SigningWork(canonical: operation.work), work.belongs(to: request.signing) else {
      throw StoreError.corrupt
    }
    let now = signing.context.clock.milliseconds()
    let job = try await newJob(
      request, operation, binding, state: .completed(expires: now + request.validity))
    let id = try await write(reading: [.jobs(ofOperation: operation.id, .exclusive)]) { transaction in
      if let earlier = try transaction.job(of: operation.id), !earlier.state.isOver(at: now) { return earlier.id }
      try transaction.add(job)
      try transaction.addNotification(of: SigningJob(canonical: job.row.text), job, isCompleted: true, now: now)
      return job.id
    }
    underWay.signal.raise()
    return id
  }

  private func newJob(
    _ request: JobRequest, _ operation: SigningOperation, _ binding: Binding, state: JobState
  ) async throws -> StoredJob {
    let job = SigningJob(
      id: JobID(try await signing.context.randomID()), operation: operation.id,
      workDigest: SigningJob.digest(ofWork: operation.work), method: request.signing.method,
      credential: binding.credential, partner: binding.partner, signer: binding.signer, client: binding.client,
      validity: request.validity, responseURI: request.responseURI)
    return StoredJob(
      id: job.id, operation: operation.id, instance: operation.instance,
      row: try await signing.context.protectedRow(job),
      state: state)
  }
}

extension JobWriting {
  /// In the transaction in which a job ends.
  func addNotification(of job: SigningJob?, _ stored: StoredJob, isCompleted: Bool, now: UnixMilliseconds) throws {
    guard let job,
      let notification = CompletionNotification(of: job, instance: stored.instance, isCompleted: isCompleted, now: now)
    else {
      return
    }
    try add(notification)
  }
}
