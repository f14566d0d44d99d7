/// Asynchronous signing (CSC v2 §11.13, §11.15): calls are accepted with everything that a synchronous call checks and
/// spends, signed by a bounded number of workers, and their results kept for a while. Accepted jobs survive the
/// process.
public final class JobService: Sendable {
  public struct Rules: Sendable {
    /// Jobs that are carried out at the same time.
    public var workers = 4
    /// Jobs that may wait or run; further ones are refused as unavailable, before anything is spent.
    public var capacity = 10_000
    /// Time for which a job waits for a device that is busy or down, until it fails.
    public var deviceRetryLimit = Duration.seconds(120)

    public init() {}
  }

  let signing: SigningService
  let notifier: (any CompletionNotifier)?
  let rules: Rules
  /// Told what went wrong with a job that ended by no fault of its caller. For the operator's log.
  let report: @Sendable (String) -> Void
  let line: JobQueue
  let underWay = DeliveriesUnderWay()

  /// - Parameter notifier: nil if there is no way to tell that a job has ended; then no `response_uri` is accepted.
  public init(
    _ signing: SigningService, notifier: (any CompletionNotifier)? = nil, rules: Rules = Rules(),
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.signing = signing
    self.notifier = notifier
    self.rules = rules
    self.report = report
    line = JobQueue(capacity: rules.capacity)
  }

  /// `SigningService.recover`, after which the jobs of an earlier process are in the line.
  public func recover() async throws -> Recovery {
    let recovery = try await signing.recover()
    line.resume(recovery.resumed)
    return recovery
  }

  /// Carries out jobs, and tells of their ends, until the task is cancelled. Those that it leaves are done by the next
  /// process.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.work() }
      group.addTask { await self.sweep() }
      if let notifier { group.addTask { await self.notify(through: notifier) } }
    }
  }

  private func work() async {
    await withTaskGroup(of: Void.self) { group in
      var running = 0
      for await _ in line.signal.raised() {
        while !Task.isCancelled, let job = line.next() {
          if running == rules.workers {
            await group.next()
            running -= 1
          }
          group.addTask { await self.carryOut(job) }
          running += 1
        }
      }
    }
  }

  // MARK: The end of their time

  private static let sweepingStep = Duration.seconds(10)

  private func sweep() async {
    while !Task.isCancelled {
      let now = signing.context.clock.milliseconds()
      do {
        _ = try await write(reading: []) { try $0.removeJobs(expiredBy: now) }
        try await signing.context.clock.pause(Self.sweepingStep)
      } catch {
        // A store that is busy is tried again at the next turn.
        do { try await signing.context.clock.pause(Self.sweepingStep) } catch { return }
      }
    }
  }
}
