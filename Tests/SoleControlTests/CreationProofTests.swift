import AuditLog
import Foundation
import TestSupport
import Testing

@testable import SoleControl

/// A new way to sign takes at least what signing takes.
@Suite("Proof of who orders a credential", .timeLimit(.minutes(2)))
struct CreationProofTests {
  private static let askable: Set<FactorID> = [.pin, .otp, .sms, .eid]
  private static let policies = TestIssuance.policies
  private static let pin = "271828"

  private struct Setting {
    let store = MemoryStore()
    let bench: SigningBench

    init(proof: String? = nil) async throws {
      var profiles = TestIssuance.profiles
      for index in profiles.indices { profiles[index].proof = proof.flatMap(FactorExpression.init(text:)) }
      let list = try temporaryFolder().appendingPathComponent("issuing.crl")
      bench = SigningBench(
        store: store,
        issuance: Issuance(
          issuer: try TestIssuance.issuer(list: list), keys: TestDevice.shared.device, profiles: profiles))
      try await bench.enrolIdentity()
    }

    var principal: Principal {
      Principal(partner: SigningBench.partner, signer: SignerID("alice"), client: ClientID("app"))
    }

    func offer(_ policy: String) async throws -> OfferedCreation {
      try await bench.service.offerCreation(
        policy: policy, claim: SubjectClaim(), askable: CreationProofTests.askable, as: principal)
    }

    func order(_ policy: String, _ presented: [FactorID: String]) async throws -> GrantedOrder {
      try await bench.service.orderCreation(
        try await offer(policy), pin: CreationProofTests.pin, presented: presented, client: ClientID("app"),
        as: principal)
    }
  }

  @Test("a person without a credential, or without one whose factors the page can ask for, can order none")
  func none() async throws {
    let setting = try await Setting()
    let bench = setting.bench
    await #expect(throws: Refusal.notProven) { try await setting.offer(Self.policies.explicit) }
    _ = try await bench.enrol("page", expression: "PAGE")
    _ = try await bench.enrol("app", expression: "EIDAPP")
    _ = try await bench.enrol("partner", expression: "PARTNER")
    _ = try await bench.enrol("mixed", expression: "PIN AND PAGE")
    _ = try await bench.enrol("implicit", expression: nil)
    _ = try await bench.enrol("bobs", signer: "bob")
    _ = try await bench.enrol("elsewhere", partner: PartnerID("other"))
    var disabled = try await bench.enrol("disabled")
    disabled.isEnabled = false
    try await bench.service.put(disabled, events: [])
    _ = try await bench.enrol("short", days: 1)
    bench.clock.advance(2 * 86400)
    await #expect(throws: Refusal.notProven) { try await setting.offer(Self.policies.explicit) }
    _ = try await bench.enrol("good")
    #expect(try await setting.offer(Self.policies.explicit).proof.id == CredentialID("good"))
    #expect(setting.store.count(.orderGranted) == 0)
  }

  @Test("what only our page may ask for, and what is bound to digests, is not had with the factors of less")
  func asClosely() async throws {
    let setting = try await Setting()
    let bench = setting.bench
    _ = try await bench.enrol("a-explicit", scal: .two)
    await #expect(throws: Refusal.notProven) { try await setting.offer(Self.policies.oauth2code) }
    _ = try await bench.enrol("b-scal1", mode: .oauth2code)
    await #expect(throws: Refusal.notProven) { try await setting.offer(Self.policies.oauth2code) }
    _ = try await bench.enrol("c-fits", scal: .two, mode: .oauth2code)
    #expect(try await setting.offer(Self.policies.oauth2code).proof.id == CredentialID("c-fits"))
  }

  @Test("of several, the one with the fewest factors, and then the oldest")
  func choice() async throws {
    let setting = try await Setting()
    let bench = setting.bench
    _ = try await bench.enrol("a", expression: "PIN AND OTP")
    _ = try await bench.enrol("b", expression: "EID")
    bench.clock.advance(1)
    _ = try await bench.enrol("z")
    bench.clock.advance(1)
    _ = try await bench.enrol("c")
    #expect(try await setting.offer(Self.policies.explicit).proof.id == CredentialID("z"))
  }

  @Test("its factors are demanded, checked and counted as for a signature")
  func factors() async throws {
    let setting = try await Setting()
    let credential = try await setting.bench.enrol(expression: "PIN AND OTP")
    let otp = TOTP.code(SigningBench.otpSecret, at: setting.bench.clock.now)
    await #expect(throws: Refusal.factorsMissing([[.pin, .otp]])) {
      try await setting.order(Self.policies.explicit, [:])
    }
    await #expect(throws: Refusal.factorMissing(.otp)) {
      try await setting.order(Self.policies.explicit, [.pin: SigningBench.pin])
    }
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      try await setting.order(Self.policies.explicit, [.pin: "0", .otp: otp])
    }
    let id = credential.id
    #expect(try await setting.store.read { try $0.factorState(.pin, of: id).failures } == 1)
    let granted = try await setting.order(Self.policies.explicit, [.pin: SigningBench.pin, .otp: otp])
    // Used up here and everywhere.
    await #expect(throws: Refusal.wrongFactor(.otp)) {
      try await setting.order(Self.policies.explicit, [.pin: SigningBench.pin, .otp: otp])
    }
    let log = setting.store.audit.entries.map { String(decoding: $0.body, as: UTF8.self) }
    let entry = try #require(log.first { $0.contains("order.granted") })
    #expect(entry.contains("\"proof\":\"cred-1\"") && entry.contains("\"PIN\"") && entry.contains("\"OTP\""))
    #expect(setting.store.count(.orderGranted) == 1)
    let bearer = try #require(try await setting.bench.service.order(of: granted.token))
    _ = try await setting.bench.service.create(policy: Self.policies.explicit, claim: SubjectClaim(), by: bearer)

    // Locked for signing is locked for this.
    let locking = try await Setting()
    _ = try await locking.bench.enrol()
    for _ in 0..<5 { _ = try? await locking.order(Self.policies.explicit, [.pin: "0"]) }
    await #expect(throws: Refusal.lockedFactor(.pin)) {
      try await locking.order(Self.policies.explicit, [.pin: SigningBench.pin])
    }
  }

  @Test("a policy can name further factors")
  func policy() async throws {
    let setting = try await Setting(proof: "OTP")
    _ = try await setting.bench.enrol("pin-only")
    await #expect(throws: Refusal.notProven) { try await setting.offer(Self.policies.explicit) }
    _ = try await setting.bench.enrol("either", expression: "PIN OR OTP")
    await #expect(throws: Refusal.factorMissing(.otp)) {
      try await setting.order(Self.policies.explicit, [.pin: SigningBench.pin])
    }
    let otp = TOTP.code(SigningBench.otpSecret, at: setting.bench.clock.now)
    _ = try await setting.order(Self.policies.explicit, [.otp: otp])
  }

  @Test("a credential that was exchanged or disabled since the page was shown proves nothing")
  func changed() async throws {
    let setting = try await Setting()
    var credential = try await setting.bench.enrol()
    let offered = try await setting.offer(Self.policies.explicit)
    credential.description = "another one"
    try await setting.bench.service.put(credential, events: [])
    await #expect(throws: Refusal.unavailable) {
      try await setting.bench.service.orderCreation(
        offered, pin: Self.pin, presented: [.pin: SigningBench.pin], client: ClientID("app"), as: setting.principal)
    }
    #expect(setting.store.count(.orderGranted) == 0)
  }

  @Test("the person is told over the channel that enrolment knows; a messenger that fails ends nothing")
  func told() async throws {
    let setting = try await Setting()
    let bench = setting.bench
    func create() async throws -> Credential {
      let granted = try await setting.order(Self.policies.explicit, [.pin: SigningBench.pin])
      let bearer = try #require(try await bench.service.order(of: granted.token))
      return try await bench.service.create(policy: Self.policies.explicit, claim: SubjectClaim(), by: bearer)
    }
    _ = try await bench.enrol("a")
    _ = try await create()
    #expect(bench.messenger.delivered.isEmpty)
    _ = try await bench.enrol("b", expression: "PIN AND SMS")
    let made = try await create()
    let message = try #require(bench.messenger.delivered.last)
    #expect(message.content == .credentialMade && message.recipient == "alice" && message.credential == made.id)
    #expect(message.text.contains(made.certificate.serialNumber))
    bench.messenger.fail(.unavailable)
    _ = try await create()
    #expect(setting.store.count(.certificateIssued) == 5)
  }
}
