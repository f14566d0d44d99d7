import Foundation
import TestSupport
import Testing

/// What the sandbox makes of documents, judged by Python programs with other implementations.
extension SandboxTests {
  @Test(
    "documents: what other implementations say", .enabled(if: hasPython, "'make test' makes .venv with pyHanko in it"),
    arguments: ["timestamps", "cades", "pades", "jades"])
  func documents(program: String) async throws {
    let folder = try temporaryFolder()
    let sandbox = try await SandboxProcess(folder: folder)
    defer { _ = sandbox.stop() }
    let result = try await run(
      Self.python,
      [
        repository.appendingPathComponent("Tests/python/documents/\(program).py").path,
        folder.appendingPathComponent("sandbox.json").path,
      ])
    #expect(result.status == 0 && result.output.contains("all good"), "\(result.output)")
  }

  @Test("'timestamp request' prints a certification request of the authority's key, signed by it")
  func certificationRequest() async throws {
    let folder = try temporaryFolder()
    _ = try await SandboxProcess(folder: folder).stop()
    let request = try await run(
      "/usr/bin/env",
      [
        "SOFTHSM2_CONF=\(folder.path)/softhsm2.conf", SandboxProcess.program.path, "timestamp", "request", "--config",
        "\(folder.path)/config.json", "--country", "AT", "--organization", "Example Trust", "--common-name",
        "Example TSA",
      ])
    let file = folder.appendingPathComponent("request.pem").path
    try request.output.write(toFile: file, atomically: true, encoding: .utf8)
    let verified = try await run("/usr/bin/openssl", ["req", "-in", file, "-noout", "-verify", "-subject", "-pubkey"])
    #expect(verified.status == 0 && verified.output.contains("CN = Example TSA"), "\(request.output)\(verified.output)")
    let certificate = try await run("/usr/bin/openssl", ["x509", "-in", "\(folder.path)/tsa.pem", "-noout", "-pubkey"])
    #expect(verified.output.contains(certificate.output))
  }

  private static let hasPython = FileManager.default.fileExists(atPath: python)
}
