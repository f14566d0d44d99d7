import ArgumentParser
import Assembly
import Foundation
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
    static let configuration = CommandConfiguration(
      abstract: "Read and validate a configuration file, and do nothing.",
      discussion: """
        Tells what is valid and what is weak. Exits with 1 if this program may not serve with it; what is weak is no error.
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
