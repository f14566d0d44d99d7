import Foundation
import TestSupport
import Testing

/// Programs that know nothing of Countersign but its wire, against the running sandbox.
extension SandboxTests {
  private static let needsPython: Comment = "'make test' makes .venv with what these programs import"

  /// Runs a program of `Tests/` with a sandbox of its own, and gives what it printed.
  private func play(_ program: String) async throws -> (status: Int32, output: String) {
    let folder = try temporaryFolder()
    let sandbox = try await SandboxProcess(folder: folder)
    defer { _ = sandbox.stop() }
    return try run(
      Self.python,
      [
        repository.appendingPathComponent("Tests/\(program)").path,
        folder.appendingPathComponent("sandbox.json").path,
      ])
  }

  @Test(
    "what seven known clients send is answered as they need it, and every signature verifies",
    .enabled(if: FileManager.default.fileExists(atPath: python), needsPython))
  func clients() async throws {
    let result = try await play("clients/run.py")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains(try Regex("7 clients, [0-9]+ calls, [1-9][0-9]* signatures verified")))
    #expect(!result.output.contains("FAIL"))
  }

  @Test(
    "the attacks that the texts on OAuth and CSC speak of are refused, and cost nobody anything",
    .enabled(if: FileManager.default.fileExists(atPath: python), needsPython))
  func attacks() async throws {
    let result = try await play("attacks/attacks.py")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains(try Regex("[1-9][0-9]* attacks refused")))
    #expect(!result.output.contains("FAIL"))
  }
}
