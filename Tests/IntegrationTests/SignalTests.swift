import CSCModel
import Foundation
import Octets
import OutboundHTTP
import TestSupport
import Testing
import WireJSON

/// Signals from an operator, or systemd, to a gateway that runs.
extension SandboxTests {
  @Test("SIGHUP under load interrupts nothing, changes the log's level, and says what needs a restart")
  func hangUp() async throws {
    let sandbox = try await SandboxProcess(folder: try temporaryFolder())
    defer { _ = sandbox.stop() }
    let gateway = try await ServedGateway(of: sandbox)
    defer { gateway.end() }
    let token = try #require(sandbox.user("alice")["serviceToken"]?.string)
    let credential = try sandbox.credential("p256-pin")
    let hashes = (0..<100).map { JSONValue.string(Base64.encode(digest("\($0)"))) }

    @Sendable func sign() async throws -> Int {
      let authorized = try await gateway.call(
        "v1/credentials/authorize",
        [
          "credentialID": .string(credential), "numSignatures": 100, "PIN": "12345678", "hash": .array(hashes),
        ], token: token)
      let signed = try await gateway.call(
        "v1/signatures/signHash",
        [
          "credentialID": .string(credential), "SAD": authorized["SAD"] ?? .null, "hash": .array(hashes),
          "signAlgo": "1.2.840.10045.4.3.2",
        ], token: token)
      return signed["signatures"]?.array?.count ?? 0
    }
    try gateway.change("logLevel", to: "debug")
    try gateway.change("activationLife", to: 299)
    let signatures = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { try await sign() } }
      for _ in 0..<20 {
        gateway.signal(SIGHUP)
        try await Task.sleep(for: .milliseconds(20))
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(signatures == Array(repeating: 100, count: 8))
    #expect(
      try await gateway.logs { $0["needsRestart"]?.string == "activationLife" && $0["logLevel"]?.string == "debug" })
    // A file that cannot be read changes nothing.
    try gateway.write("{")
    gateway.signal(SIGHUP)
    #expect(try await gateway.logs { $0["message"]?.string?.contains("the old one stays") == true })
    #expect(try await sign() == 100)
    gateway.signal(SIGTERM)
    #expect(gateway.waitUntilEnd() == 0)
  }
}

/// `countersign-sandbox serve` on its database, under a name of its own.
final class ServedGateway: @unchecked Sendable {
  private let process = Process()
  private let folder: URL
  private let base: String
  private var config: JSONObject

  init(of sandbox: SandboxProcess) async throws {
    folder = try temporaryFolder()
    let original = sandbox.folder.appendingPathComponent("config.json").path
    config = try #require(
      JSONValue.parse(Array(FileManager.default.contents(atPath: original) ?? Data()), limits: .own).object)
    let port = SandboxProcess.ports.plain + 1
    base = "http://127.0.0.1:\(port)"
    config["instance"] = "served"
    config["logLevel"] = "info"
    config["http"] = ["port": .integer(Int64(port))]
    for name in ["tls", "issuer", "tsa"] {
      config = JSONObject(config.members.filter { $0.name != name }.map { ($0.name, $0.value) })
    }
    try write(String(decoding: JSONValue.object(config).compact(), as: UTF8.self))
    process.executableURL = SandboxProcess.program
    process.arguments = ["serve", "--config", folder.appendingPathComponent("config.json").path]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SOFTHSM2_CONF": sandbox.folder.appendingPathComponent("softhsm2.conf").path]) { $1 }
    let log = folder.appendingPathComponent("log").path
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.standardError = FileHandle(forWritingAtPath: log)
    try process.run()
    for _ in 0..<600 {
      if try await logs(once: true, { $0["message"]?.string == "serving" }) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    end()
    throw SandboxProcess.Failure(description: "the gateway does not serve")
  }

  func write(_ text: String) throws {
    _ = FileManager.default.createFile(
      atPath: folder.appendingPathComponent("config.json").path, contents: Data(text.utf8))
  }

  /// A member of the configuration file.
  func member(_ name: String) -> JSONValue? { config[name] }

  func change(_ name: String, to value: JSONValue) throws {
    config[name] = value
    try write(String(decoding: JSONValue.object(config).compact(), as: UTF8.self))
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  func waitUntilEnd() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  func end() { if process.isRunning { process.terminate() } }

  /// Whether a line of the log is so, now or within 10 s.
  func logs(once: Bool = false, _ isSo: (JSONObject) -> Bool) async throws -> Bool {
    for _ in 0..<(once ? 1 : 100) {
      let text = FileManager.default.contents(atPath: folder.appendingPathComponent("log").path) ?? Data()
      let lines = text.split(separator: UInt8(ascii: "\n")).compactMap {
        try? JSONValue.parse(Array($0), limits: .own).object
      }
      if lines.contains(where: isSo) { return true }
      try await Task.sleep(for: .milliseconds(100))
    }
    return false
  }

  func call(_ path: String, _ body: JSONValue, token: String) async throws -> JSONObject {
    let answer = try await send(
      "/csc/\(path)", body.compact(), ["Content-Type: application/json", "Authorization: Bearer \(token)"])
    return try JSONValue.parse(answer.body, limits: .own).object ?? JSONObject()
  }

  func send(_ path: String, _ body: [UInt8]? = nil, _ headers: [String]) async throws -> HTTPClient.Response {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    let client = HTTPClient(settings)
    defer { client.stop() }
    return try await client.perform(.init(url: base + path, body: body, headers: headers))
  }
}
