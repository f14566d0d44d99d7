import AuditLog
import Registry
@testable import SoleControl
import TestSupport
import Testing

@Suite("Jobs of suspended partners", .timeLimit(.minutes(1)))
struct SuspendedJobTests {
  @Test("P57: a job that was accepted before is not signed, and its authorization is free again")
  func suspended() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let (credential, sad) = try await fixture.authorized()
    let job = try await fixture.submit(credential, sad, [digest("a")])
    fixture.signing.partners.change(SigningFixture.partner) { $0.isSuspended = true }
    let result = try await fixture.running { try await fixture.ended(job) }
    #expect(result == .failed(.credentialDisabled))
    #expect(store.count(.signatureMade) == 0)
    fixture.signing.partners.change(SigningFixture.partner) { $0.isSuspended = false }
    let again = try await fixture.submit(credential, sad, [digest("a")])
    #expect(try await fixture.signatures(of: again).count == 1)
  }

  @Test("while the directory does not answer the job waits")
  func away() async throws {
    let fixture = JobFixture(MemoryStore())
    let (credential, sad) = try await fixture.authorized()
    let job = try await fixture.submit(credential, sad, [digest("a")])
    fixture.signing.partners.set(isAway: true)
    #expect(try await !fixture.jobs.attempt(job, mayWait: true))
    fixture.signing.partners.set(isAway: false)
    #expect(try await fixture.signatures(of: job).count == 1)
  }
}
