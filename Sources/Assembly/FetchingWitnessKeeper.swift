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
  /// Intervals without a look after which nothing is known of the time between: the machine may have slept.
  private static let longestGap: Int64 = 10

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
      var watch = watch
      let begin = ContinuousClock.now
      while (try? await Task.sleep(for: interval)) != nil {
        await check(&watch, at: Int64(begin.duration(to: .now) / .milliseconds(1)))
      }
    }
  }

  /// Knowledge of the witnesses.
  struct Watch {
    /// In the order of the witnesses.
    fileprivate var absences: [WitnessAbsence]
    /// When they were looked at last; nil before the first time.
    fileprivate var looked: Int64?
  }

  /// Of a process that begins.
  var watch: Watch { Watch(absences: witnesses.map { _ in newAbsence }) }

  private var newAbsence: WitnessAbsence {
    WitnessAbsence(patience: milliseconds * Int64(Self.patience))
  }

  private var milliseconds: Int64 { Int64(interval / .milliseconds(1)) }

  /// Looks at all of them.
  ///
  /// - Parameter time: milliseconds of a clock that is never set.
  func check(_ watch: inout Watch, at time: Int64) async {
    // Where the log has stopped nothing is cosigned, and the reason stands elsewhere.
    guard health.reason == nil else { return }
    let seen: (kept: [KeptCosignature], size: UInt64)
    do { seen = try await look() } catch {
      // The store tells of its outages itself.
      if health.reason == nil, WitnessKeeper.isEdit(error) { WitnessKeeper.stop(because: error, health, logger) }
      watch.looked = nil
      return
    }
    guard health.reason == nil else { return }
    // While the store or the machine stood still no witness could bring anything.
    let isKnown = watch.looked.map { time - $0 <= Self.longestGap * milliseconds } ?? false
    watch.looked = time
    for (index, witness) in witnesses.enumerated() {
      let wasAway = health.outages.isOn(.witness(witness.name))
      if !isKnown, !wasAway { watch.absences[index] = newAbsence }
      let cosigned = seen.kept.first { $0.witness == witness.vkey }?.size ?? 0
      let isAway = watch.absences[index].isAway(cosigned, size: seen.size, at: time)
      if isAway != wasAway { tell(witness.name, isAway: isAway) }
    }
  }

  private func tell(_ witness: String, isAway: Bool) {
    guard isAway else {
      logger.notice("a witness cosigns the audit log again", metadata: ["witness": "\(witness)"])
      health.outages.end(.witness(witness))
      return
    }
    let seconds = milliseconds * Int64(Self.patience) / 1000
    let reason = "it has cosigned nothing more for \(seconds) s, and the log has entries that it has not cosigned"
    logger.error(
      "a witness that fetches the audit log's checkpoints stays away",
      metadata: ["witness": "\(witness)", "reason": "\(reason)"])
    health.outages.begin(.witness(witness), reason)
  }
}
