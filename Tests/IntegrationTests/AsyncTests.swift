import Foundation
import TestSupport
import Testing

extension SandboxTests {
  @Test("200 asynchronous calls at once all end and are told once; kills in the middle lose none of them")
  func asynchronousSigning() throws {
    let result = try run(
      "/usr/bin/python3",
      [repository.appendingPathComponent("Tests/async/async.py").path, SandboxProcess.program.path, "--kills", "2"])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Asynchronous signing kept its promises."))
  }
}
