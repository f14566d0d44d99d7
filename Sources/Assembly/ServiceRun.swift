import Foundation
import HTTPGateway
import Issuance
import Logging
import OpenIDClient
import Registry
import ServiceLifecycle
import SoleControl
import Synchronization
import UnixSignals
import Vocabulary

// A service while it serves.
extension Service {
  /// Running calls get this long to finish after SIGTERM.
  private static let longestShutdown = Duration.seconds(4)

  /// Says in the log with what the service runs, and what is weak about it.
  package func report(_ notes: ConfigNotes) {
    notes.report(to: logger)
    var facts: Logger.Metadata = [
      "service": "\(config.service)", "instance": "\(config.instance)", "publicURL": "\(config.info.publicURL)",
      "database": "\(config.database)", "device": "\(config.device.module)", "token": "\(config.device.tokenLabel)",
      "sessions": "\(config.device.sessions)", "connections": "\(config.connections)",
      "partners": "\(config.partners.map(\.id.rawValue).joined(separator: " "))",
      "eidProviders": "\(config.eidProviders.map(\.settings.issuer).joined(separator: " "))",
      "activationLife": "\(config.activationLife)", "logLevel": "\(config.logLevel)",
      "tsa": "\(config.tsa != nil)", "issuer": "\(config.issuer != nil)", "process": "\(getpid())",
    ]
    if let http = config.http { facts["http"] = "\(http.host):\(http.port)" }
    if let tls = config.tls { facts["tls"] = "\(tls.address.host):\(tls.address.port)" }
    logger.notice("starting", metadata: facts)
  }

  /// Serves until SIGTERM or SIGINT, or until another process takes its place.
  ///
  /// - Parameters:
  ///   - file: the configuration file, which SIGHUP has read again. Nil: SIGHUP ends the service too, as when its
  ///     terminal is closed.
  ///   - onReady: called once, when every listener accepts connections.
  /// - Throws: `LeaseError.lost`, and whatever keeps it from starting.
  package func run(rereading file: String? = nil, onReady: @escaping @Sendable () async throws -> Void) async throws {
    try await partners.begin()
    let lease = try await LeaseKeeper(config, store: store, logger: logger)
    try clock.compare(withLastEntry: await store.lastAuditTime())
    let clock = clock
    let log = try await LogKeeper(
      config, store: store.log, signer: logSigner, health: logHealth, milliseconds: { clock.milliseconds() },
      logger: logger)
    let witnesses = WitnessKeeper.all(
      config, store: store, round: round, health: logHealth, now: { clock.now() }, logger: logger)
    try await WitnessKeeper.ask(witnesses)
    try await issuance.recover()
    let recovery = try await jobs.recover()
    if recovery.unknown > 0 {
      logger.warning(
        "signatures with unknown outcome after a crash; see the audit log",
        metadata: ["count": "\(recovery.unknown)"])
    }
    if !recovery.resumed.isEmpty {
      logger.notice("jobs resumed", metadata: ["count": "\(recovery.resumed.count)"])
    }
    // A crash may have left something to revoke.
    let keeper = IssuanceKeeper(issuance: issuance, logger: logger)
    await keeper.publish()
    let listeners = config.listeners
    let count = listeners.count
    let running = Counter()
    let logger = logger
    OpenFiles.raiseLimit()
    LargeBlocks.giveBack()
    let limits = ConnectionLimits(
      connections: config.connections, connectionsPerAddress: config.connectionsPerAddress)
    let certificates = try ServerCertificates(listeners, logger: logger)
    config.warnOfClientCertificates(config.partners, logger)
    let servers = try gateway.servers(listeners, certificates: certificates, limits: limits) { _ in
      guard running.increment() == count else { return }
      do { try await onReady() } catch {
        logger.error("could not report that the service is ready", metadata: ["reason": "\(error)"])
      }
      logger.info("serving")
    }
    let reloaders = file.map {
      Reloader(path: $0, config: config, certificates: certificates.reload, partners: partners, logger: logger)
    }
    // The log ends last: calls that are finished meanwhile are recorded, and get into the tree.
    let services: [any ServiceLifecycle.Service] =
      [log] + (operatorBoard.map { [$0.keeper] } ?? []) + servers + (reloaders.map { [$0] } ?? []) + [
        ReceiptKeeper(indexer: receiptIndexer), JobWorkers(jobs: jobs),
        PendingKeeper(authorizations: soleControl.authorizations, logger: logger), keeper,
        RowKeeper(store: store, outages: logHealth.outages, logger: logger),
        ContractFollower(partners: partners, logger: logger),
      ]
    let calls = gateway.partnerAPI.map { CallKeeper(api: $0, logger: logger) }
    let stamps = StampKeeper.all(
      config, store: store.log, timestamps: timestamps, now: { clock.now() }, health: logHealth, logger: logger)
    let fetching = FetchingWitnessKeeper.all(
      config, store: store, round: round, health: logHealth, logger: logger)
    typealias Run = ServiceGroupConfiguration.ServiceConfiguration
    var runs = services.map { Run(service: $0) }
    runs += witnesses.map { Run(service: $0) } + fetching.map { Run(service: $0) } + stamps.map { Run(service: $0) }
    if let calls { runs.append(Run(service: calls)) }
    // Calls that run when the lease is lost get their answers.
    runs.append(Run(service: lease, failureTerminationBehavior: .gracefullyShutdownGroup))
    var configuration = ServiceGroupConfiguration(
      services: runs, gracefulShutdownSignals: [.sigterm, .sigint] + (file == nil ? [.sighup] : []), logger: logger)
    configuration.maximumGracefulShutdownDuration = Self.longestShutdown
    try await ServiceGroup(configuration: configuration).run()
    await lease.giveBack()
    try store.close()
  }
}

/// Carries out jobs while the service runs. Jobs left then are done after the next start.
private struct JobWorkers: ServiceLifecycle.Service {
  let jobs: JobService

  func run() async throws { await cancelWhenGracefulShutdown { await jobs.run() } }
}

/// Counts listeners that run.
private final class Counter: Sendable {
  private let count = Mutex(0)

  func increment() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

extension Config {
  /// The listeners of the gateway, by the configuration.
  fileprivate var listeners: [Gateway.Listener] {
    var listeners: [Gateway.Listener] = []
    if let http { listeners.append(Gateway.Listener(host: http.host, port: http.port)) }
    guard let tls else { return listeners }
    let files = (certificate: tls.certificate, privateKey: tls.privateKey)
    listeners.append(Gateway.Listener(host: tls.address.host, port: tls.address.port, tls: files))
    if let mutual = tls.clientCertificates {
      listeners.append(
        Gateway.Listener(
          host: mutual.address.host, port: mutual.address.port, tls: files, asksForCertificates: true))
    }
    return listeners
  }
}

extension ConfigNotes {
  /// Writes a line for each.
  func report(to logger: Logger) {
    if let excuse { logger.warning("\(excuse)") }
    for warning in warnings { logger.warning("weak configuration", metadata: ["what": "\(warning)"]) }
  }
}
