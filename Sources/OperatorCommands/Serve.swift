import ArgumentParser
import Assembly
import Contracts
import Foundation
import Logging
import ServiceLifecycle

struct ConfigFile: ParsableArguments {
  @Option(name: .long, help: "The configuration file (README, 'Run it for real').")
  var config: String

  func load() throws -> Config { try Config.load(config) }
}

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Serve with a configuration file.")

  @OptionGroup var file: ConfigFile

  func run() async throws {
    // Until it is listened to; the default would end the process.
    signal(SIGHUP, SIG_IGN)
    let notes = ConfigNotes()
    let config = try Config.load(file.config, notes: notes)
    JSONLogHandler.bootstrap(level: config.logLevel)
    defer { LogWriter.standard.flush(within: LogWriter.longestEnd) }
    let service = try await Service(config, mayCreateDatabase: false)
    service.report(notes)
    try await service.run(rereading: file.config) {}
  }
}

struct Initialise: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Create the token and keys in the device, and the database, of a new service.")

  @OptionGroup var file: ConfigFile
  @Option(name: .long, help: "File with the security officer's PIN, to initialise a new token.")
  var officerPinFile: String
  @Option(
    name: .customLong("operator"),
    help: """
      A first operator, who may propose and approve changes of contracts: NAME=KEY.pem, with a public key of P-256. \
      Give two, since changes of who operates take two.
      """)
  var operators: [String] = []

  func run() async throws {
    let config = try file.load()
    let founders = try operators.map { text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw ValidationError("--operator must be NAME=KEY.pem, not \(text)") }
      return (id: parts[0], key: try OperatorKeyFile(path: parts[1]).key)
    }
    try await Service.initialise(config, officerPINFile: officerPinFile, founders: founders)
    print("made the keys of \"\(config.device.tokenLabel)\" and the database \(config.database)")
    for founder in founders { print("operator \(founder.id) with key \(founder.key.fingerprint)") }
  }
}

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check configuration files.", subcommands: [Check.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Validate a configuration file without serving.",
      discussion: """
        Lists weak settings; they are no errors. Exits with 1 if the file cannot be used to serve.
        """)

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let notes = ConfigNotes()
      _ = try Config.load(file.config, notes: notes)
      for warning in notes.warnings { print("weak: \(warning)") }
      print("the configuration is valid")
    }
  }
}
