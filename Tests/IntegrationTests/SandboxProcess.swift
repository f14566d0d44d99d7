import Foundation
import TestSupport
import Testing
import WireJSON

/// The sandbox's built program, run as a user runs it.
final class SandboxProcess: Sendable {
  let folder: URL
  private let process: Process
  /// `sandbox.json`
  let description: JSONObject

  /// The same for all tests of this process, which run one after the other; another one on the machine has others.
  static let ports = (plain: freePort(), tls: freePort())

  /// A port that is free now, below those that outgoing connections get.
  private static func freePort() -> Int {
    for port in (20_000..<32_000).shuffled() where isFree(port) { return port }
    fatalError("no port is free")
  }

  private static func isFree(_ port: Int) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  static let program = repository.appendingPathComponent(".build/debug/countersign-sandbox")

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
      found = try FileManager.default.contents(atPath: announced.path).flatMap {
        try JSONValue.parse(Array($0), limits: .own).object
      }
    }
    guard let found else {
      process.terminate()
      throw Failure(description: "the sandbox did not get ready")
    }
    description = found
  }

  /// SIGTERM, and waits for the end.
  ///
  /// - Returns: what it exited with.
  func stop() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    return process.terminationStatus
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
