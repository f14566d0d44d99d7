import AuditLog
import Foundation
import SoleControl
import TestSupport
import Testing
import Vocabulary

@testable import Issuance

/// A new way to sign takes at least what signing takes.
@Suite("Proof of who orders a credential", .timeLimit(.minutes(2)))
struct CreationProofTests {
  private static let askable: Set<FactorID> = [.pin, .otp, .sms, .eid]
  private static let policies = TestIssuance.policies
  private static let pin = "271828"

  private struct Setting {
    let store = MemoryStore()
    let fixture: SigningFixture

    init(proof: String? = nil) async throws {
      var profiles = TestIssuance.profiles
      for index in profiles.indices { profiles[index].proof = proof.flatMap(FactorExpression.init(parsing:)) }
      let list = try temporaryFolder().appendingPathComponent("issuing.crl")
      fixture = SigningFixture(
        store: store,
        authority: IssuingAuthority(
          issuer: try TestIssuance.issuer(list: list), keys: TestDevice.shared.device, profiles: profiles))
      try await fixture.registerSubject()
    }

    var principal: Principal {
      Principal(partner: SigningFixture.partner, signer: SignerID("alice"), client: ClientID("app"))
    }

    func offer(_ policy: String) async throws -> CreationOffer {
      try await fixture.issuance.offerCreation(
        policy: policy, claim: SubjectClaim(), askable: CreationProofTests.askable, as: principal)
    }

    func order(_ policy: String, _ presented: [FactorID: String]) async throws -> IssuedLifecycleToken {
      try await fixture.issuance.grantCreation(
        try await offer(policy), pin: CreationProofTests.pin, presented: presented, client: ClientID("app"),
        as: principal)
    }
  }

  @Test("a person without a credential, or without one whose factors the page can ask for, can order none")
  func none() async throws {
    let setting = try await Setting()
    let fixture = setting.fixture
    await #expect(throws: IssuanceRefusal.notProven) { try await setting.offer(Self.policies.explicit) }
    _ = try await fixture.createCredential("page", expression: "PAGE")
    _ = try await fixture.createCredential("app", expression: "EIDAPP")
    _ = try await fixture.createCredential("partner", expression: "PARTNER")
    _ = try await fixture.createCredential("mixed", expression: "PIN AND PAGE")
    _ = try await fixture.createCredential("implicit", expression: nil)
    _ = try await fixture.createCredential("bobs", signer: "bob")
    _ = try await fixture.createCredential("elsewhere", partner: PartnerID("other"))
    var disabled = try await fixture.createCredential("disabled")
    disabled.isEnabled = false
    try await fixture.service.credentials.put(disabled, events: [])
    _ = try await fixture.createCredential("short", days: 1)
    fixture.clock.advance(2 * 86400)
    await #expect(throws: IssuanceRefusal.notProven) { try await setting.offer(Self.policies.explicit) }
    _ = try await fixture.createCredential("good")
    #expect(try await setting.offer(Self.policies.explicit).proof.id == CredentialID("good"))
    #expect(setting.store.count(.lifecycleGranted) == 0)
  }

  @Test("what only our page may ask for, and what is bound to digests, is not had with the factors of less")
  func asClosely() async throws {
    let setting = try await Setting()
    let fixture = setting.fixture
    _ = try await fixture.createCredential("a-explicit", scal: .two)
    await #expect(throws: IssuanceRefusal.notProven) { try await setting.offer(Self.policies.oauth2code) }
    _ = try await fixture.createCredential("b-scal1", mode: .oauth2code)
    await #expect(throws: IssuanceRefusal.notProven) { try await setting.offer(Self.policies.oauth2code) }
    _ = try await fixture.createCredential("c-fits", scal: .two, mode: .oauth2code)
    #expect(try await setting.offer(Self.policies.oauth2code).proof.id == CredentialID("c-fits"))
  }

  @Test("of several, the one with the fewest factors, and then the oldest")
  func choice() async throws {
    let setting = try await Setting()
    let fixture = setting.fixture
    _ = try await fixture.createCredential("a", expression: "PIN AND OTP")
    _ = try await fixture.createCredential("b", expression: "EID")
    fixture.clock.advance(1)
    _ = try await fixture.createCredential("z")
    fixture.clock.advance(1)
    _ = try await fixture.createCredential("c")
    #expect(try await setting.offer(Self.policies.explicit).proof.id == CredentialID("z"))
  }

  @Test("its factors are demanded, checked and counted as for a signature")
  func factors() async throws {
    let setting = try await Setting()
    let credential = try await setting.fixture.createCredential(expression: "PIN AND OTP")
    let otp = TOTP.code(SigningFixture.otpSecret, at: setting.fixture.clock.now)
    await #expect(throws: Refusal.factorsMissing([[.pin, .otp]])) {
      try await setting.order(Self.policies.explicit, [:])
    }
    await #expect(throws: Refusal.factorMissing(.otp)) {
      try await setting.order(Self.policies.explicit, [.pin: SigningFixture.pin])
    }
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      try await setting.order(Self.policies.explicit, [.pin: "0", .otp: otp])
    }
    let id = credential.id
    #expect(try await setting.store.read { try $0.factorState(.pin, of: id).failures } == 1)
    let granted = try await setting.order(Self.policies.explicit, [.pin: SigningFixture.pin, .otp: otp])
    // Used up here and everywhere.
    await #expect(throws: Refusal.wrongFactor(.otp)) {
      try await setting.order(Self.policies.explicit, [.pin: SigningFixture.pin, .otp: otp])
    }
    let log = setting.store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }
    let entry = try #require(log.first { $0.contains("lifecycle.granted") })
    #expect(entry.contains("\"proof\":\"cred-1\"") && entry.contains("\"PIN\"") && entry.contains("\"OTP\""))
    #expect(setting.store.count(.lifecycleGranted) == 1)
    let bearer = try #require(try await setting.fixture.issuance.grant(of: granted.token))
    _ = try await setting.fixture.issuance.create(policy: Self.policies.explicit, claim: SubjectClaim(), by: bearer)

    // Locked for signing is locked for this.
    let locking = try await Setting()
    _ = try await locking.fixture.createCredential()
    for _ in 0..<5 { _ = try? await locking.order(Self.policies.explicit, [.pin: "0"]) }
    await #expect(throws: Refusal.lockedFactor(.pin)) {
      try await locking.order(Self.policies.explicit, [.pin: SigningFixture.pin])
    }
  }

  @Test("a policy can name further factors")
  func policy() async throws {
    let setting = try await Setting(proof: "OTP")
    _ = try await setting.fixture.createCredential("pin-only")
    await #expect(throws: IssuanceRefusal.notProven) { try await setting.offer(Self.policies.explicit) }
    _ = try await setting.fixture.createCredential("either", expression: "PIN OR OTP")
    await #expect(throws: Refusal.factorMissing(.otp)) {
      try await setting.order(Self.policies.explicit, [.pin: SigningFixture.pin])
    }
    let otp = TOTP.code(SigningFixture.otpSecret, at: setting.fixture.clock.now)
    _ = try await setting.order(Self.policies.explicit, [.otp: otp])
  }

  @Test("a credential that was exchanged or disabled since the page was shown proves nothing")
  func changed() async throws {
    let setting = try await Setting()
    var credential = try await setting.fixture.createCredential()
    let offered = try await setting.offer(Self.policies.explicit)
    credential.description = "another one"
    try await setting.fixture.service.credentials.put(credential, events: [])
    await #expect(throws: Refusal.unavailable) {
      try await setting.fixture.issuance.grantCreation(
        offered, pin: Self.pin, presented: [.pin: SigningFixture.pin], client: ClientID("app"), as: setting.principal)
    }
    #expect(setting.store.count(.lifecycleGranted) == 0)
  }

  @Test("the person is told over the channel that registration knows; a messenger that fails ends nothing")
  func told() async throws {
    let setting = try await Setting()
    let fixture = setting.fixture
    func create() async throws -> Credential {
      let granted = try await setting.order(Self.policies.explicit, [.pin: SigningFixture.pin])
      let bearer = try #require(try await fixture.issuance.grant(of: granted.token))
      return try await fixture.issuance.create(policy: Self.policies.explicit, claim: SubjectClaim(), by: bearer)
    }
    _ = try await fixture.createCredential("a")
    _ = try await create()
    #expect(fixture.messenger.delivered.isEmpty)
    _ = try await fixture.createCredential("b", expression: "PIN AND SMS")
    let made = try await create()
    let message = try #require(fixture.messenger.delivered.last)
    #expect(message.content == .credentialMade && message.recipient == "alice" && message.credential == made.id)
    #expect(message.text.contains(made.certificate.serialNumber))
    fixture.messenger.fail(.unavailable)
    _ = try await create()
    #expect(setting.store.count(.certificateIssued) == 5)
  }
}
