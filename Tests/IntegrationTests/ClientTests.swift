import Foundation
import TestSupport
import Testing

/// Programs that know nothing of Countersign but its wire, against the running sandbox.
extension SandboxTests {
  private static let needsPython: Comment = "'make test' makes .venv with what these programs import"

  /// Runs a program of `Tests/` with a sandbox of its own, and gives what it printed.
  private func play(_ program: String, _ arguments: [String] = []) async throws -> ProgramResult {
    let folder = try temporaryFolder()
    let sandbox = try await SandboxProcess(folder: folder)
    defer { _ = sandbox.stop() }
    return try await run(
      Self.python,
      [
        repository.appendingPathComponent("Tests/python/\(program)").path,
        folder.appendingPathComponent("sandbox.json").path,
      ] + arguments)
  }

  private static let chromium = "/usr/bin/chromium"

  @Test(
    "in a browser: a person sees what is signed, consents with PIN and OTP, and the client signs; pictures are kept",
    .enabled(if: FileManager.default.fileExists(atPath: python), needsPython),
    .enabled(if: FileManager.default.fileExists(atPath: chromium), "'make packages' installs Chromium"))
  func browser() async throws {
    let pictures = repository.appendingPathComponent(".build/screenshots")
    try? FileManager.default.removeItem(at: pictures)
    let result = try await play("browser/browser.py", [pictures.path])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("8 of 8 scenarios in a browser"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: pictures.path).count >= 11)
  }

  @Test(
    "what known clients send is answered as they need it, and every signature verifies",
    .enabled(if: FileManager.default.fileExists(atPath: python), needsPython))
  func clients() async throws {
    let result = try await play("clients/run.py")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains(try Regex("8 clients, [0-9]+ calls, [1-9][0-9]* signatures verified")))
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
