import Foundation
import TestSupport
import Testing

extension SandboxTests {
  @Test("200 asynchronous calls at once all end and are told once; a kill and a stop in the middle lose none of them")
  func asynchronousSigning() async throws {
    let arguments = [
      repository.appendingPathComponent("Tests/async/async.py").path, SandboxProcess.program.path, "--kills", "1",
    ]
    // It takes long; a thread of its own waits for it, because other tests need those that tasks share.
    let result = try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try run("/usr/bin/python3", arguments) }) }.start()
    }
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Asynchronous signing kept its promises."))
  }
}
