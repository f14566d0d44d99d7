import AuditLog
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("Credentials", .timeLimit(.minutes(2)))
struct CredentialTests {
  @Test("a wrapped key moved to another signer's row is noticed, logged, and signs nothing")
  func swappedRows() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let mine = try await fixture.createCredential("c1")
    let bobs = try await fixture.createCredential("c2", signer: "bob")
    let sad = try await fixture.authorize(mine).sad
    // A fresh service, which has not verified any row yet.
    let later = SigningFixture(store: store)
    var forged = bobs
    forged.wrappedKey = mine.wrappedKey
    forged.certificate = mine.certificate
    store.tamper(bobs.id) { ProtectedRow(text: forged.canonical(), mac: $0.mac) }
    await #expect(throws: InternalFault.rowIntegrity(bobs.id)) {
      try await later.authorize(forged, as: later.principal("bob"))
    }
    // Asked again, it says so again, and the log is not filled.
    await #expect(throws: InternalFault.rowIntegrity(bobs.id)) {
      try await later.authorize(forged, as: later.principal("bob"))
    }
    #expect(store.count(.integrityViolated) == 1)
    // Also behind the back of a service that had verified the row.
    await #expect(throws: InternalFault.rowIntegrity(bobs.id)) {
      try await fixture.authorize(forged, as: fixture.principal("bob"))
    }
    // The other's credential is not affected.
    _ = try await later.sign(mine, sad, [digest("a")])
  }

  @Test(
    "no part of the row can be edited",
    arguments: [
      { $0.signer = SignerID("mallory") }, { $0.partner = PartnerID("other") }, { $0.multisign = 1000 },
      { $0.scal = .one }, { $0.mode = .implicit }, { $0.expression = nil }, { $0.isEnabled = false },
      { $0.authenticators = [] }, { $0.certificate.notAfter += 1 }, { $0.description = "x" },
    ] as [@Sendable (inout Credential) -> Void])
  func editedRow(edit: @Sendable (inout Credential) -> Void) async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    var edited = credential
    edit(&edited)
    #expect(edited != credential)
    store.tamper(credential.id) { ProtectedRow(text: edited.canonical(), mac: $0.mac) }
    await #expect(throws: InternalFault.rowIntegrity(credential.id)) {
      try await fixture.service.credentials.credential(credential.id, as: fixture.principal())
    }
  }

  @Test("a row reads back as it was written")
  func canonical() async throws {
    let credential = try await SigningFixture().createCredential(expression: "PIN AND OTP")
    #expect(Credential(canonical: credential.canonical()) == credential)
  }

  @Test("a disabled credential neither authorizes nor signs, and a SAD from before is not burnt")
  func disabled() async throws {
    let fixture = SigningFixture()
    var credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    credential.isEnabled = false
    try await fixture.service.credentials.put(credential, events: [])
    await #expect(throws: Refusal.credentialDisabled) { try await fixture.authorize(credential) }
    await #expect(throws: Refusal.credentialDisabled) { try await fixture.sign(credential, sad, [digest("a")]) }
    credential.isEnabled = true
    try await fixture.service.credentials.put(credential, events: [])
    _ = try await fixture.sign(credential, sad, [digest("a")])
  }

  @Test("an expired certificate signs nothing")
  func expiredCertificate() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(days: 1)
    fixture.clock.advance(86_400 + 10)
    let sad = try await fixture.authorize(credential).sad
    await #expect(throws: Refusal.certificateExpired(organization: nil, commonName: "Alice Example")) {
      try await fixture.sign(credential, sad, [digest("a")])
    }
  }

  @Test("what a policy needs is asked for before any factor is looked at")
  func requests() async throws {
    let fixture = SigningFixture()
    let one = try await fixture.createCredential("c1", multisign: 3)
    let two = try await fixture.createCredential("c2", scal: .two)
    await #expect(throws: Refusal.tooManySignatures) { try await fixture.authorize(one, count: 4) }
    await #expect(throws: Refusal.digestsMissing) { try await fixture.authorize(two) }
    await #expect(throws: Refusal.tooManyDigests) {
      try await fixture.authorize(one, count: 1, digests: [digest("a"), digest("b")])
    }
    await #expect(throws: Refusal.factorMissing(.pin)) { try await fixture.authorize(one, presented: [:]) }
  }

  @Test("a credential whose parts do not fit together is not made")
  func contradictions() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "PIN AND OTP")
    let changes: [(inout Credential) -> Void] = [
      { $0.authenticators.removeLast() }, { $0.authenticators.append($0.authenticators[0]) }, { $0.expression = nil },
      { $0.mode = .implicit },
    ]
    for change in changes {
      var changed = credential
      change(&changed)
      let contradictory = changed
      await #expect(throws: InternalFault.contradictoryCredential(credential.id)) {
        try await fixture.service.credentials.put(contradictory, events: [])
      }
    }
  }

  @Test("an implicit credential needs no factor; an oauth2code credential is authorized elsewhere")
  func modes() async throws {
    let fixture = SigningFixture()
    let seal = try await fixture.createCredential("c1", expression: nil)
    _ = try await fixture.sign(seal, fixture.authorize(seal, presented: [:]).sad, [digest("a")])
    var redirected = try await fixture.createCredential("c2")
    redirected.mode = .oauth2code
    try await fixture.service.credentials.put(redirected, events: [])
    await #expect(throws: Refusal.authorizedElsewhere) { try await fixture.authorize(redirected) }
  }
}
