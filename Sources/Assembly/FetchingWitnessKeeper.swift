import AuditLog
import HTTPGateway
import Logging
import ServiceLifecycle
import SoleControl
import TransparencyLog

/// Tells of witnesses that fetch checkpoints and stay away: they cannot be asked, so it looks what they have brought.
struct FetchingWitnessKeeper: ServiceLifecycle.Service {
  /// Intervals for which nothing is missed. By default it is the longest pause of a witness that is asked.
  static let patience = 60

  /// Reads what the witnesses have brought, and the number of entries of the newest checkpoint.
  typealias Look = @Sendable () async throws -> (kept: [KeptCosignature], size: UInt64)

  private let witnesses: [(name: String, vkey: String)]
  private let interval: Duration
  private let health: LogHealth
  private let logger: Logger
  private let look: Look

  /// - Parameters:
  ///   - witnesses: those that fetch.
  ///   - interval: seconds of a round.
  init(
    _ witnesses: [(name: String, vkey: String)], interval: Int, health: LogHealth, logger: Logger, look: @escaping Look
  ) {
    self.witnesses = witnesses
    self.interval = .seconds(interval)
    self.health = health
    self.logger = logger
    self.look = look
  }

  /// One for all such witnesses of the configuration, or none.
  static func all(
    _ config: Config, store: Stores.Store, round: CheckpointRound, health: LogHealth, logger: Logger
  ) -> [FetchingWitnessKeeper] {
    let witnesses = config.log.witnesses.filter { $0.url == nil }.map { (name: $0.name, vkey: $0.key.vkey) }
    guard !witnesses.isEmpty else { return [] }
    let keeper = FetchingWitnessKeeper(
      witnesses, interval: config.log.witnessInterval, health: health, logger: logger,
      look: { (try await store.log.cosignatures(), try await round.newest()?.head.size ?? 0) })
    return [keeper]
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var absences = absences
      let begin = ContinuousClock.now
      while (try? await Task.sleep(for: interval)) != nil {
        await check(&absences, at: Int64(begin.duration(to: .now) / .milliseconds(1)))
      }
    }
  }

  /// Of a process that begins.
  var absences: [WitnessAbsence] {
    let patience = Int64(interval / .milliseconds(1)) * Int64(Self.patience)
    return witnesses.map { _ in WitnessAbsence(patience: patience) }
  }

  /// Looks at all of them.
  ///
  /// - Parameters:
  ///   - absences: one for each witness.
  ///   - time: milliseconds of a clock that is never set.
  func check(_ absences: inout [WitnessAbsence], at time: Int64) async {
    // Where the log has stopped nothing is cosigned, and the reason stands elsewhere.
    guard health.reason == nil else { return }
    let seen: (kept: [KeptCosignature], size: UInt64)
    do { seen = try await look() } catch {
      // The store tells of its outages itself.
      if WitnessKeeper.isEdit(error) { WitnessKeeper.stop(because: error, health, logger) }
      return
    }
    for (index, witness) in witnesses.enumerated() {
      let kept = seen.kept.first { $0.witness == witness.vkey }
      let part = OperatorFigures.Part.witness(witness.name)
      let wasAway = health.outages.isOn(part)
      if absences[index].isAway(kept, size: seen.size, at: time) {
        guard !wasAway else { continue }
        let seconds = Int64(interval / .seconds(1)) * Int64(Self.patience)
        let reason = "it has brought no cosignature for \(seconds) s, and the log has entries that it has not cosigned"
        logger.error(
          "a witness that fetches the audit log's checkpoints stays away",
          metadata: ["witness": "\(witness.name)", "reason": "\(reason)"])
        health.outages.begin(part, reason)
      } else if wasAway {
        logger.notice("a witness cosigns the audit log again", metadata: ["witness": "\(witness.name)"])
        health.outages.end(part)
      }
    }
  }
}
