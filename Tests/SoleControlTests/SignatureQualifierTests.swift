import AuditLog
import Issuance
import SoleControl
import TestSupport
import Testing
import Vocabulary

/// The kind of signature that a credential says it is for, against what its certificate says.
@Suite("Signature qualifiers", .timeLimit(.minutes(2)))
struct SignatureQualifierTests {
  private typealias Statement = QualifiedShape.Statement

  /// A credential with this certificate.
  private func make(
    _ qualifier: String?, _ statements: [QualifiedShape.Statement], _ fixture: SigningFixture, name: String = "c",
    flaw: QualifiedShape.Flaw? = nil
  ) async throws -> Credential {
    let now = fixture.clock.now
    return try await fixture.service.credentials.createCredential(
      CredentialPlan(
        id: CredentialID(name), partner: SigningFixture.partner, signer: SignerID("alice"), description: name,
        qualifier: qualifier, keyType: .ec(.p256), mode: .explicit, expression: .factor(.pin),
        factors: [.pin(SigningFixture.pin)], scal: .one, multisign: 10), keys: TestDevice.shared.device
    ) { try QualifiedShape().issue(statements, publicKey: $0, now: now, flaw: flaw) }
  }

  private static let none: [Statement] = []
  private static let person = QualifiedShape.person
  private static let seal = QualifiedShape.seal

  @Test(
    "each qualifier is taken with the statements that it needs",
    arguments: [
      ("eu_eidas_qes", person), ("eu_eidas_aesqc", person), ("eu_eidas_aesqc", [.compliance, .forSignatures]),
      ("eu_eidas_aes", person), ("eu_eidas_aes", none), ("eu_eidas_aes", [.forSignatures]),
      ("eu_eidas_qeseal", seal), ("eu_eidas_aesealqc", seal), ("eu_eidas_aesealqc", [.compliance, .forSeals]),
      ("eu_eidas_aeseal", seal), ("eu_eidas_aeseal", none), (nil, none), (nil, person),
    ] as [(String?, [QualifiedShape.Statement])])
  func borneOut(qualifier: String?, statements: [QualifiedShape.Statement]) async throws {
    let fixture = SigningFixture()
    let credential = try await make(qualifier, statements, fixture)
    #expect(credential.qualifier == qualifier)
    let sad = try await fixture.authorize(credential).sad
    #expect(try await fixture.sign(credential, sad, [digest("a")]).count == 1)
  }

  @Test(
    "a qualifier without one of its statements is refused when the credential is made, and nothing is stored",
    arguments: [
      ("eu_eidas_qes", none, "QcCompliance, QcSSCD, QcType esign"), ("eu_eidas_qes", seal, "QcType esign"),
      ("eu_eidas_qes", [.device, .forSignatures], "QcCompliance"),
      ("eu_eidas_qes", [.compliance, .forSignatures], "QcSSCD"),
      ("eu_eidas_qes", [.compliance, .device], "QcType esign"),
      ("eu_eidas_qes", [.allAsTypes], "QcCompliance, QcSSCD"),
      ("eu_eidas_qes", [.compliance, .device, .typeAsStatement], "QcType esign"),
      ("eu_eidas_qes", person + [.elsewhere], "QcCompliance"), ("eu_eidas_aesqc", [.forSignatures], "QcCompliance"),
      ("eu_eidas_aesqc", [.compliance, .forSeals], "QcType esign"), ("eu_eidas_aes", [.forSeals], "QcType esign"),
      ("eu_eidas_qeseal", person, "QcType eseal"), ("eu_eidas_qeseal", [.compliance, .forSeals], "QcSSCD"),
      ("eu_eidas_aesealqc", none, "QcCompliance, QcType eseal"), ("eu_eidas_aeseal", person, "QcType eseal"),
    ] as [(String, [QualifiedShape.Statement], String)])
  func refused(qualifier: String, statements: [QualifiedShape.Statement], missing: String) async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let error = await #expect(throws: InternalFault.self) { try await make(qualifier, statements, fixture) }
    guard case .unfoundedQualifier(CredentialID("c"), let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.hasPrefix("it says \(qualifier), and the certificate does not carry \(missing);"), "\(text)")
    await #expect(throws: Refusal.unknownCredential) {
      try await fixture.service.credentials.credential(CredentialID("c"), as: fixture.principal())
    }
  }

  @Test("an extension whose OID nobody can print takes nothing away; statements that are there twice count as none")
  func flaws() async throws {
    let fixture = SigningFixture()
    let credential = try await make("eu_eidas_qes", Self.person, fixture, flaw: .foreignExtension)
    #expect(credential.qualifier == "eu_eidas_qes")
    for qualifier in ["eu_eidas_qes", "eu_eidas_aes"] {
      await #expect(throws: InternalFault.self) {
        try await make(qualifier, Self.person, fixture, name: "twice", flaw: .statementsTwice)
      }
    }
    await #expect(throws: InternalFault.self) {
      try await make("eu_eidas_qes", [.compliance, .device, .withoutTypes], fixture, name: "without")
    }
  }

  @Test("its owner can delete a credential that claims too much")
  func deleted() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await make("eu_eidas_aes", [.forSignatures], fixture)
    var upgraded = credential
    upgraded.qualifier = "eu_eidas_qes"
    let row = try await fixture.service.context.protectedRow(upgraded)
    store.tamper(credential.id) { _ in row }
    let granted = try await fixture.issuance.grantDeletion(
      of: credential.id, presented: [.pin: SigningFixture.pin], client: ClientID("app"), as: fixture.principal())
    // It is read for its end alone.
    await #expect(throws: InternalFault.self) { try await fixture.authorize(credential) }
    let bearer = try #require(try await fixture.issuance.grant(of: granted.token))
    try await fixture.issuance.delete(credential.id, by: bearer)
    #expect(store.count(.credentialDeleted) == 1)
    await #expect(throws: Refusal.unknownCredential) { try await fixture.authorize(credential) }
  }

  @Test(
    "names that no certificate can be held against are refused", arguments: ["za_ecta_aes", "EU_EIDAS_AES", "", "x"])
  func unknown(qualifier: String) async throws {
    let fixture = SigningFixture()
    await #expect(throws: InternalFault.self) { try await make(qualifier, Self.person, fixture) }
  }

  @Test("a job that was finished before its credential claimed more has its result; one that waits is not signed")
  func finishedJob() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let (credential, sad) = try await fixture.authorized(count: 2)
    let job = try await fixture.submit(credential, sad, [digest("a")])
    let signatures = try await fixture.signatures(of: job)
    let waiting = try await fixture.submit(credential, sad, [digest("b")])
    var upgraded = credential
    upgraded.qualifier = "eu_eidas_qes"
    let row = try await fixture.signing.service.context.protectedRow(upgraded)
    store.tamper(credential.id) { _ in row }
    // Also after a start.
    for each in [fixture, JobFixture(store)] {
      let result = try await each.poll(job)
      #expect(result.signatures == signatures)
    }
    let made = store.count(.signatureMade)
    let outcome = try? await fixture.running { try await fixture.ended(waiting) }
    #expect(outcome?.signatures == nil && store.count(.signatureMade) == made)
  }

  @Test(
    "a row with the device's own MAC that claims more is an integrity fault: found once, and nothing is signed",
    arguments: [("eu_eidas_qes", "QcCompliance, QcSSCD"), ("something_new", "held against")])
  func claimedInTheStore(claim: String, reason: String) async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await make("eu_eidas_aes", [.forSignatures], fixture)
    let other = try await make("eu_eidas_aes", [.forSignatures], fixture, name: "other")
    let sad = try await fixture.authorize(credential).sad
    var upgraded = credential
    upgraded.qualifier = claim
    let row = try await fixture.service.context.protectedRow(upgraded)
    store.tamper(credential.id) { _ in row }
    // Behind the back of a service that had verified the row, and for one that is new.
    for service in [fixture, SigningFixture(store: store)] {
      let error = await #expect(throws: InternalFault.self) { try await service.sign(credential, sad, [digest("a")]) }
      guard case .unfoundedQualifier(credential.id, let text) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(text.contains(claim) || claim == "something_new")
      #expect(text.contains(reason) && text.contains("can delete it"), "\(text)")
      await #expect(throws: InternalFault.self) { try await service.authorize(credential) }
    }
    #expect(store.count(.integrityViolated) == 2)
    let listed = try await fixture.service.credentials.list(
      of: SignerID("alice"), after: nil, limit: 10, as: fixture.principal())
    #expect(listed.map(\.id) == [other.id])
    // As it was: the SAD was not spent.
    let before = try await fixture.service.context.protectedRow(credential)
    store.tamper(credential.id) { _ in before }
    #expect(try await fixture.sign(credential, sad, [digest("a")]).count == 1)
  }
}
