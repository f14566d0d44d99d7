import Foundation
import TestSupport
import Testing

/// Requests from an operator to a certification authority.
extension SandboxTests {
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
}
