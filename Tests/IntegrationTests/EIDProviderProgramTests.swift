import Foundation
import TestSupport
import Testing

/// Log-ins at real providers with the real program.
extension SandboxTests {
  private static let glewlwyd = "/usr/bin/glewlwyd"
  private static let needsPython: Comment = "'make test' makes .venv with what these programs import"

  private func play(_ program: String) async throws -> ProgramResult {
    try await run(
      Self.python,
      [repository.appendingPathComponent("Tests/python/eid/\(program).py").path, SandboxProcess.program.path])
  }

  @Test(
    "eID log-ins at glewlwyd and oidc-provider-mock authorize; the attacks on tokens are refused and spend nothing",
    .enabled(if: FileManager.default.fileExists(atPath: python), needsPython),
    .enabled(if: FileManager.default.fileExists(atPath: glewlwyd), "'make packages' installs glewlwyd"))
  func eidProviders() async throws {
    let result = try await play("run")
    #expect(result.status == 0, "\(result.output)")
    #expect(
      result.output.contains(try Regex("glewlwyd: [1-9][0-9]* log-ins authorized, [1-9][0-9]* wrong ones refused")))
    #expect(result.output.contains(try Regex("oidc-provider-mock: [1-9][0-9]* wrong tokens refused")))
    #expect(
      result.output.contains(try Regex("attack list: [1-9][0-9]* tokens refused, [1-9][0-9]* signatures verified")))
  }

  @Test(
    "an eID provider that is killed in the middle of 200 flows: each ends in a SAD or a clear error",
    .enabled(if: FileManager.default.fileExists(atPath: python), needsPython),
    .enabled(if: FileManager.default.fileExists(atPath: glewlwyd), "'make packages' installs glewlwyd"))
  func eidOutage() async throws {
    let result = try await play("outage")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Every flow ended in a SAD or a clear error"))
  }
}
