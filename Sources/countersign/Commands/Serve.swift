import ArgumentParser
import Logging
import ServiceLifecycle

struct ConfigFile: ParsableArguments {
  @Option(name: .long, help: "The configuration file (README, 'Run it for real').")
  var config: String

  func load() throws -> Config { try Config.load(config) }
}

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Serve as the configuration file says.")

  @OptionGroup var file: ConfigFile

  func run() async throws {
    let config = try file.load()
    JSONLogHandler.bootstrap(level: config.logLevel)
    defer { LogWriter.standard.flush(within: LogWriter.longestEnd) }
    let service = try await Service(config, mayCreateDatabase: false)
    try await service.run {}
  }
}

struct Initialise: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make what a new service needs: its token and keys in the device, and the database.")

  @OptionGroup var file: ConfigFile
  @Option(name: .long, help: "File with the security officer's PIN, to initialise a new token.")
  var officerPinFile: String

  func run() async throws {
    let config = try file.load()
    try await Service.initialise(config, officerPINFile: officerPinFile)
    print("made the keys of \"\(config.device.tokenLabel)\" and the database \(config.database)")
  }
}

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Look at configuration files.", subcommands: [Check.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Read and validate a configuration file, and do nothing.")

    @OptionGroup var file: ConfigFile

    func run() async throws {
      _ = try file.load()
      print("the configuration is valid")
    }
  }
}
