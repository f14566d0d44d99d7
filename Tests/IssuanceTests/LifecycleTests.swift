import AuditLog
import Foundation
import Octets
import OpenSSLPKI
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Issuance

/// Credentials that people grant to be made and deleted.
@Suite("Grants", .timeLimit(.minutes(2)))
struct LifecycleTests {
  private static let pin = "271828"
  private static let policy = TestIssuance.policies.explicit
  private static let askable: Set<FactorID> = [.pin, .otp, .sms, .eid]

  private struct Setting {
    let store: MemoryStore
    let fixture: SigningFixture

    init(
      _ issuer: (any CertificateIssuer)? = nil, store: (any SoleControlStore & IssuanceStore)? = nil,
      memory: MemoryStore? = nil,
      device: any SigningDevice = TestDevice.shared.device
    ) async throws {
      let memory = memory ?? MemoryStore()
      self.store = memory
      let list = try temporaryFolder().appendingPathComponent("issuing.crl")
      fixture = SigningFixture(
        store: store ?? memory, device: device,
        authority: TestIssuance.authority(try issuer ?? TestIssuance.issuer(list: list)))
      try await fixture.registerSubject()
    }

    var service: SoleControlServices { fixture.service }
    var issuance: IssuanceService { fixture.issuance }

    /// With the PIN of a credential that the person has; the log has nothing of that one.
    func grant(_ signer: String = "alice", pin: String = LifecycleTests.pin) async throws -> IssuedLifecycleToken {
      try await service.credentials.put(
        try await SigningFixture().createCredential("proof", signer: signer, age: 100), events: [])
      let principal = Principal(
        partner: SigningFixture.partner, signer: SignerID(signer), client: ClientID("app"))
      let offered = try await issuance.offerCreation(
        policy: LifecycleTests.policy, claim: SubjectClaim(), askable: LifecycleTests.askable, as: principal)
      return try await issuance.grantCreation(
        offered, pin: pin, presented: [.pin: SigningFixture.pin], client: ClientID("app"), as: principal)
    }

    func grantCreation(_ signer: String = "alice", pin: String = LifecycleTests.pin) async throws -> LifecycleBearer {
      try #require(try await issuance.grant(of: try await grant(signer, pin: pin).token))
    }

    func create(
      _ bearer: LifecycleBearer, policy: String = LifecycleTests.policy, claim: SubjectClaim = SubjectClaim()
    ) async throws -> Credential { try await issuance.create(policy: policy, claim: claim, by: bearer) }

    func grantDeletion(
      _ credential: Credential, presented: [FactorID: String] = [.pin: SigningFixture.pin]
    ) async throws -> LifecycleBearer {
      let granted = try await issuance.grantDeletion(
        of: credential.id, presented: presented, client: ClientID("app"), as: fixture.principal())
      return try #require(try await issuance.grant(of: granted.token))
    }
  }

  // MARK: Creation

  @Test("granted with a PIN, made once: the certificate names the registered person, and the PIN signs")
  func created() async throws {
    let setting = try await Setting()
    let (service, issuance, fixture) = (setting.service, setting.issuance, setting.fixture)
    let granted = try await setting.grant()
    #expect(granted.expiresIn == 300)
    let bearer = try #require(try await issuance.grant(of: granted.token))
    #expect(
      bearer.principal == Principal(partner: SigningFixture.partner, signer: SignerID("alice"), client: ClientID("app"))
    )
    let credential = try await setting.create(
      bearer, claim: SubjectClaim(commonName: "Alice Example", surname: "Example", country: "AT"))
    #expect(
      credential.certificate.subject == "CN=Alice Example,2.5.4.42=#0C05416C696365,2.5.4.4=#0C074578616D706C65,C=AT")
    #expect(credential.certificate.notAfter > fixture.clock.now + 29 * 86400 && credential.signer == SignerID("alice"))
    #expect(try await service.credentials.credential(credential.id, as: fixture.principal()) == credential)
    let file = try temporaryFolder().appendingPathComponent("certificate.der")
    try Data(credential.certificate.chain[0]).write(to: file)
    let text = try await run("/usr/bin/openssl", ["x509", "-inform", "DER", "-in", file.path, "-noout", "-text"])
    #expect(text.output.contains("Policy: \(Self.policy)"), "\(text.output)")
    let sad = try await fixture.authorize(credential, presented: [.pin: Self.pin]).sad
    _ = try await fixture.sign(credential, sad, [digest("a")])
    await #expect(throws: Refusal.wrongFactor(.pin)) { try await fixture.authorize(credential) }

    // Once.
    #expect(try await issuance.grant(of: granted.token) == nil)
    await #expect(throws: IssuanceRefusal.invalidLifecycleToken) { try await setting.create(bearer) }
    let log = setting.store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
    #expect(setting.store.count(.lifecycleGranted) == 1 && setting.store.count(.creationIntended) == 1)
    #expect(setting.store.count(.certificateIssued) == 1 && setting.store.count(.keyMade) == 1)
    #expect(log.contains(credential.certificate.serialNumber) && !log.contains("Example") && !log.contains(Self.pin))
  }

  @Test("twenty calls at once with one grant make one credential")
  func atOnce() async throws {
    let setting = try await Setting()
    let bearer = try await setting.grantCreation()
    let made = await withTaskGroup(of: Credential?.self) { group in
      for _ in 0..<20 { group.addTask { try? await setting.create(bearer) } }
      return await group.reduce(into: [Credential]()) { if let credential = $1 { $0.append(credential) } }
    }
    #expect(made.count == 1 && setting.store.count(.certificateIssued) == 1)
    let list = try await setting.service.credentials.list(
      of: SignerID("alice"), after: nil, limit: 10, as: setting.fixture.principal())
    #expect(list.filter { $0.id.rawValue != "proof" } == made)
  }

  @Test("nobody gets a certificate in another name, under another policy, or unknown; such tries use nothing up")
  func refusals() async throws {
    let setting = try await Setting()
    try await setting.fixture.registerSubject("bob", givenName: "Bob")
    let bearer = try await setting.grantCreation()
    let claims = [
      SubjectClaim(commonName: "Bob Example"), SubjectClaim(givenName: "Bob"), SubjectClaim(surname: "example"),
      SubjectClaim(country: "DE"), SubjectClaim(commonName: "Alice Example", givenName: ""),
      // The same letters for people, other octets.
      SubjectClaim(commonName: "A\u{200b}lice Example"),
    ]
    for claim in claims {
      await #expect(throws: IssuanceRefusal.subjectDiffers) { try await setting.create(bearer, claim: claim) }
    }
    // Another spelling of the same letters is no other name.
    let subject = CertificateSubject(
      signer: SignerID("j"), partner: PartnerID("p"), commonName: "J\u{fc}rgen", givenName: "J\u{fc}rgen",
      surname: "\u{212b}", country: "AT")
    #expect(subject.agrees(with: SubjectClaim(commonName: "Ju\u{308}rgen", surname: "A\u{30a}")))
    #expect(!subject.agrees(with: SubjectClaim(commonName: "Jurgen")))
    for policy in [TestIssuance.policies.oauth2code, "1.2.3"] {
      await #expect(throws: IssuanceRefusal.policyNotOffered) { try await setting.create(bearer, policy: policy) }
    }
    await #expect(throws: IssuanceRefusal.notRegistered) { try await setting.grantCreation("carol") }
    await #expect(throws: IssuanceRefusal.notRegistered) {
      try await setting.issuance.offerCreation(
        policy: Self.policy, claim: SubjectClaim(), askable: Self.askable,
        as: Principal(partner: PartnerID("other"), signer: SignerID("alice")))
    }
    for pin in ["12345", "123456", "987654321", "000000", "1234567890123", "27182a", "２７１８２８", "", "2718 28"] {
      await #expect(throws: IssuanceRefusal.unsuitablePIN) { try await setting.grantCreation(pin: pin) }
    }
    _ = try await setting.create(bearer)
    #expect(setting.store.count(.creationIntended) == 1)
  }

  @Test("a grant waits five minutes, can be withdrawn by its client, and belongs to one service")
  func ends() async throws {
    let setting = try await Setting()
    let issuance = setting.issuance
    func granted() async throws -> LifecycleToken {
      try await setting.grant().token
    }
    let withdrawn = try await granted()
    let strangers = [
      Principal(partner: SigningFixture.partner, signer: nil, client: ClientID("other")),
      Principal(partner: PartnerID("other"), signer: nil, client: ClientID("app")),
      Principal(partner: SigningFixture.partner, signer: SignerID("bob"), client: ClientID("app")),
    ]
    for stranger in strangers {
      await #expect(throws: IssuanceRefusal.invalidLifecycleToken) {
        try await issuance.withdraw(withdrawn, as: stranger)
      }
    }
    let own = Principal(partner: SigningFixture.partner, signer: nil, client: ClientID("app"))
    try await issuance.withdraw(withdrawn, as: own)
    #expect(try await issuance.grant(of: withdrawn) == nil && setting.store.count(.lifecycleWithdrawn) == 1)
    await #expect(throws: IssuanceRefusal.invalidLifecycleToken) { try await issuance.withdraw(withdrawn, as: own) }

    let late = try await granted()
    let bearer = try #require(try await issuance.grant(of: late))
    setting.fixture.clock.advance(299)
    #expect(try await issuance.grant(of: late) != nil)
    setting.fixture.clock.advance(1)
    await #expect(throws: IssuanceRefusal.lifecycleTokenExpired) { try await issuance.grant(of: late) }
    await #expect(throws: IssuanceRefusal.invalidLifecycleToken) { try await setting.create(bearer) }
    // The next grant clears the old one away.
    setting.fixture.clock.advance(1)
    _ = try await granted()
    #expect(try await issuance.grant(of: late) == nil && setting.store.lifecycleGrants.count == 1)
  }

  @Test("who edits the store gets neither another name, nor another grant, nor the grant of another token")
  func tampering() async throws {
    let setting = try await Setting()
    let issuance = setting.issuance
    let granted = try await setting.grant()
    let bearer = try #require(try await issuance.grant(of: granted.token))
    func edit(_ row: ProtectedRow, _ old: String, _ new: String) -> ProtectedRow {
      let text = String(decoding: row.text, as: UTF8.self)
      #expect(text.contains(old))
      return ProtectedRow(text: Array(text.replacing(old, with: new).utf8), mac: row.mac)
    }
    setting.store.tamper(subjects: { edit($0, "Alice", "Mallory") })
    await #expect(throws: IssuanceFault.subjectIntegrity(SignerID("alice"))) { try await setting.create(bearer) }
    try await setting.fixture.registerSubject()

    let other = try await setting.grant()
    let rows = Dictionary(uniqueKeysWithValues: setting.store.lifecycleGrants.map { ($0.digest, $0.row) })
    setting.store.tamper(lifecycleGrants: { grant in
      // Each with the other's row.
      let row = rows.first { $0.key != grant.digest }?.value ?? grant.row
      return StoredLifecycleGrant(digest: grant.digest, row: row, expires: grant.expires, state: grant.state)
    })
    for token in [granted.token, other.token] {
      await #expect(throws: IssuanceFault.lifecycleGrantIntegrity) { try await issuance.grant(of: token) }
    }
    setting.store.tamper(lifecycleGrants: { grant in
      let row = edit(rows[grant.digest] ?? grant.row, "creation", "deletion")
      return StoredLifecycleGrant(digest: grant.digest, row: row, expires: grant.expires, state: grant.state)
    })
    await #expect(throws: IssuanceFault.lifecycleGrantIntegrity) { try await issuance.grant(of: granted.token) }
    #expect(setting.store.count(.integrityViolated) == 4 && setting.store.count(.certificateIssued) == 0)
  }

  // MARK: Faults while a credential is made

  @Test("an issuer that is down gives the grant back; one that does not know has the number revoked")
  func issuerFails() async throws {
    let issuer = FailingIssuer()
    let setting = try await Setting(issuer)
    let bearer = try await setting.grantCreation()
    issuer.error.withLock { $0 = .unavailable }
    await #expect(throws: Refusal.unavailable) { try await setting.create(bearer) }
    issuer.error.withLock { $0 = nil }
    _ = try await setting.create(bearer)
    #expect(setting.store.count(.creationReleased) == 1 && setting.store.count(.creationIntended) == 2)

    let lost = try await setting.grantCreation()
    issuer.error.withLock { $0 = .failed("no answer") }
    await #expect(throws: IssuerError.failed("no answer")) { try await setting.create(lost) }
    issuer.error.withLock { $0 = nil }
    await #expect(throws: IssuanceRefusal.invalidLifecycleToken) { try await setting.create(lost) }
    let asked = issuer.asked.withLock { $0.map { Hex.encode($0).uppercased() } }
    #expect(issuer.published.withLock { $0.map(\.serialNumber) } == [try #require(asked.last)])
    #expect(setting.store.count(.creationFailed) == 1)
  }

  @Test("after a stop in the middle the grant is spent, no credential exists, and the number is revoked")
  func crash() async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let issuer = FailingIssuer()
    let setting = try await Setting(issuer, store: store, memory: memory)
    let bearer = try await setting.grantCreation()
    // The write that stores the credential is lost, and no process is left that could clear up.
    store.failing.withLock { $0 = (write: 2, happens: false) }
    store.failsForGood.withLock { $0 = true }
    await #expect(throws: StoreError.unavailable(.made)) { try await setting.create(bearer) }
    store.failing.withLock { $0 = nil }

    let other = SigningFixture(store: memory, instance: "other", authority: TestIssuance.authority(issuer))
    _ = try await other.issuance.recover()
    #expect(memory.lifecycleGrants.count == 1, "another process's grant is its own to end")
    let next = SigningFixture(store: memory, authority: TestIssuance.authority(issuer))
    _ = try await next.issuance.recover()
    #expect(memory.lifecycleGrants.isEmpty && memory.count(.creationUnknown) == 1)
    await #expect(throws: IssuanceRefusal.invalidLifecycleToken) { try await setting.create(bearer) }
    let list = try await next.service.credentials.list(
      of: SignerID("alice"), after: nil, limit: 9, as: next.principal())
    #expect(list.map(\.id.rawValue) == ["proof"])
    #expect(await next.issuance.publishRevocations())
    let asked = issuer.asked.withLock { Hex.encode($0[0]).uppercased() }
    #expect(issuer.published.withLock { $0.map(\.serialNumber) } == [asked])
  }

  // MARK: Deletion

  @Test("granted with the credential's own factors, which are checked and counted; then it is gone, and revoked")
  func deleted() async throws {
    let issuer = FailingIssuer()
    let setting = try await Setting(issuer)
    let (service, issuance, fixture) = (setting.service, setting.issuance, setting.fixture)
    let credential = try await fixture.createCredential(expression: "PIN AND OTP")
    let kept = try await fixture.createCredential("kept")
    await #expect(throws: Refusal.factorsMissing([[.pin, .otp]])) {
      try await setting.grantDeletion(credential, presented: [:])
    }
    for _ in 0..<5 {
      await #expect(throws: Refusal.wrongFactor(.pin)) {
        try await setting.grantDeletion(credential, presented: [.pin: "0", .otp: "0"])
      }
    }
    await #expect(throws: Refusal.lockedFactor(.pin)) {
      try await setting.grantDeletion(credential, presented: [.pin: SigningFixture.pin, .otp: "0"])
    }
    await #expect(throws: Refusal.unknownCredential) {
      try await issuance.grantDeletion(
        of: credential.id, presented: [.pin: SigningFixture.pin], client: ClientID("app"), as: fixture.principal("bob"))
    }
    #expect(setting.store.lifecycleGrants.isEmpty)

    let plain = try await fixture.createCredential("plain")
    let bearer = try await setting.grantDeletion(plain)
    await #expect(throws: IssuanceRefusal.otherCredential) { try await issuance.delete(kept.id, by: bearer) }
    let bobs = try await fixture.createCredential("bobs", signer: "bob")
    for id in [CredentialID("none"), bobs.id] {
      await #expect(throws: Refusal.unknownCredential) { try await issuance.delete(id, by: bearer) }
    }
    await #expect(throws: IssuanceRefusal.invalidLifecycleToken) { try await setting.create(bearer) }
    try await issuance.delete(plain.id, by: bearer)
    await #expect(throws: Refusal.unknownCredential) {
      try await service.credentials.credential(plain.id, as: fixture.principal())
    }
    await #expect(throws: Refusal.unknownCredential) { try await issuance.delete(plain.id, by: bearer) }
    #expect(try await setting.store.read { try $0.credential(plain.id) } == nil)
    #expect(issuer.published.withLock { $0.map(\.serialNumber) } == [plain.certificate.serialNumber])
    #expect(setting.store.count(.credentialDeleted) == 1 && setting.store.count(.certificateRevoked) == 1)
    #expect(try await service.credentials.credential(kept.id, as: fixture.principal()) == kept)
    // The list names it until the certificate would have ended.
    let name = plain.certificate.issuer
    let end = plain.certificate.notAfter
    #expect(try await setting.store.readIssuance { try $0.revocations(issuer: name, at: end - 1) }.count == 1)
    #expect(try await setting.store.readIssuance { try $0.revocations(issuer: name, at: end) }.isEmpty)
  }

  @Test("a deletion whose write fails, or whose reply is lost, leaves all or nothing", arguments: [false, true])
  func deletionWrites(happens: Bool) async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let setting = try await Setting(FailingIssuer(), store: store, memory: memory)
    let credential = try await setting.fixture.createCredential()
    let bearer = try await setting.grantDeletion(credential)
    store.failing.withLock { $0 = (write: 1, happens: happens) }
    await #expect(throws: StoreError.self) { try await setting.issuance.delete(credential.id, by: bearer) }
    store.failing.withLock { $0 = nil }
    let row = try await memory.read { try $0.credential(credential.id) }
    #expect((row == nil) == happens && memory.lifecycleGrants.isEmpty == happens)
    #expect(memory.count(.credentialDeleted) == (happens ? 1 : 0))
    guard !happens else { return }
    try await setting.issuance.delete(credential.id, by: bearer)
  }

  @Test("its SADs, handles and challenges are dead; jobs that wait end with a clear outcome")
  func deadThings() async throws {
    let setting = try await Setting(FailingIssuer())
    let (service, issuance, fixture) = (setting.service, setting.issuance, setting.fixture)
    let credential = try await fixture.createCredential(expression: "PIN OR EID")
    let open = try await fixture.authorize(credential, count: 2).sad
    let used = try await fixture.authorize(credential).sad
    _ = try await fixture.sign(credential, used, [digest("a")])
    _ = try await service.factors.nonce(for: credential.id, factor: .eid, as: fixture.principal())
    let jobs = JobService(service.signing)
    let job = try await jobs.submit(
      JobRequest(
        SigningRequest(credential: credential.id, sad: open, algorithm: .ecdsa(.sha256), digests: [digest("j")]),
        validity: 3_600_000, responseURI: nil), as: fixture.principal())
    try await issuance.delete(credential.id, by: setting.grantDeletion(credential))

    for sad in [open, used] {
      await #expect(throws: Refusal.unknownCredential) { try await fixture.sign(credential, sad, [digest("a")]) }
      await #expect(throws: Refusal.unknownCredential) {
        try await service.authorizations.extend(
          ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: []),
          as: fixture.principal())
      }
    }
    await #expect(throws: Refusal.unknownCredential) { try await fixture.authorize(credential) }
    let work = Task { await jobs.run() }
    defer { work.cancel() }
    try await eventually { try await jobs.result(of: job, signer: nil, as: fixture.principal()) != .running }
    #expect(try await jobs.result(of: job, signer: nil, as: fixture.principal()) == .failed(.credentialDeleted))
    #expect(setting.store.count(.signatureMade) == 1 && setting.store.count(.signatureReleased) == 1)
  }

  @Test("what the page cannot ask for, the page cannot delete")
  func askable() async throws {
    let setting = try await Setting(FailingIssuer())
    let askable: Set<FactorID> = [.pin, .otp, .sms, .eid]
    for (expression, isOffered) in [("PAGE", false), ("PAGE AND PIN", false), ("PIN XOR OTP", true), ("EID", true)] {
      let credential = try await setting.fixture.createCredential("c-\(expression)", expression: expression)
      let offered = try? await setting.issuance.offerDeletion(
        of: credential.id, askable: askable, as: setting.fixture.principal())
      #expect((offered != nil) == isOffered, "\(expression)")
    }
  }
}

/// The test CA, until it is told to fail; what it publishes is kept.
private final class FailingIssuer: CertificateIssuer {
  let error = Mutex<IssuerError?>(nil)
  let asked = Mutex<[[UInt8]]>([])
  let published = Mutex<[Revocation]>([])
  private let real: AuthorityIssuer

  init() {
    do {
      real = try TestIssuance.issuer(list: temporaryFolder().appendingPathComponent("issuing.crl"))
    } catch { fatalError("\(error)") }
  }

  var name: String { real.name }

  func issue(_ request: CertificateRequest) async throws(IssuerError) -> Certificate {
    asked.withLock { $0.append(request.serialNumber) }
    if let error = error.withLock({ $0 }) { throw error }
    return try await real.issue(request)
  }

  func publish(_ revocations: [Revocation]) async throws(IssuerError) {
    published.withLock { $0 = revocations }
    try await real.publish(revocations)
  }
}
