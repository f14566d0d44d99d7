import Foundation
import TestSupport
import Testing

extension SandboxTests {
  @Test(
    "partners' statements: the examples sign, bad ones are refused at both gateways, keys rotate, evidence is shown",
    .enabled(if: FileManager.default.fileExists(atPath: python), "'make test' makes .venv with cryptography in it"))
  func partnerStatements() async throws {
    let result = try await run(
      Self.python,
      [repository.appendingPathComponent("Tests/python/partner/partner.py").path, SandboxProcess.program.path])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Partners' statements kept their promises."))
  }
}
