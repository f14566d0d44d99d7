import Foundation
import TestSupport
import Testing
import WireJSON

/// The built program, run as a user runs it.
final class SandboxProcess: Sendable {
  let folder: URL
  private let process: Process
  /// `sandbox.json`
  let description: JSONObject

  /// Ports that no other test uses.
  static let ports = (plain: 18_180, tls: 18_543)

  static let program = repository.appendingPathComponent(".build/debug/countersign")

  init(folder: URL) async throws {
    self.folder = folder
    process = Process()
    process.executableURL = Self.program
    process.arguments = [
      "sandbox", "--state", folder.path, "--port", "\(Self.ports.plain)", "--tls-port", "\(Self.ports.tls)",
      "--log-level", "warning",
    ]
    let announced = folder.appendingPathComponent("sandbox.json")
    try? FileManager.default.removeItem(at: announced)
    try process.run()
    var found: JSONObject?
    for _ in 0..<1200 where found == nil {
      try await Task.sleep(for: .milliseconds(50))
      found = try FileManager.default.contents(atPath: announced.path).flatMap { try JSONValue.parse(Array($0)).object }
    }
    guard let found else {
      process.terminate()
      throw Failure(description: "the sandbox did not get ready")
    }
    description = found
  }

  /// SIGTERM, and waits for the end.
  func stop() -> (status: Int32, taken: Duration) {
    let start = ContinuousClock.now
    process.terminate()
    process.waitUntilExit()
    return (process.terminationStatus, ContinuousClock.now - start)
  }

  func user(_ name: String) throws -> JSONObject {
    try #require(description["users"]?.array?.compactMap(\.object).first { $0["username"]?.string == name })
  }

  func credential(_ label: String) throws -> String {
    let entry = description["credentials"]?.array?.compactMap(\.object).first { $0["label"]?.string == label }
    return try #require(entry?["credentialID"]?.string)
  }

  struct Failure: Error { let description: String }
}
