import Assembly
import Foundation
import OutboundHTTP
import WireJSON

/// The eID simulator as a child process. It ends when its standard input closes, which also happens when this
/// process is killed.
final class EIDSimulatorProcess: Sendable {
  private let process: Process
  private let input: Pipe
  private let issuer: String

  /// Seconds between two polls of its app: short, for people who try a sandbox.
  private static let interval = 2

  /// - Parameters:
  ///   - callback: the gateway's own redirect URI, for log-ins on its pages.
  ///   - notification: the gateway's endpoint for notifications that a person has answered in the app.
  init(seed: SandboxSeed, folder: SandboxFolder, callback: String, notification: String) throws {
    try folder.write(
      .array(
        seed.users.map {
          [
            "subject": .string($0.eidSubject), "name": .string("\($0.givenName) \($0.surname)"), "pin": .string($0.pin),
          ]
        }), to: "people.json")
    process = Process()
    input = Pipe()
    issuer = seed.eidIssuer
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "eid-simulator", "--port", "\(seed.eidPort)", "--client-id", seed.eidClientID, "--redirect-uri",
      seed.redirectURI, "--redirect-uri", callback, "--people", folder.path("people.json"), "--webhook-secret-file",
      folder.path(SandboxFolder.webhookSecret), "--client-secret-file", folder.path(SandboxFolder.eidClientSecret),
      "--notification-endpoint", notification, "--interval", "\(Self.interval)",
    ]
    process.standardInput = input
    try process.run()
  }

  func stop() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func waitUntilServing() async throws {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    let client = HTTPClient(settings)
    defer { client.stop() }
    for _ in 0..<100 {
      let answer = try? await client.perform(HTTPClient.Request(url: issuer + "/.well-known/openid-configuration"))
      if answer?.status == 200 { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw ConfigError(description: "the eID simulator does not answer on \(issuer); is its port taken?")
  }
}
