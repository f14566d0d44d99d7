import AuditLog
import Registry
import SoleControl
import Vocabulary
import TestSupport
import Testing

@Suite("Step-up", .timeLimit(.minutes(2)))
struct StepUpTests {
  private func missing(_ fixture: SigningFixture, _ credential: Credential, _ presented: [FactorID]) async -> Refusal? {
    do {
      _ = try await fixture.authorize(
        credential, digests: [digest("a")], presented: Dictionary(uniqueKeysWithValues: presented.map { ($0, "x") }))
      return nil
    } catch { return error as? Refusal }
  }

  @Test("a policy that is not satisfied names what would do, before anything is checked or counted")
  func names() async throws {
    for (expression, presented, always, text) in [
      ("PARTNER AND (EID OR OTP)", [], [.partner], "(OTP AND PARTNER) OR (EID AND PARTNER)"),
      ("PARTNER AND (EID OR OTP)", [.partner], [], "OTP OR EID"),
      ("PARTNER AND (EID OR OTP)", [.otp], [.partner], "PARTNER"),
      ("PIN AND OTP", [], [.pin, .otp], "PIN AND OTP"),
      ("PIN OR (OTP AND SMS)", [], [], "PIN OR (OTP AND SMS)"),
      ("PIN OR (OTP AND SMS)", [.otp], [], "PIN OR SMS"),
    ] as [(String, [FactorID], [FactorID], String)] {
      let store = MemoryStore()
      let fixture = SigningFixture(store: store)
      let credential = try await fixture.createCredential(expression: expression)
      let needed = await missing(fixture, credential, presented)?.stillNeeded
      #expect(needed?.text == text && needed?.always == always, "\(expression), \(presented)")
      #expect(store.count(.authorizationRefused) == 0)
    }
  }

  @Test("where too much was presented, nothing that is added helps")
  func tooMuch() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "PIN XOR OTP")
    #expect(await missing(fixture, credential, [.pin, .otp]) == .policyNotSatisfied)
  }

  @Test("a statement that may not stand alone asks for a companion, also where the policy would not")
  func company() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store, policy: StatementPolicy())
    let either = try await fixture.createCredential(expression: "PARTNER OR PIN")
    #expect(await missing(fixture, either, [.partner]) == .factorMissing(.pin))
    let only = try await fixture.createCredential("cred-2", expression: "PARTNER")
    #expect(await missing(fixture, only, [.partner]) == .policyNotSatisfied)
    #expect(store.count(.authorizationRefused) == 0)
    fixture.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: "1", issued: fixture.clock.now,
          expires: fixture.clock.now + 60, authenticationTime: fixture.clock.now, acr: "two", level: .high,
          methods: ["pwd"],
          digest: [1])))
    _ = try await fixture.authorize(either, presented: [.partner: "jws", .pin: SigningFixture.pin])
    // A factor that the credential does not have is no company.
    #expect(await missing(fixture, either, [.partner, .otp]) == .factorMissing(.pin))
  }
}
