import AuditLog
import Foundation
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("Factors", .timeLimit(.minutes(2)))
struct FactorTests {
  // MARK: PIN

  @Test("five wrong PINs lock, the right one does not open, and the partner unlocks")
  func lock() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    for _ in 0..<5 {
      await #expect(throws: Refusal.wrongFactor(.pin)) {
        try await fixture.authorize(credential, presented: [.pin: "0"])
      }
    }
    await #expect(throws: Refusal.lockedFactor(.pin)) { try await fixture.authorize(credential) }
    await #expect(throws: Refusal.unknownCredential) {
      try await fixture.service.credentials.unlock(
        .pin, of: credential.id, as: Principal(partner: PartnerID("other"), signer: nil))
    }
    await #expect(throws: Refusal.unknownFactor) {
      try await fixture.service.credentials.unlock(.otp, of: credential.id, as: fixture.principal(nil))
    }
    #expect(try await fixture.service.credentials.unlock(.pin, of: credential.id, as: fixture.principal(nil)))
    // Nothing is written that did not happen.
    #expect(try await !fixture.service.credentials.unlock(.pin, of: credential.id, as: fixture.principal(nil)))
    _ = try await fixture.authorize(credential)
    #expect(store.count(.credentialUnlocked) == 1)
    #expect(store.count(.authorizationRefused) == 5)
  }

  @Test("the right PIN resets the count")
  func reset() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    for _ in 0..<3 {
      for _ in 0..<4 { _ = try? await fixture.authorize(credential, presented: [.pin: "0"]) }
      _ = try await fixture.authorize(credential)
    }
  }

  @Test("100 guesses at once are not checked more than five times")
  func parallelGuesses() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let refusals = await withTaskGroup(of: Refusal?.self) { group in
      for guess in 0..<100 {
        group.addTask {
          do { _ = try await fixture.authorize(credential, presented: [.pin: "guess \(guess)"]) } catch {
            return error as? Refusal
          }
          return nil
        }
      }
      return await group.reduce(into: [Refusal?]()) { $0.append($1) }
    }
    #expect(refusals.filter { $0 == .wrongFactor(.pin) }.count == 5)
    #expect(refusals.filter { $0 == .lockedFactor(.pin) }.count == 95)
  }

  @Test("the PIN of a credential is not the verifier of another, even with the same PIN")
  func verifiersDiffer() async throws {
    let fixture = SigningFixture()
    let (one, two) = (try await fixture.createCredential("c1"), try await fixture.createCredential("c2"))
    #expect(one.authenticators != two.authenticators)
  }

  // MARK: TOTP

  private func code(at time: UnixTime, secret: [UInt8] = SigningFixture.otpSecret) -> String {
    TOTP.code(secret, at: time)
  }

  @Test("RFC 6238 appendix B: the test's own implementation gives the published values")
  func publishedValues() {
    #expect(code(at: 59) == "287082")
    #expect(code(at: 1_111_111_109) == "081804")
    #expect(code(at: 20_000_000_000) == "353130")
  }

  @Test("a code works once, and neither does an older one work after it")
  func onceOnly() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "OTP")
    let now = fixture.clock.now
    _ = try await fixture.authorize(credential, presented: [.otp: code(at: now)])
    await #expect(throws: Refusal.wrongFactor(.otp)) {
      try await fixture.authorize(credential, presented: [.otp: code(at: now)])
    }
    await #expect(throws: Refusal.wrongFactor(.otp)) {
      try await fixture.authorize(credential, presented: [.otp: code(at: now - 30)])
    }
    _ = try await fixture.authorize(credential, presented: [.otp: code(at: now + 30)])
  }

  @Test("one authenticator serves several credentials: a code works for one of them")
  func onceForAll() async throws {
    let fixture = SigningFixture()
    let (one, two) = (
      try await fixture.createCredential("c1", expression: "OTP"),
      try await fixture.createCredential("c2", expression: "OTP")
    )
    let now = fixture.clock.now
    _ = try await fixture.authorize(one, presented: [.otp: code(at: now)])
    await #expect(throws: Refusal.wrongFactor(.otp)) {
      try await fixture.authorize(two, presented: [.otp: code(at: now)])
    }
    _ = try await fixture.authorize(two, presented: [.otp: code(at: now + 30)])
    // Another person's authenticator may show the same digits.
    let other = try await fixture.createCredential("c3", expression: "OTP", signer: "bob")
    _ = try await fixture.authorize(other, presented: [.otp: code(at: now)], as: fixture.principal("bob"))
  }

  @Test(
    "one step before and after is accepted, two are not",
    arguments: [(-30, true), (30, true), (-60, false), (60, false)])
  func window(offset: Int, isAccepted: Bool) async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "OTP")
    let result = try? await fixture.authorize(
      credential, presented: [.otp: code(at: fixture.clock.now + UnixTime(offset))])
    #expect((result != nil) == isAccepted)
  }

  @Test("the same code from 20 connections at once opens one authorization")
  func race() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "OTP")
    let code = code(at: fixture.clock.now)
    let opened = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 {
        group.addTask { (try? await fixture.authorize(credential, presented: [.otp: code])) != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(opened == 1)
  }

  @Test("PIN AND OTP needs both, and a wrong PIN does not use up the code")
  func both() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "PIN AND OTP")
    let code = code(at: fixture.clock.now)
    await #expect(throws: Refusal.factorMissing(.otp)) { try await fixture.authorize(credential) }
    await #expect(throws: Refusal.factorMissing(.pin)) {
      try await fixture.authorize(credential, presented: [.otp: code])
    }
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      try await fixture.authorize(credential, presented: [.pin: "0", .otp: code])
    }
    _ = try await fixture.authorize(credential, presented: [.pin: SigningFixture.pin, .otp: code])
  }

  // MARK: eID

  private func statement(_ fixture: SigningFixture, nonce: String) -> EIDStatement {
    EIDStatement(
      issuer: "https://eid.example", subject: "subject-1", nonce: nonce, level: .high,
      authenticationTime: fixture.clock.now - 5, tokenDigest: [1])
  }

  @Test("a token for the challenge authorizes once")
  func eid() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "EID")
    let nonce = try await fixture.service.factors.nonce(for: credential.id, factor: .eid, as: fixture.principal())
    fixture.eid.set(.success(statement(fixture, nonce: nonce)))
    _ = try await fixture.authorize(credential, presented: [.eid: "token"])
    await #expect(throws: Refusal.wrongFactor(.eid)) {
      try await fixture.authorize(credential, presented: [.eid: "token"])
    }
    let log = store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
    #expect(log.contains("https://eid.example") && !log.contains("subject-1"))
  }

  @Test(
    "another person, another issuer, too low a level, too old, a foreign or made-up nonce: each is refused, and the challenge stays good",
    arguments: [
      { $0.subject = "subject-2" }, { $0.issuer = "https://other.example" }, { $0.level = .low },
      { $0.authenticationTime -= 601 }, { $0.authenticationTime = 0 }, { $0.nonce = "made up" },
    ] as [@Sendable (inout EIDStatement) -> Void])
  func wrongEID(change: @Sendable (inout EIDStatement) -> Void) async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "EID")
    let nonce = try await fixture.service.factors.nonce(for: credential.id, factor: .eid, as: fixture.principal())
    let right = statement(fixture, nonce: nonce)
    var wrong = right
    change(&wrong)
    fixture.eid.set(.success(wrong))
    await #expect(throws: Refusal.wrongFactor(.eid)) {
      try await fixture.authorize(credential, presented: [.eid: "token"])
    }
    fixture.eid.set(.success(right))
    _ = try await fixture.authorize(credential, presented: [.eid: "token"])
  }

  @Test("a challenge of another credential, and one that is too old, are refused")
  func challenges() async throws {
    let fixture = SigningFixture()
    let (one, two) = (
      try await fixture.createCredential("c1", expression: "EID"),
      try await fixture.createCredential("c2", expression: "EID")
    )
    let nonce = try await fixture.service.factors.nonce(for: one.id, factor: .eid, as: fixture.principal())
    fixture.eid.set(.success(statement(fixture, nonce: nonce)))
    await #expect(throws: Refusal.wrongFactor(.eid)) { try await fixture.authorize(two, presented: [.eid: "token"]) }
    fixture.clock.advance(601)
    fixture.eid.set(.success(statement(fixture, nonce: nonce)))
    await #expect(throws: Refusal.wrongFactor(.eid)) { try await fixture.authorize(one, presented: [.eid: "token"]) }
    await #expect(throws: Refusal.noChallenge) {
      try await fixture.service.factors.nonce(for: one.id, factor: .pin, as: fixture.principal())
    }
  }

  @Test("a provider that does not answer is not the customer's fault")
  func unavailable() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "EID")
    fixture.eid.set(.failure(.providerUnavailable()))
    await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) {
      try await fixture.authorize(credential, presented: [.eid: "token"])
    }
  }
}

@Suite("Policy expressions", .timeLimit(.minutes(2)))
struct FactorExpressionTests {
  @Test(
    "expressions are read, written and evaluated",
    arguments: [
      ("PIN", ["PIN"], true), ("PIN AND OTP", ["PIN"], false), ("PIN AND OTP", ["PIN", "OTP"], true),
      ("PIN OR EID", ["EID"], true), ("PIN XOR EID", ["PIN", "EID"], false), ("PIN XOR EID", ["EID"], true),
      ("PIN AND (OTP OR EID)", ["PIN", "EID"], true), ("PIN AND (OTP OR EID)", ["OTP", "EID"], false),
      ("PIN OR OTP AND EID", ["PIN"], false), ("((PIN))", ["PIN"], true),
    ])
  func evaluation(text: String, verified: [String], isSatisfied: Bool) throws {
    let expression = try #require(FactorExpression(parsing: text))
    #expect(expression.isSatisfied(by: Set(verified.compactMap(FactorID.init(rawValue:)))) == isSatisfied)
    #expect(FactorExpression(parsing: expression.rawValue) == expression)
  }

  @Test(
    "what is no expression is refused",
    arguments: ["", "AND", "PIN AND", "PIN OTP", "(PIN", "PIN)", "PIN NOT OTP", "pin", "PIN AND FACE", "()"])
  func refused(text: String) { #expect(FactorExpression(parsing: text) == nil) }

  @Test("what every way through needs is known")
  func demands() throws {
    let expression = try #require(FactorExpression(parsing: "PIN AND (OTP OR EID)"))
    #expect(expression.demands(.pin) && !expression.demands(.otp) && !expression.demands(.eid))
  }
}
