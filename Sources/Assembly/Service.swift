import AuditLog
import CSCModel
import OpenIDClient
import Foundation
import HTTPGateway
import Logging
package import OAuth
package import OpenSSLPKI
import OutboundHTTP
package import PKCS11Device
import ServiceLifecycle
package import Issuance
import Registry
package import SoleControl
import Synchronization
import TimestampAuthority
import TransparencyLog
import UnixSignals
import Vocabulary

/// A gateway put together from its configuration.
package struct Service {
  let config: Config
  package let store: Stores.Store
  package let device: Device
  package let soleControl: SoleControlServices
  package let issuance: IssuanceService
  let jobs: JobService
  package let tokens: TokenService
  private let clock: ProcessClock
  /// Filled from the configuration, at start and at SIGHUP.
  let partners: MemoryPartnerDirectory
  private let gateway: Gateway
  private let timestamps: TimestampService?
  let logSigner: DeviceLogSigner
  private let logHealth: LogHealth
  private let receiptIndexer: ReceiptIndexer
  /// Nil if there is no page for operators.
  private let operatorBoard: OperatorBoard?
  private let logger = Logger(label: "countersign")

  /// Running calls get this long to finish after SIGTERM.
  private static let longestShutdown = Duration.seconds(4)

  /// - Parameters:
  ///   - keys: the keys that OpenSSL uses, if they are open already; else those that the configuration names are
  ///     opened.
  ///   - rowChecks: none for the command that takes the rows as they are.
  package init(
    _ config: Config, mayCreateDatabase: Bool, keys: DeviceKeys? = nil, rowChecks: RowChecks = .all
  ) async throws {
    self.config = config
    Self.keepFilesPrivate()
    try Stores.refuseForeign(config.database)
    // Before the device: the first thing libp11 does is to close every session (Specs/decisions/0006-libp11.md).
    let keys = try keys ?? DocumentParts.openKeys(config)
    let timestampSigner = try DocumentParts.timestampSigner(config, keys)
    logSigner = try DeviceLogSigner(keys: keys, keyLabel: config.log.keyLabel)
    let outages = OutageBook()
    let logHealth = LogHealth(outages: outages)
    self.logHealth = logHealth
    let device = try Device(try Self.deviceSettings(config, outages))
    try InstanceLock.refuseSecondName(of: config.database)
    let clock = ProcessClock(report: { Self.report($0, outages) })
    let now: @Sendable () -> UnixTime = { clock.now() }
    let store = try Stores.open(
      config.database, mayCreate: mayCreateDatabase,
      rowMACs: try await RowMACs.derived(from: device, service: config.service), instance: config.instance,
      rowChecks: rowChecks, milliseconds: { clock.milliseconds() }, outages: outages)
    store.deleteOnly(until: { clock.horizon() })
    let random: @Sendable (Int) async throws -> [UInt8] = { try await device.random(count: $0) }
    let documents = DocumentParts(config, timestampSigner, now: now, isRight: { !clock.isBehind }, random: random)
    let providers = Self.providers(config, now, outages)
    let partners = MemoryPartnerDirectory(config.partners)
    self.partners = partners
    let calls = PartnerCalls(partners: partners, now: now)
    let soleControl = SoleControlServices(
      ServiceContext(
        store: store, device: device, rules: Self.rules(config), clock: Self.clock(clock), partners: partners),
      outside: Self.outside(config, providers, calls), verifier: Verifier(), timestamps: documents.timestamps)
    self.soleControl = soleControl
    issuance = IssuanceService(
      soleControl, store: store, rules: Self.issuanceRules(config),
      authority: try config.issuer.flatMap { issuer in
        try IssuanceParts.authority(issuer, keys, device: device, now: now)
      })
    var jobRules = JobService.Rules()
    jobRules.workers = config.device.sessions
    jobs = JobService(
      soleControl.signing, notifier: calls.completions, rules: jobRules,
      report: { Logger(label: "jobs").error("job failed", metadata: ["what": "\($0)"]) })
    var tokens = TokenService(
      store: store, hasher: ScryptHasher(random: random), now: now, random: random)
    tokens.redating = { clock.redating() }
    self.tokens = tokens
    self.clock = clock
    var gateway = Gateway(
      info: config.serviceInfo, soleControl: soleControl, issuance: issuance, jobs: jobs, tokens: tokens,
      oauth: AuthorizationServer(
        rules: AuthorizationServer.Rules(issuer: config.info.publicURL),
        partners: partners, tokens: tokens, assertions: ClientAssertions()),
      eidLogIn: providers, partners: partners,
      logger: logger, now: now,
      checkReadiness: {
        try clock.check()
        try logHealth.check()
        _ = try await device.authenticationCodes([(.credentialRow, [])])
        outages.end(.device)
        try await store.checkReadiness()
      })
    if let seen = config.operators {
      let board = OperatorBoard(config, store: store, device: device, health: logHealth, clock: clock)
      operatorBoard = board
      gateway.operatorPage = OperatorPage(
        token: seen.token, certificates: seen.certificates, figures: { await board.figures() })
    } else {
      operatorBoard = nil
    }
    let indexer = ReceiptIndexer(store.watch, isWanted: config.partners.contains(where: \.receipts))
    receiptIndexer = indexer
    gateway.receipts = ReceiptFiles(
      try ReceiptMaker(
        store, store.watch, indexer, key: LogKeeper.key(config, logSigner),
        cosigned: (store, config.log.witnesses.map(\.key)),
        owner: (
          try await Self.receiptOwner(config, device),
          { try? await soleControl.credentials.unverifiedCertificate(of: CredentialID($0)) }
        )),
      indexer, partners: partners, base: config.info.publicURL)
    if config.log.serve {
      let log = PublishedLog(store, witnesses: config.log.witnesses.map(\.key))
      gateway.logFiles = LogFiles(log, token: config.log.token)
    }
    gateway.trustedProxy = config.trustedProxy
    gateway.mutualTLSURL = config.tls?.clientCertificates?.publicURL
    documents.complete(&gateway, soleControl: soleControl)
    timestamps = documents.timestamps
    self.gateway = gateway
    self.store = store
    self.device = device
  }

  /// The database, and SoftHSM's files, are for the service's user alone.
  private static func keepFilesPrivate() { umask(0o077) }

  static func deviceSettings(_ config: Config, _ outages: OutageBook) throws -> Device.Settings {
    var settings = try deviceSettings(config)
    settings.report = { [report = settings.report] in
      report($0)
      outages.begin(.device, $0)
    }
    return settings
  }

  package static func deviceSettings(_ config: Config) throws -> Device.Settings {
    var settings = try Device.Settings(
      module: config.device.module, tokenLabel: config.device.tokenLabel, pinFile: config.device.pinFile)
    settings.sessions = config.device.sessions
    settings.liveKeys = config.device.liveKeys
    settings.authorityKeys = config.openSSLKeyLabels
    settings.report = { Logger(label: "device").error("Cryptoki call failed", metadata: ["what": "\($0)"]) }
    return settings
  }

  private static func clock(_ clock: ProcessClock) -> ServiceContext.Clock {
    var port = ServiceContext.Clock(
      now: { clock.now() }, milliseconds: { clock.milliseconds() }, pause: { try await Task.sleep(for: $0) })
    port.isRight = { !clock.isBehind }
    return port
  }

  /// Everybody outside who is asked about factors.
  private static func outside(
    _ config: Config, _ providers: TrustedProviders, _ calls: PartnerCalls
  ) -> FactorService.Outside {
    var outside = FactorService.Outside(eid: providers)
    outside.messenger = calls.messenger
    outside.statements = calls.statements(audience: config.info.publicURL)
    if config.eidProviders.contains(where: { $0.settings.backchannel != nil }) { outside.backchannel = providers }
    return outside
  }

  private static func rules(_ config: Config) -> ServiceContext.Rules {
    var rules = ServiceContext.Rules(service: config.service, instance: config.instance)
    rules.language = config.info.language
    rules.confirmationURL = config.info.publicURL + "/confirm/"
    rules.activationLife = UnixTime(config.activationLife)
    return rules
  }

  private static func issuanceRules(_ config: Config) -> IssuanceService.Rules {
    var rules = IssuanceService.Rules(service: config.service, instance: config.instance)
    rules.invitationURL = config.info.publicURL + "/pin/"
    if let issuer = config.issuer {
      rules.grantLife = issuer.orderLife
      rules.invitationLife = issuer.invitationDays * 86400
    }
    return rules
  }

  func milliseconds() -> Int64 { clock.milliseconds() }

  /// Makes the keys in the device and the database. Does not touch what is there.
  package static func initialise(_ config: Config, officerPINFile: String) async throws {
    keepFilesPrivate()
    try Stores.refuseForeign(config.database)
    try Device.provision(
      try deviceSettings(config), securityOfficerPIN: try ConfigReader.firstLine(of: officerPINFile),
      authorityKeys: [DeviceTimestampSigner.standardLabel, config.log.keyLabel])
    let device = try Device(try deviceSettings(config))
    try Stores.make(config.database, rowMACs: try await RowMACs.derived(from: device, service: config.service))
  }

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

  /// Serves until SIGTERM or SIGINT.
  ///
  /// - Parameters:
  ///   - file: the configuration file, which SIGHUP has read again. Nil: SIGHUP ends the service too, as when its
  ///     terminal is closed.
  ///   - onReady: called once, when every listener accepts connections.
  package func run(rereading file: String? = nil, onReady: @escaping @Sendable () async throws -> Void) async throws {
    let lease = try await LeaseKeeper(config, store: store, outages: logHealth.outages, logger: logger)
    try clock.compare(withLastEntry: await store.lastAuditTime())
    let clock = clock
    let log = try await LogKeeper(
      config, store: store, signer: logSigner, health: logHealth, milliseconds: { clock.milliseconds() }, logger: logger
    )
    let witnesses = WitnessKeeper.all(
      config, store: store, health: logHealth, now: { clock.now() }, logger: logger)
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
        RowKeeper(store: store, outages: logHealth.outages, logger: logger), lease,
      ]
    let stamps = StampKeeper.all(
      config, store: store, timestamps: timestamps, now: { clock.now() }, health: logHealth, logger: logger)
    var configuration = ServiceGroupConfiguration(
      services: services + witnesses.map { $0 as any ServiceLifecycle.Service } + stamps,
      gracefulShutdownSignals: [.sigterm, .sigint] + (file == nil ? [.sighup] : []), logger: logger)
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
