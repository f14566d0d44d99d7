import ArgumentParser
import Assembly
import EIDSimulator
import Foundation
import Logging
import WireJSON

/// The simulated eID provider, in a process of its own. Started by the sandbox.
struct EIDSimulatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eid-simulator", abstract: "Serve the simulated eID provider.",
    discussion: "Ends when standard input is closed, so it does not outlive the sandbox.")

  @Option(name: .long) var port: Int
  @Option(name: .long) var clientID: String
  @Option(name: .long) var redirectURI: [String] = []
  @Option(name: .long, help: "JSON file with an array of {subject, name, pin}.")
  var people: String
  @Option(name: .long, help: "File with the client's secret, for POST /backchannel.")
  var clientSecretFile: String?
  @Option(name: .long, help: "URL to notify when a person has answered.")
  var notificationEndpoint: String?
  @Option(name: .long, help: "Seconds between two polls.")
  var interval: Int = 5
  @Option(name: .long, help: "File with the secret of the gateway's webhooks, for POST /messages.")
  var webhookSecretFile: String?

  func run() async throws {
    JSONLogHandler.bootstrap(level: .warning)
    var settings = Simulator.Settings(
      port: port, clientID: clientID, redirectURIs: redirectURI, people: try Self.people(in: people),
      webhookSecret: try webhookSecretFile.map { try ConfigReader.firstLine(of: $0) })
    settings.clientSecret = try clientSecretFile.map { try ConfigReader.firstLine(of: $0) }
    settings.notificationEndpoint = notificationEndpoint
    settings.interval = interval
    let input = Thread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      Foundation.exit(0)
    }
    input.start()
    // After a crash of the sandbox its former simulator may hold the port for a moment.
    for attempt in 1... {
      do {
        try await Simulator(settings, logger: Logger(label: "eid-simulator")).run {}
        return
      } catch  where attempt < 20 {
        try await Task.sleep(for: .milliseconds(250))
      }
    }
  }

  private static func people(in path: String) throws -> [Simulator.Person] {
    guard let data = FileManager.default.contents(atPath: path),
      let list = try JSONValue.parse(Array(data), limits: .configuration).array
    else {
      throw ValidationError("\(path) is not a list of people")
    }
    return try list.map { entry in
      guard let person = entry.object, let subject = person["subject"]?.string, let name = person["name"]?.string,
        let pin = person["pin"]?.string
      else { throw ValidationError("a person has subject, name and pin") }
      return Simulator.Person(subject: subject, name: name, pin: pin)
    }
  }
}
