import ArgumentParser
import Assembly
import OpenIDClient
import Foundation
import Logging
import OpenSSLPKI
import PKCS11Device
import WireJSON

/// A gateway for integrators that stays up: a SoftHSM token of its own, SQLite, a test CA and TSA, the eID simulator,
/// made-up users and credentials. Everything it needs lies in its state folder.
struct Sandbox: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a sandbox for trying out; writes sandbox.json into its state folder when it is ready.")

  @Option(name: .long, help: "Folder for everything that is kept between starts.")
  var state: String = ".sandbox"
  @Option(name: .long, help: "Port of plain HTTP on 127.0.0.1.")
  var port: Int = 8080
  @Option(name: .long, help: "Port of TLS on 127.0.0.1.")
  var tlsPort: Int = 8443
  @Option(
    name: .long,
    help: "Port of TLS on 127.0.0.1 for clients with certificates. Default: the one after that of TLS, or any.")
  var mtlsPort: Int?
  @Option(name: .long, help: "Origin that the partner's response_uri may have.")
  var callbackOrigin: String = "http://127.0.0.1:8092"
  @Option(
    name: .long,
    help: "File that describes a trusted eID provider and the users' accounts there. May be repeated.")
  var eidProvider: [String] = []
  @Option(name: .long, help: "Lifetime of a SAD in seconds; a short one shows the answers to expired SADs.")
  var activationLife: Int = 300
  @Option(name: .long, help: "Delivery of the eID app's answers: poll or ping.")
  var appDelivery: String = "poll"
  @Option(name: .long, help: "Lowest log level: trace, debug, info, notice, warning, error or critical.")
  var logLevel: String = "info"

  func run() async throws {
    guard let level = Logger.Level(rawValue: logLevel) else {
      throw ValidationError("--log-level must be trace, debug, info, notice, warning, error or critical")
    }
    JSONLogHandler.bootstrap(level: level)
    defer { LogWriter.standard.flush(within: LogWriter.longestEnd) }
    let folder = try SandboxFolder(state)
    // A file of an earlier run would tell clients that this one is ready.
    folder.remove("sandbox.json")
    let seed = try SandboxSeed.loadOrMake(in: folder, port: port)
    let next = [port, seed.eidPort].contains(tlsPort + 1) ? 0 : tlsPort + 1
    let mtlsPort = self.mtlsPort ?? FreePort.near(next)

    let providers = try eidProvider.map { try SandboxEIDProvider(file: $0, users: seed.users.map(\.username)) }
    let token = SandboxToken(folder: folder)
    try token.prepare()
    var config = try folder.writeConfig(
      seed: seed, port: port, tlsPort: tlsPort, mtlsPort: mtlsPort, callbackOrigin: callbackOrigin,
      providers: providers,
      activationLife: activationLife, delivery: appDelivery, logLevel: logLevel)
    try Stores.refuseForeign(config.database)
    try token.provision(try Service.deviceSettings(config), seed: seed)
    let authority = try SandboxAuthority(folder, config: config)
    config = try authority.completeConfig()
    let service = try await Service(config, mayCreateDatabase: true, keys: authority.keys)
    try await SandboxPopulation(
      service: service, authority: authority.certificates, seed: seed, providers: providers
    ).make()
    try authority.certificates.rootPEM.write(toFile: folder.path("signing-root.pem"), atomically: true, encoding: .utf8)

    let simulator = try EIDSimulatorProcess(
      seed: seed, folder: folder, callback: config.info.publicURL + "/oauth2/eid/callback",
      notification: "http://127.0.0.1:\(port)/eid/notification")
    defer { simulator.stop() }
    let renewal = Task { await authority.keepRevocationListsFresh() }
    defer { renewal.cancel() }
    let answer = SandboxAnswer(
      seed: seed, folder: folder, port: port, tlsPort: tlsPort, mtlsPort: mtlsPort, callbackOrigin: callbackOrigin,
      providers: providers)
    try await service.run {
      try await simulator.waitUntilServing()
      try folder.write(answer.json, to: "sandbox.json")
      let summary = """
        The sandbox serves on \(answer.baseURL) and \(answer.tlsBaseURL).
        Users, tokens and credentials: \(folder.path("sandbox.json"))

        """
      FileHandle.standardError.write(Data(summary.utf8))
    }
  }
}
