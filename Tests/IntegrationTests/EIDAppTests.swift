import Foundation
import TestSupport
import Testing

/// The factor EIDAPP with the real program, the eID simulator, and Debian's glewlwyd.
@Suite("eID apps", .timeLimit(.minutes(15)), .serialized)
struct EIDAppTests {
  private static let python = repository.appendingPathComponent(".venv/bin/python").path
  private static let hasPython = FileManager.default.fileExists(atPath: python)
  private static let hasGlewlwyd = FileManager.default.fileExists(atPath: "/usr/bin/glewlwyd")

  private func play(_ program: String) async throws -> ProgramResult {
    try await run(
      Self.python,
      [repository.appendingPathComponent("Tests/python/eidapp/\(program).py").path, SandboxProcess.program.path])
  }

  @Test(
    "at the simulator: approved, refused, expired, too fast, another person, cancelled, forgotten, restarts, outage, poll, ping",
    .enabled(if: hasPython, "'make test' makes .venv"))
  func simulator() async throws {
    let result = try await play("simulator")
    #expect(result.status == 0 && result.output.contains("14 of 14 scenarios"), "\(result.output)")
  }

  @Test(
    "at glewlwyd: approved with a client secret and with private_key_jwt, refused, restarts, wrong settings",
    .enabled(if: hasPython && hasGlewlwyd, "'make test' makes .venv, 'make packages' installs glewlwyd"))
  func glewlwyd() async throws {
    let result = try await play("glewlwyd")
    #expect(result.status == 0 && result.output.contains("5 of 5 scenarios"), "\(result.output)")
  }

  @Test(
    "providers that are killed in the middle of 96 questions: each flow ends in a SAD or a clear error",
    .enabled(if: hasPython, "'make test' makes .venv"))
  func outage() async throws {
    let result = try await play("outage")
    let sentence = "Every flow ended in a SAD or a clear error"
    #expect(result.status == 0 && result.output.contains(sentence), "\(result.output)")
  }
}
