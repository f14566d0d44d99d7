import Foundation
import OutboundHTTP
import SelfSignedTLS
import TestSupport
import Testing
import TokenSupport
import WireJSON

/// The program that holds customers' keys, as its operator runs it.
@Suite("countersign", .serialized, .timeLimit(.minutes(5)))
struct ProductTests {
  private static let program = repository.appendingPathComponent(".build/debug/countersign").path

  /// Runs the program to its end.
  private func countersign(_ arguments: [String], token: String = "/dev/null") async throws -> ProgramResult {
    try await run("/usr/bin/env", ["SOFTHSM2_CONF=\(token)", Self.program] + arguments)
  }

  @Test(
    "does not know what belongs to the sandbox and to the conformance tool",
    arguments: ["sandbox", "eid-simulator", "conformance"])
  func tools(_ name: String) async throws {
    let ended = try await countersign([name])
    #expect(ended.status == 64 && ended.output.contains("Unexpected argument '\(name)'"), "\(ended.output)")
    let help = try await countersign(["--help"])
    #expect(help.status == 0 && help.output.contains("serve") && !help.output.contains(name))
  }

  @Test("serves for real customers what init made, and refuses the same as a sandbox's")
  func serve() async throws {
    let made = try RealFiles()
    let begun = try await countersign(
      ["init", "--config", made.path("config.json"), "--officer-pin-file", made.path("officer-pin")], token: made.token)
    #expect(begun.status == 0, "\(begun.output)")
    try await served(made)
    for command in [["serve"], ["config", "check"]] {
      try made.write("config.json", made.configuration([("sandbox", true)]))
      let refused = try await countersign(command + ["--config", made.path("config.json")], token: made.token)
      #expect(
        refused.status == 1 && refused.output.contains("no service for real customers may use"),
        "\(refused.output)")
    }
  }

  /// Serves until SIGTERM, and answers meanwhile.
  private func served(_ made: RealFiles) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = ["serve", "--config", made.path("config.json")]
    process.environment = ProcessInfo.processInfo.environment.merging(["SOFTHSM2_CONF": made.token]) { $1 }
    try made.write("log", "")
    process.standardError = FileHandle(forWritingAtPath: made.path("log"))
    try process.run()
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    var log = ""
    for _ in 0..<600 where process.isRunning && !log.contains(#""message":"serving""#) {
      try await Task.sleep(for: .milliseconds(50))
      log = try String(contentsOfFile: made.path("log"), encoding: .utf8)
    }
    var settings = HTTPClient.Settings()
    settings.trustAnchors = made.path("certificate.pem")
    let client = HTTPClient(settings)
    defer { client.stop() }
    let answer = try await client.perform(
      .init(
        url: "https://127.0.0.1:\(SandboxProcess.ports.tls)/csc/v1/info", body: Array("{}".utf8),
        headers: ["Content-Type: application/json"]))
    #expect(answer.status == 200, "\(log)")
    #expect(try JSONValue.parse(answer.body, limits: .own).object?["name"] == "Signing for everybody")
    #expect(!log.contains("for trying out"))
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
  }
}

/// A configuration with which a real service may run, on SoftHSM, and its files.
private struct RealFiles {
  private let folder: URL
  var token: String { path("softhsm2.conf") }

  init() throws {
    folder = try temporaryFolder()
    let tokens = folder.appendingPathComponent("tokens")
    try FileManager.default.createDirectory(at: tokens, withIntermediateDirectories: true)
    try write("softhsm2.conf", "directories.tokendir = \(tokens.path)\nobjectstore.backend = file\nlog.level = ERROR\n")
    try write("pin", "correct horse\n")
    try write("officer-pin", "battery staple\n")
    let identity = try SelfSignedIdentity.loopback(
      serial: Array(1...16), now: Int64(Date().timeIntervalSince1970), days: 10)
    try write("certificate.pem", identity.certificate)
    try write("key.pem", identity.privateKey)
    try write("config.json", configuration())
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func write(_ name: String, _ text: String) throws {
    guard
      FileManager.default.createFile(
        atPath: path(name), contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw SandboxProcess.Failure(description: "cannot write \(name)") }
  }

  func configuration(_ more: [(String, JSONValue)] = []) -> String {
    let members: [(String, JSONValue)] = [
      ("service", "sign"), ("database", .string(path("store.sqlite"))),
      (
        "tls",
        [
          "host": "127.0.0.1", "port": .integer(Int64(SandboxProcess.ports.tls)),
          "certificate": .string(path("certificate.pem")), "privateKey": .string(path("key.pem")),
        ]
      ),
      (
        "device",
        ["module": .string(TestToken.module), "tokenLabel": "real", "pinFile": .string(path("pin"))]
      ),
      (
        "info",
        [
          "name": "Signing for everybody", "description": "d", "region": "AT", "publicURL": "https://sign.example",
        ]
      ),
    ]
    return String(decoding: JSONValue.object(JSONObject(members + more)).compact(), as: UTF8.self)
  }
}
