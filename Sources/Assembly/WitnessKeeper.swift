import AuditLog
import HTTPGateway
import Logging
import OutboundHTTP
import ServiceLifecycle
import SoleControl
import TransparencyLog

/// Has one witness cosign checkpoints while the service runs. Each witness has a keeper of its own, and neither the
/// tree nor another witness waits for it: it takes the newest checkpoint when it is ready for one.
struct WitnessKeeper: ServiceLifecycle.Service {
  /// Seconds of one call.
  private static let timeout = Duration.seconds(10)
  private static let longestPause = Duration.seconds(300)
  /// Time for which all of them together are waited for at the start.
  private static let patience = Duration.seconds(5)

  private let name: String
  private let caller: WitnessCaller
  private let store: any GatewayStore
  private let interval: Duration
  private let health: LogHealth
  private let logger: Logger

  /// The rounds of all witnesses of a process.
  static func round(_ config: Config, store: Stores.Store) -> CheckpointRound {
    let begin = ContinuousClock.now
    return CheckpointRound(
      store.log, length: Int64(config.log.witnessInterval) * 1000,
      milliseconds: { Int64(begin.duration(to: .now) / .milliseconds(1)) })
  }

  /// One for each witness of the configuration that is asked.
  ///
  /// - Parameter now: UTC, seconds since 1970.
  static func all(
    _ config: Config, store: Stores.Store, round: CheckpointRound, health: LogHealth,
    now: @escaping @Sendable () -> Int64, logger: Logger
  ) -> [WitnessKeeper] {
    config.log.witnesses.compactMap { witness in
      guard let url = witness.url else { return nil }
      return WitnessKeeper(
        name: witness.name,
        caller: WitnessCaller(witness.key, store: store.log, round: round, now: now, send: send(to: witness, at: url)),
        store: store,
        interval: .seconds(config.log.witnessInterval), health: health, logger: logger)
    }
  }

  /// For those who fetch checkpoints, and bring their cosignatures. Nil if there are none. Notes of those who are asked
  /// do not count: after a database was put back knowingly anyone could bring an old one.
  ///
  /// - Parameters:
  ///   - key: of the log.
  ///   - now: UTC, seconds since 1970.
  static func taker(
    _ config: Config, key: NoteKey, store: Stores.Store, round: CheckpointRound, health: LogHealth,
    now: @escaping @Sendable () -> Int64, logger: Logger
  ) -> CosignatureTaker? {
    let witnesses = config.log.witnesses.filter { $0.url == nil }
    guard !witnesses.isEmpty else { return nil }
    for witness in witnesses {
      logger.notice("a witness fetches the audit log's checkpoints", metadata: ["witness": "\(witness.name)"])
    }
    return CosignatureTaker(
      key: key, witnesses: witnesses.map(\.key), store: store.log, round: round, now: now,
      onFork: { witness, fault in
        let name = witnesses.first { $0.key == witness }?.name ?? witness.name
        // A note can be brought again and again.
        guard health.isNew(fork: name) else { return }
        ForkedLog(witness: name, fault: fault).stop(health, store, logger)
      },
      onFailure: { error in
        guard health.reason == nil, isEdit(error) else { return }
        stop(because: error, health, logger)
      })
  }

  /// Says that what is stored of the log was edited.
  static func stop(because error: any Error, _ health: LogHealth, _ logger: Logger) {
    health.stop(error)
    logger.critical(
      "the audit log was edited: what is stored of it is not what was signed; the service is not ready",
      metadata: ["reason": "\(error)"])
  }

  /// Asks all witnesses once, at once, before anything is signed.
  ///
  /// - Throws: `ForkedLog` if one has seen another log. One that fails, or does not answer in five seconds, is asked
  ///   again while the service runs.
  static func ask(_ keepers: [WitnessKeeper]) async throws {
    guard !keepers.isEmpty else { return }
    let answers = AsyncStream<ForkedLog?>.makeStream()
    let tasks = keepers.map { keeper in
      Task {
        do {
          _ = try await keeper.caller.offer()
          answers.continuation.yield(nil)
        } catch let fault as WitnessFault where fault.isFork {
          answers.continuation.yield(ForkedLog(witness: keeper.name, fault: fault))
        } catch {
          answers.continuation.yield(nil)
        }
      }
    }
    let end = Task {
      try? await Task.sleep(for: patience)
      answers.continuation.finish()
    }
    defer { (tasks + [end]).forEach { $0.cancel() } }
    var missing = keepers.count
    for await fork in answers.stream {
      if let fork { throw fork }
      missing -= 1
      if missing == 0 { break }
    }
  }

  private static func send(to witness: Config.WitnessConfig, at base: String) -> WitnessCaller.Send {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = witness.allowsPlainHTTP
    settings.trustAnchors = witness.trustAnchors
    settings.timeout = timeout
    settings.largestBody = AddCheckpoint.longestAnswer
    let client = HTTPClient(settings)
    let url = base + AddCheckpoint.path
    return { body in
      let answer = try await client.perform(
        HTTPClient.Request(url: url, body: body, headers: ["Content-Type: text/plain; charset=utf-8"]))
      return (answer.status, answer.body)
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var failures = 0
      repeat {
        do {
          _ = try await caller.offer()
          health.outages.end(.witness(name))
          if failures > 0 { logger.notice("a witness cosigns the audit log again", metadata: ["witness": "\(name)"]) }
          failures = 0
        } catch let fault as WitnessFault where fault.isFork {
          ForkedLog(witness: name, fault: fault).stop(health, store, logger)
          // To return would end the process.
          while (try? await Task.sleep(for: .seconds(3600))) != nil {}
        } catch let fault where health.reason == nil && Self.isEdit(fault) {
          Self.stop(because: fault, health, logger)
          while (try? await Task.sleep(for: .seconds(3600))) != nil {}
        } catch is StoreError {
          // The witness has no part in it, and the store tells of its outages itself.
        } catch is LeaseError {
        } catch {
          if failures == 0, !Task.isCancelled {
            logger.error(
              "a witness does not cosign the audit log; it is asked again",
              metadata: ["witness": "\(name)", "reason": "\(error)"])
          }
          if !Task.isCancelled { health.outages.begin(.witness(name), "\(error)") }
          failures += 1
        }
      } while (try? await Task.sleep(for: pause(after: failures))) != nil
    }
  }

  /// Doubles with each failure, up to five minutes.
  private func pause(after failures: Int) -> Duration {
    max(interval, min(interval * (1 << min(failures, 10)), Self.longestPause))
  }

  /// Whether an error says that somebody else wrote what is stored of the log.
  static func isEdit(_ error: any Error) -> Bool {
    switch error {
    case StoreError.edited, StoreError.corrupt: true
    default: error is TileFault || error is NoteFault
    }
  }
}

/// A witness has seen another log than this.
struct ForkedLog: Error, CustomStringConvertible {
  let witness: String
  let fault: WitnessFault

  /// For a start that is refused.
  var description: String {
    """
    the witness \(witness) has seen another audit log than this: \(fault). The database was put back to an older copy, \
    or its log was written again, and authorizations that were used would be good again. Start with the newest \
    database. If it was put back knowingly ('countersign audit accept-restored'), have the witness's operator set the \
    witness back, or take it out of "log.witnesses"
    """
  }

  /// Without advice.
  var reason: String { "\(witness): \(fault)" }

  /// Has nothing be authorized, signed or put into the tree any more.
  func stop(_ health: LogHealth, _ store: any GatewayStore, _ logger: Logger) {
    health.stop(self)
    store.refuseChanges(because: "a witness has seen another log: \(reason)")
    health.outages.begin(.witness(witness), "\(fault)")
    logger.critical(
      "a witness has seen another audit log than this: was the database put back to an older copy? The service is not ready",
      metadata: ["witness": "\(witness)", "reason": "\(fault)"])
  }
}
