import AuditLog
import SoleControl
import TestSupport
import Testing

@Suite("Step-up", .timeLimit(.minutes(2)))
struct StepUpTests {
  private func missing(_ bench: SigningBench, _ credential: Credential, _ presented: [FactorID]) async -> Refusal? {
    do {
      _ = try await bench.authorize(
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
      let bench = SigningBench(store: store)
      let credential = try await bench.enrol(expression: expression)
      let needed = await missing(bench, credential, presented)?.stillNeeded
      #expect(needed?.text == text && needed?.always == always, "\(expression), \(presented)")
      #expect(store.count(.authorizationRefused) == 0)
    }
  }

  @Test("where too much was presented, nothing that is added helps")
  func tooMuch() async throws {
    let bench = SigningBench()
    let credential = try await bench.enrol(expression: "PIN XOR OTP")
    #expect(await missing(bench, credential, [.pin, .otp]) == .policyNotSatisfied)
  }

  @Test("a statement that may not stand alone asks for a companion, also where the policy would not")
  func company() async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store, policy: PartnerPolicy())
    let either = try await bench.enrol(expression: "PARTNER OR PIN")
    #expect(await missing(bench, either, [.partner]) == .factorMissing(.pin))
    let only = try await bench.enrol("cred-2", expression: "PARTNER")
    #expect(await missing(bench, only, [.partner]) == .policyNotSatisfied)
    #expect(store.count(.authorizationRefused) == 0)
    bench.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: "1", issued: bench.clock.now,
          expires: bench.clock.now + 60, authenticationTime: bench.clock.now, acr: "two", level: .high,
          methods: ["pwd"],
          digest: [1])))
    _ = try await bench.authorize(either, presented: [.partner: "jws", .pin: SigningBench.pin])
    // A factor that is not enrolled is no company.
    #expect(await missing(bench, either, [.partner, .otp]) == .factorMissing(.pin))
  }
}
