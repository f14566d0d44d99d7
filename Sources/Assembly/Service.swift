import AuditLog
import CSCModel
package import Contracts
import OpenIDClient
import Foundation
import HTTPGateway
import Logging
package import OAuth
package import OpenSSLPKI
package import PKCS11Device
package import Issuance
import Registry
package import SoleControl
import TimestampAuthority
import TransparencyLog
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
  let clock: ProcessClock
  /// Those of the configuration, and those of the store.
  let partners: LayeredPartners
  package let contracts: ContractOffice
  let gateway: Gateway
  let timestamps: TimestampService?
  let logSigner: DeviceLogSigner
  let logHealth: LogHealth
  let receiptIndexer: ReceiptIndexer
  let round: CheckpointRound
  /// Nil if there is no page for operators.
  let operatorBoard: OperatorBoard?
  let logger = Logger(label: "countersign")

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
    let contracts = try await ContractOffice(config, store: store, device: device, now: now)
    self.contracts = contracts
    let partners = LayeredPartners(config.partners, contracts.contracts, contracts.secrets)
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
    partners.onReceipts { indexer.want() }
    gateway.receipts = ReceiptFiles(
      try ReceiptMaker(
        store.log, store.watch, indexer, key: LogKeeper.key(config, logSigner),
        cosigned: (store.log, config.witnessKeys),
        owner: (
          try await Self.receiptOwner(config, device),
          { try? await soleControl.credentials.unverifiedCertificate(of: CredentialID($0)) }
        )),
      indexer, partners: partners, base: config.info.publicURL)
    let round = WitnessKeeper.round(config, store: store)
    self.round = round
    if config.log.serve {
      gateway.logFiles = LogFiles(
        PublishedLog(store.log, witnesses: config.witnessKeys), token: config.log.token,
        cosignatures: WitnessKeeper.taker(
          config, key: try LogKeeper.key(config, logSigner), store: store, round: round, health: logHealth, now: now,
          logger: logger))
    }
    gateway.partnerAPI = try await PartnerParts.api(
      config, store: store, device: device, clock: soleControl.context.clock)
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

  func milliseconds() -> Int64 { clock.milliseconds() }

  /// Makes the keys in the device and the database. Does not touch what is there.
  ///
  /// - Parameter founders: the first operators, who may propose and approve; none for a service whose partners are all
  ///   in its configuration.
  package static func initialise(
    _ config: Config, officerPINFile: String, founders: [(id: String, key: OperatorKey)] = []
  ) async throws {
    keepFilesPrivate()
    try Stores.refuseForeign(config.database)
    try Device.provision(
      try deviceSettings(config), securityOfficerPIN: try ConfigReader.firstLine(of: officerPINFile),
      authorityKeys: [DeviceTimestampSigner.standardLabel, config.log.keyLabel])
    if !founders.isEmpty {
      try Device.checkSecurityOfficer(try deviceSettings(config), pin: ConfigReader.firstLine(of: officerPINFile))
    }
    let device = try Device(try deviceSettings(config))
    let rowMACs = try await RowMACs.derived(from: device, service: config.service)
    try Stores.make(config.database, rowMACs: rowMACs)
    guard !founders.isEmpty else { return }
    let clock = ProcessClock(report: { _ in })
    let store = try Stores.open(
      config.database, mayCreate: false, rowMACs: rowMACs, instance: config.instance, rowChecks: .all,
      milliseconds: { clock.milliseconds() }, outages: OutageBook())
    defer { try? store.close() }
    try await ContractOffice.service(config, store) { clock.now() }.found(founders)
  }
}
