import AuditLog
import Foundation
import HTTPGateway
import PKCS11Device
import ServiceLifecycle
import SoleControl
import Throttling
import TransparencyLog
import Vocabulary

/// Gathers what the operator's page shows. Each question costs a few short reads, whatever the log's length.
struct OperatorBoard: Sendable {
  private let config: Config
  private let store: Stores.Store
  private let device: Device
  private let health: LogHealth
  private let counter: ActivityCounter
  private let tries: [String: Int]
  private let started: UnixMilliseconds
  private let built: UnixMilliseconds?

  /// Time for which the device is waited for.
  private static let patience = Duration.seconds(2)

  init(_ config: Config, store: Stores.Store, device: Device, health: LogHealth, clock: ProcessClock) {
    self.config = config
    self.store = store
    self.device = device
    self.health = health
    counter = ActivityCounter(store.watch, milliseconds: { clock.milliseconds() })
    let rules = ServiceContext.Rules(service: config.service, instance: config.instance)
    tries = Dictionary(uniqueKeysWithValues: FactorID.allCases.map { ($0.rawValue, rules.maximumTries(of: $0)) })
    started = Self.now
    built = Self.programTime
  }

  /// Counts activity while the service runs.
  var keeper: some ServiceLifecycle.Service { ActivityKeeper(counter: counter) }

  func figures() async -> OperatorFigures {
    await endDeviceOutage()
    let load = device.load
    var figures = OperatorFigures(
      now: Self.now, checkpointFile: config.log.checkpointFile,
      device: OperatorFigures.Device(
        module: config.device.module, token: config.device.tokenLabel, sessions: load.sessions, busy: load.busy,
        waiting: load.waiting, mostWaiting: Device.Settings.standardLine, liveKeys: load.liveKeys,
        mostLiveKeys: config.device.liveKeys),
      process: OperatorFigures.Process(
        service: config.service, instance: config.instance, started: started, built: built))
    figures.log = (try? await store.watch.logState()).map { state in
      OperatorFigures.Log(
        entries: state.entries, size: state.size, signed: state.checkpoint.isEmpty ? nil : state.time,
        waitingSince: state.waitingSince)
    }
    figures.stopped = health.reason
    figures.isForked = health.isForked
    figures.witnesses = await witnesses
    figures.activity = await counter.activity
    figures.outages = health.outages.all
    figures.holds = try? await store.watch.holdCounts(tries: tries, now: figures.now / 1000)
    return figures
  }

  /// Those of the configuration, each with the newest checkpoint that it cosigned.
  private var witnesses: [OperatorFigures.Witness] {
    get async {
      let kept = try? await store.log.cosignatures()
      return config.log.witnesses.map { witness in
        let newest = kept?.first { $0.witness == witness.key.vkey }
        let head = newest.flatMap { try? Checkpoint(text: SignedNote($0.checkpoint).text) }?.head
        let time = newest.flatMap { Cosignature($0.signature) }.map { Self.milliseconds($0.time) }
        return OperatorFigures.Witness(
          name: witness.name, size: head.map { Int64(clamping: $0.size) }, time: time, isReadable: kept != nil)
      }
    }
  }

  /// Bounded: a witness may write a time that no clock has.
  private static func milliseconds(_ seconds: UInt64) -> UnixMilliseconds {
    min(Int64(clamping: seconds), Cosignature.latestShown) * 1000
  }

  /// A device tells of its failures alone, so it is tried while one is on.
  private func endDeviceOutage() async {
    guard health.outages.all.contains(where: { $0.part == .device && $0.ended == nil }) else { return }
    let (device, outages) = (device, health.outages)
    // A module that hangs must not keep the page.
    let tried = AsyncStream<Void>.makeStream()
    Task {
      if (try? await device.authenticationCodes([(.credentialRow, [])])) != nil { outages.end(.device) }
      tried.continuation.finish()
    }
    Task {
      try? await Task.sleep(for: Self.patience)
      tried.continuation.finish()
    }
    for await _ in tried.stream {}
  }

  private static var now: UnixMilliseconds { UnixMilliseconds(Date().timeIntervalSince1970 * 1000) }

  private static var programTime: UnixMilliseconds? {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let date = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    return date.map { UnixMilliseconds($0.timeIntervalSince1970 * 1000) }
  }
}

/// Counts what the log tells, apart from the requests.
private struct ActivityKeeper: ServiceLifecycle.Service {
  private static let pause = Duration.seconds(1)

  let counter: ActivityCounter

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // An outage of the store is told elsewhere; counting goes on after it.
      repeat { try? await counter.step() } while (try? await Task.sleep(for: Self.pause)) != nil
    }
  }
}
