import AuditLog
import Issuance
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("Notices to owners of deleted credentials", .timeLimit(.minutes(2)))
struct OwnerNoticeTests {
  private let memory = MemoryStore()
  private let store: FailingStore
  private let fixture: SigningFixture
  private let issuance: IssuanceService

  init() {
    store = FailingStore(memory)
    fixture = SigningFixture(store: memory)
    issuance = IssuanceService(fixture.service, store: store, rules: .init(service: "test", instance: "test"))
  }

  private var delivered: [String] { fixture.messenger.delivered.map(\.id) }

  private func add(_ id: String, partner: PartnerID = SigningFixture.partner, attempts: Int = 0) async throws {
    let now = fixture.clock.now
    try await memory.writeIssuance {
      try $0.add(
        OwnerNotice(
          id: id, instance: "test", partner: partner, credential: CredentialID("c"), serialNumber: "AA",
          recipient: MessageRecipient(name: "alice", language: nil), attempts: attempts, due: now))
    }
  }

  private func kept() async throws -> [OwnerNotice] {
    try await memory.readIssuance { try $0.dueNotices(instance: "test", by: .max, perPartner: 99, limit: 99) }
  }

  private func failWrites(from first: Int) {
    store.failing.withLock { $0 = (write: first, happens: false) }
    store.failsForGood.withLock { $0 = true }
  }

  @Test("nothing is sent while the store takes no writes")
  func noWrites() async throws {
    try await add("n")
    failWrites(from: 1)
    for _ in 1...3 { await issuance.tellOwners() }
    #expect(delivered.isEmpty)
    store.failing.withLock { $0 = nil }
    for _ in 1...3 { await issuance.tellOwners() }
    #expect(delivered == ["n"] && memory.count(.ownerTold) == 1)
    #expect(try await kept().isEmpty)
  }

  @Test("a message whose end cannot be written comes again only after the pause")
  func lostEnd() async throws {
    try await add("n")
    failWrites(from: 2)
    for _ in 1...3 { await issuance.tellOwners() }
    #expect(delivered == ["n"])
    #expect(try await kept().map(\.attempts) == [1])
    store.failing.withLock { $0 = nil }
    await issuance.tellOwners()
    #expect(delivered == ["n"])
    fixture.clock.advance(20)
    await issuance.tellOwners()
    #expect(delivered == ["n", "n"] && memory.count(.ownerTold) == 1)
  }

  @Test("after the last attempt it is given up, also when that could not be written then")
  func givenUp() async throws {
    fixture.messenger.fail(.unavailable)
    try await add("last", attempts: 57)
    failWrites(from: 2)
    await issuance.tellOwners()
    #expect(try await kept().map(\.attempts) == [58] && memory.count(.ownerTold) == 0)
    store.failing.withLock { $0 = nil }
    fixture.messenger.fail(nil)
    fixture.clock.advance(3600)
    await issuance.tellOwners()
    #expect(delivered.isEmpty && memory.count(.ownerTold) == 1)
    #expect(try await kept().isEmpty)
  }

  @Test("one partner's many notices do not hold up the other's")
  func partners() async throws {
    for number in 10..<30 { try await add("a\(number)") }
    try await add("z", partner: PartnerID("other"))
    await issuance.tellOwners()
    #expect(delivered.contains("z") && delivered.count == 5)
  }
}
