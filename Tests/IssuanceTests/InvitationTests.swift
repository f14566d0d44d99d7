import AuditLog
import Foundation
import OpenSSLPKI
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Issuance

/// Credentials that trusted clients order, and the persons who set their PINs.
@Suite("Invitations", .timeLimit(.minutes(2)))
struct InvitationTests {
  private static let pin = "271828"
  private static let policy = TestIssuance.policies.explicit

  private let memory = MemoryStore()
  private let store: FailingStore
  private let fixture: SigningFixture
  private let issuer: AuthorityIssuer

  private var issuance: IssuanceService { fixture.issuance }
  private var invitations: InvitationService { issuance.invitations }

  init() async throws {
    store = FailingStore(memory)
    issuer = try TestIssuance.issuer(list: try temporaryFolder().appendingPathComponent("issuing.crl"))
    fixture = SigningFixture(store: store, authority: TestIssuance.authority(issuer))
    try await fixture.registerSubject()
  }

  private func ordered(_ signer: String = "alice", claim: SubjectClaim = SubjectClaim()) async throws -> LifecycleBearer
  {
    let granted = try await issuance.grantCreation(
      policy: Self.policy, claim: claim, of: SignerID(signer), named: "customer of \(signer)", language: nil,
      byTrusted: ClientID("registrar"), as: fixture.principal(nil))
    return try #require(try await issuance.grant(of: granted.token))
  }

  private func create(_ bearer: LifecycleBearer) async throws -> Credential {
    try await issuance.create(policy: Self.policy, claim: SubjectClaim(), by: bearer)
  }

  private func invited() async throws -> InvitedCredential {
    try await invitations.invited(link: try #require(fixture.messenger.invitation), from: nil)
  }

  private func revoked() async throws -> [String] {
    let name = issuer.name
    return try await memory.readIssuance(reading: [.revocations(issuer: name)]) {
      try $0.revocations(issuer: name, at: 0).map(\.serialNumber)
    }
  }

  private func fail(_ write: Int, happens: Bool = false, forGood: Bool = true) {
    store.failing.withLock { $0 = (write: write, happens: happens) }
    store.failsForGood.withLock { $0 = forGood }
  }

  private func recover() { store.failing.withLock { $0 = nil } }

  @Test("the credential has no factor and is disabled; no factor that is presented opens, deletes or proves anything")
  func waiting() async throws {
    let credential = try await create(try await ordered())
    #expect(!credential.isEnabled && credential.authenticators.isEmpty && credential.expression == .factor(.pin))
    for presented in [[:], [.pin: Self.pin]] as [[FactorID: String]] {
      await #expect(throws: Refusal.credentialDisabled) {
        try await fixture.authorize(credential, presented: presented)
      }
      await #expect(throws: (any Error).self) {
        try await issuance.grantDeletion(
          of: credential.id, presented: presented, client: ClientID("app"), as: fixture.principal())
      }
    }
    await #expect(throws: Refusal.policyNotSatisfied) {
      try await issuance.offerDeletion(of: credential.id, askable: [.pin], as: fixture.principal())
    }
    await #expect(throws: IssuanceRefusal.notProven) {
      try await issuance.offerCreation(
        policy: Self.policy, claim: SubjectClaim(), askable: [.pin], as: fixture.principal())
    }
    // An enabled one always has its factors.
    var bare = credential
    bare.isEnabled = true
    await #expect(throws: InternalFault.contradictoryCredential(bare.id)) {
      try await fixture.service.credentials.put(bare, events: [])
    }
  }

  @Test("twenty answers at once with different PINs: one is set, and it alone signs")
  func atOnce() async throws {
    let credential = try await create(try await ordered())
    let invited = try await invited()
    let pins = (0..<20).map { "2718\(28 + $0)" }
    let invitations = invitations
    let set = await withTaskGroup(of: String?.self) { group in
      for pin in pins {
        group.addTask {
          do {
            try await invitations.answer(.set(pin: pin), to: invited)
            return pin
          } catch { return nil }
        }
      }
      return await group.reduce(into: [String]()) { if let pin = $1 { $0.append(pin) } }
    }
    #expect(set.count == 1 && memory.count(.factorSet) == 1)
    let sad = try await fixture.authorize(credential, presented: [.pin: set.first ?? ""]).sad
    _ = try await fixture.sign(credential, sad, [digest("a")])
    #expect(try await self.invited().invitation.state == .done)
    await #expect(throws: IssuanceRefusal.unknownLink) { try await invitations.answer(.refuse, to: invited) }
    #expect(try await revoked().isEmpty)
  }

  @Test("not set in time: the credential is removed and its certificate revoked, once, and only then")
  func expired() async throws {
    let credential = try await create(try await ordered())
    let late = try await invited()
    let link = try #require(fixture.messenger.invitation)
    fixture.clock.advance(7 * 86400 - 1)
    await invitations.endExpired()
    _ = try await invitations.invited(link: link, from: nil)
    fixture.clock.advance(1)
    await #expect(throws: IssuanceRefusal.unknownLink) { try await invitations.invited(link: link, from: nil) }
    await #expect(throws: IssuanceRefusal.unknownLink) { try await invitations.answer(.set(pin: Self.pin), to: late) }
    for _ in 1...2 { await invitations.endExpired() }
    #expect(try await revoked() == [credential.certificate.serialNumber])
    #expect(memory.count(.creationExpired) == 1 && memory.count(.certificateRevoked) == 1)
    await #expect(throws: Refusal.unknownCredential) {
      try await fixture.service.credentials.credential(credential.id, as: fixture.principal())
    }
  }

  @Test("a credential whose PIN was set outlives its invitation, of which nothing is left then")
  func kept() async throws {
    let credential = try await create(try await ordered())
    try await invitations.answer(.set(pin: Self.pin), to: try await invited())
    fixture.clock.advance(7 * 86400)
    await invitations.endExpired()
    #expect(try await revoked().isEmpty)
    #expect(memory.count(.creationExpired) == 0)
    #expect(memory.invitations.isEmpty)
    #expect(try await fixture.service.credentials.credential(credential.id, as: fixture.principal()).isEnabled)
  }

  @Test("a messenger that is down holds nothing up; the same link comes when it is up, also after a stop")
  func delivery() async throws {
    fixture.messenger.fail(.unavailable)
    _ = try await create(try await ordered())
    fixture.messenger.fail(nil)
    let next = SigningFixture(store: memory, authority: TestIssuance.authority(issuer))
    // Not before the pause.
    for _ in 1...2 { await next.issuance.invitations.sendDue() }
    #expect(next.messenger.delivered.isEmpty)
    next.clock.advance(20)
    for _ in 1...2 { await next.issuance.invitations.sendDue() }
    #expect(next.messenger.delivered.count == 1)
    let link = try #require(next.messenger.invitation)
    _ = try await next.issuance.invitations.invited(link: link, from: nil)
    let log = memory.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
    #expect(memory.count(.ownerTold) == 1 && !log.contains(link))
  }

  @Test("nothing is sent while the store takes no writes, and a message whose end is lost comes again after the pause")
  func noWrites() async throws {
    fixture.messenger.fail(.unavailable)
    _ = try await create(try await ordered())
    fixture.messenger.fail(nil)
    fixture.clock.advance(20)
    fail(1)
    for _ in 1...3 { await invitations.sendDue() }
    #expect(fixture.messenger.delivered.isEmpty)
    fail(2)
    for _ in 1...3 { await invitations.sendDue() }
    recover()
    await invitations.sendDue()
    #expect(fixture.messenger.delivered.count == 1 && memory.count(.ownerTold) == 0)
    fixture.clock.advance(40)
    for _ in 1...2 { await invitations.sendDue() }
    #expect(fixture.messenger.delivered.count == 2 && memory.count(.ownerTold) == 1)
    #expect(Set(fixture.messenger.delivered.map(\.id)).count == 1)
  }

  @Test(
    "a stop at any write leaves all or nothing: no credential without its invitation, no certificate unrevoked",
    arguments: 1...4, [false, true])
  func stops(write: Int, happens: Bool) async throws {
    let bearer = try await ordered()
    fail(write, happens: happens)
    let made = try? await create(bearer)
    recover()
    let next = SigningFixture(store: memory, authority: TestIssuance.authority(issuer))
    try await next.issuance.recover()
    let there = try await next.service.credentials.list(
      of: SignerID("alice"), after: nil, limit: 9, as: next.principal())
    #expect(there.count == memory.invitations.count && memory.count(.certificateIssued) == there.count)
    if let made { #expect(there == [made]) }
    let intended = memory.count(.creationIntended)
    if there.isEmpty {
      // Before the first write nothing was used up.
      #expect(try await revoked().count == intended)
    } else {
      next.clock.advance(60)
      await next.issuance.invitations.sendDue()
      #expect(fixture.messenger.delivered.count + next.messenger.delivered.count >= 1)
      #expect(try await revoked().isEmpty)
    }
  }

  @Test("a PIN whose write fails is not set, and the link stays good; a refusal likewise", arguments: [false, true])
  func answerWrites(happens: Bool) async throws {
    let credential = try await create(try await ordered())
    let invited = try await invited()
    fail(1, happens: happens, forGood: false)
    await #expect(throws: StoreError.self) { try await invitations.answer(.set(pin: Self.pin), to: invited) }
    recover()
    let now = try await self.invited()
    #expect((now.invitation.state == .done) == happens && now.credential.isEnabled == happens)
    guard !happens else { return }
    fail(1, happens: false, forGood: false)
    await #expect(throws: StoreError.self) { try await invitations.answer(.refuse, to: invited) }
    recover()
    #expect(try await revoked().isEmpty)
    try await invitations.answer(.refuse, to: invited)
    #expect(try await revoked() == [credential.certificate.serialNumber])
    #expect(memory.invitations.isEmpty)
  }

  @Test("the link goes to the channel that is known, and the person reads there that the PIN was set")
  func channel() async throws {
    _ = try await create(try await ordered())
    #expect(fixture.messenger.delivered.map(\.recipient) == ["customer of alice"])
    try await invitations.answer(.set(pin: Self.pin), to: try await invited())
    #expect(fixture.messenger.delivered.map(\.recipient) == ["customer of alice", "customer of alice"])
    _ = try await fixture.createCredential("mobile", expression: "SMS")
    _ = try await create(try await ordered())
    #expect(fixture.messenger.delivered.last?.recipient == "alice")
  }

  @Test("a new subject is registered with the credential; one that was registered meanwhile in another name counts")
  func subjects() async throws {
    let claim = SubjectClaim(commonName: "Bob Sample", givenName: "Bob", surname: "Sample", country: "AT")
    let first = try await ordered("bob", claim: claim)
    let second = try await ordered("bob", claim: claim)
    #expect(memory.count(.subjectRegistered) == 1)
    #expect(try await create(first).certificate.commonName == "Bob Sample")
    #expect(memory.count(.subjectRegistered) == 2)
    try await fixture.registerSubject("bob", givenName: "Robert")
    await #expect(throws: IssuanceRefusal.subjectDiffers) { try await create(second) }
    // Another partner's person is no one's to name.
    try await fixture.registerSubject("carol", partner: PartnerID("other"))
    await #expect(throws: IssuanceRefusal.notRegistered) { try await ordered("carol", claim: claim) }
  }

  @Test("whoever edits the store gets no PIN set on another credential, and a removed credential takes its link along")
  func edited() async throws {
    let credential = try await create(try await ordered())
    let invited = try await invited()
    _ = try await fixture.createCredential(credential.id.rawValue)
    await #expect(throws: IssuanceRefusal.unknownLink) {
      try await invitations.answer(.set(pin: Self.pin), to: try await self.invited())
    }
    await #expect(throws: Refusal.unavailable) { try await invitations.answer(.set(pin: Self.pin), to: invited) }
    let id = credential.id
    try await memory.writeIssuance(reading: [.soleControl(.credential(id, .exclusive))]) { _ = try $0.remove(id) }
    await #expect(throws: IssuanceRefusal.unknownLink) { _ = try await self.invited() }
  }
}
