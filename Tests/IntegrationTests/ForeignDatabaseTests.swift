import Foundation
import TestSupport
import Testing

extension SandboxTests {
  @Test("a database of an unreleased build is refused by every command that opens one, with what to do")
  func unreleasedDatabase() async throws {
    let folder = try temporaryFolder()
    _ = try await SandboxProcess(folder: folder).stop()
    let database = folder.appendingPathComponent("countersign.sqlite").path
    for file in [database, database + "-wal", database + "-shm"] { try? FileManager.default.removeItem(atPath: file) }
    try await UnreleasedDatabase.make(at: database)
    let config = folder.appendingPathComponent("config.json").path
    let pin = folder.appendingPathComponent("token-pin").path
    for command in [
      ["sandbox", "--state", folder.path, "--port", "\(SandboxProcess.ports.plain)"], ["serve", "--config", config],
      ["init", "--config", config, "--officer-pin-file", pin], ["audit", "verify", "--database", database],
      ["audit", "list", "--database", database],
      ["signature", "show", String(repeating: "0", count: 64), "--database", database],
    ] {
      let result = try await run(SandboxProcess.program.path, command)
      #expect(
        result.status != 0 && result.output.contains("made by an unreleased build")
          && result.output.contains("countersign init"), "\(command): \(result.output)")
    }
  }
}
