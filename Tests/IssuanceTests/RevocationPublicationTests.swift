import Issuance
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Publication of revocations, and its repetition after a failure.
@Suite("Revocations are published", .timeLimit(.minutes(2)))
struct RevocationPublicationTests {
  /// Fails as often as it is told.
  private final class Issuer: CertificateIssuer {
    let name = "CN=Test"
    let failures = Mutex(0)
    let tries = Mutex(0)

    func issue(_: CertificateRequest) async throws(IssuerError) -> Certificate { throw .unavailable }

    func publish(_: [Revocation]) async throws(IssuerError) {
      tries.withLock { $0 += 1 }
      let fails = failures.withLock { left in
        left -= 1
        return left >= 0
      }
      if fails { throw .failed("disk") }
    }
  }

  private final class Reports: Sendable {
    let all = Mutex<[Bool]>([])
  }

  @Test("a failure of any caller's is made up for by itself, after pauses that grow; then it rests")
  func repeated() async throws {
    let issuer = Issuer()
    let fixture = SigningFixture(authority: TestIssuance.authority(issuer))
    let reports = Reports()
    try await withThrowingTaskGroup(of: Void.self) { group in
      // A second of the service is a millisecond here; the daily turn is far away.
      group.addTask {
        await fixture.issuance.keepRevocationsPublished(renewal: .seconds(86_400)) { isGood in
          reports.all.withLock { $0.append(isGood) }
        }
      }
      defer { group.cancelAll() }
      #expect(await fixture.issuance.publishRevocations())
      issuer.failures.withLock { $0 = 4 }
      #expect(await !fixture.issuance.publishRevocations())
      try await eventually { reports.all.withLock { $0.last } == true }
      #expect(reports.all.withLock { $0 } == [false, false, false, true])
      try await Task.sleep(for: .milliseconds(50))
      #expect(issuer.tries.withLock { $0 } == 6)
    }
  }

  @Test("without a failure the lists are renewed in their own time")
  func renewed() async throws {
    let issuer = Issuer()
    let fixture = SigningFixture(authority: TestIssuance.authority(issuer))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await fixture.issuance.keepRevocationsPublished(renewal: .seconds(3)) { _ in } }
      defer { group.cancelAll() }
      try await eventually { issuer.tries.withLock { $0 } >= 3 }
    }
  }
}
