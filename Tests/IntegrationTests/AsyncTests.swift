import Foundation
import TestSupport
import Testing

extension SandboxTests {
  @Test("200 asynchronous calls at once all end and are told once; a kill and a stop in the middle lose none of them")
  func asynchronousSigning() async throws {
    let arguments = [
      repository.appendingPathComponent("Tests/python/asynchronous/asynchronous.py").path, SandboxProcess.program.path,
      "--kills", "1",
    ]
    let result = try await run("/usr/bin/python3", arguments)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Asynchronous signing kept its promises."))
  }
}
