import AuditLog
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// A clock that was ahead and was put right, and one that was set back.
@Suite("Clocks that were wrong", .timeLimit(.minutes(2)))
struct FutureTests {
  private static let ahead: UnixTime = 5 * 86400

  private func fixture(_ expression: String) async throws -> (fixture: SigningFixture, credential: Credential) {
    let fixture = SigningFixture(store: MemoryStore())
    return (fixture, try await fixture.createCredential(expression: expression, days: 30))
  }

  @Test("a SAD that was given in the future signs nothing and cannot be extended; one of now does")
  func activation() async throws {
    let (fixture, credential) = try await fixture("PIN")
    fixture.clock.advance(Self.ahead)
    let early = try await fixture.authorize(credential, count: 2)
    fixture.clock.advance(-Self.ahead)
    await #expect(throws: Refusal.sadExpired) { try await fixture.sign(credential, early.sad, [digest("a")]) }
    await #expect(throws: Refusal.sadExpired) {
      try await fixture.service.authorizations.extend(
        ExtensionRequest(credential: credential.id, sad: early.sad, hashAlgorithm: nil, digests: []),
        as: fixture.principal())
    }
    let sad = try await fixture.authorize(credential).sad
    #expect(try await fixture.sign(credential, sad, [digest("a")]).count == 1)
  }

  @Test("codes of the authenticator that a clock used up which was ahead are good, each once")
  func authenticator() async throws {
    let (fixture, credential) = try await fixture("OTP")
    func authorize() async throws {
      let code = TOTP.code(SigningFixture.otpSecret, at: fixture.clock.now)
      _ = try await fixture.authorize(credential, presented: [.otp: code])
    }
    fixture.clock.advance(Self.ahead)
    try await authorize()
    fixture.clock.advance(-Self.ahead)
    try await authorize()
    await #expect(throws: Refusal.wrongFactor(.otp)) { try await authorize() }
    fixture.clock.advance(60)
    try await authorize()
  }

  @Test("unlocking forgets the step of a clock that was ahead, and only that")
  func unlock() async throws {
    let (fixture, credential) = try await fixture("OTP")
    let code = TOTP.code(SigningFixture.otpSecret, at: fixture.clock.now)
    _ = try await fixture.authorize(credential, presented: [.otp: code])
    #expect(try await !fixture.service.credentials.unlock(.otp, of: credential.id, as: fixture.principal()))
    try await fixture.store.write {
      try $0.put(FactorState(failures: 0, lastStep: 1 << 40), .otp, of: credential.id)
    }
    #expect(try await fixture.service.credentials.unlock(.otp, of: credential.id, as: fixture.principal()))
    #expect(try await fixture.store.read { try $0.factorState(.otp, of: credential.id) }.lastStep == 0)
  }

  @Test("a one-time code, a link, a handle and a challenge of the future are refused")
  func others() async throws {
    let (fixture, credential) = try await fixture("PIN AND SMS")
    fixture.clock.advance(Self.ahead)
    try await fixture.service.factors.sendCode(for: credential.id, description: nil, as: fixture.principal())
    let code = try #require(fixture.messenger.code)
    fixture.clock.advance(-Self.ahead)
    await #expect(throws: Refusal.wrongFactor(.sms)) {
      try await fixture.authorize(credential, presented: [.pin: SigningFixture.pin, .sms: code])
    }
    // Messages sent then hold up nothing now.
    try await fixture.service.factors.sendCode(for: credential.id, description: nil, as: fixture.principal())

    let paged = try await fixture.createCredential("paged", expression: "PAGE")
    fixture.clock.advance(Self.ahead)
    var request = AuthorizationRequest(
      credential: paged.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [.page]
    guard case .pending(let handle) = try await fixture.service.authorizations.begin(request, as: fixture.principal())
    else {
      throw Refusal.policyNotSatisfied
    }
    let link = try #require(fixture.messenger.link)
    fixture.clock.advance(-Self.ahead)
    await #expect(throws: Refusal.invalidHandle) {
      try await fixture.service.authorizations.answer(.approve(pin: SigningFixture.pin), link: link)
    }
    await #expect(throws: Refusal.invalidHandle) {
      try await fixture.service.authorizations.check(handle: handle, as: fixture.principal())
    }
  }

  @Test("while the clock cannot be trusted nothing is authorized, signed, sent or extended, and nothing is spent")
  func behind() async throws {
    let (fixture, credential) = try await fixture("PIN OR SMS")
    let sad = try await fixture.authorize(credential).sad
    var clock = fixture.clock.port
    clock.isRight = { false }
    let service = SoleControlServices(
      ServiceContext(
        store: fixture.store, device: TestDevice.shared.device, rules: fixture.service.context.rules, clock: clock,
        partners: fixture.partners),
      outside: SigningFixture.outside(fixture.eid, fixture.messenger, fixture.statements, fixture.app),
      verifier: OnlyTrue())
    let request = AuthorizationRequest(
      credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [],
      presented: [.pin: SigningFixture.pin])
    await #expect(throws: Refusal.unavailable) {
      try await service.authorizations.authorize(request, as: fixture.principal())
    }
    await #expect(throws: Refusal.unavailable) {
      try await service.authorizations.begin(request, as: fixture.principal())
    }
    await #expect(throws: Refusal.unavailable) {
      try await service.factors.sendCode(for: credential.id, description: nil, as: fixture.principal())
    }
    await #expect(throws: Refusal.unavailable) {
      try await service.signing.signHash(
        SigningRequest(credential: credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")]),
        as: fixture.principal())
    }
    await #expect(throws: Refusal.unavailable) {
      try await service.authorizations.extend(
        ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: []), as: fixture.principal())
    }
    #expect(try await fixture.sign(credential, sad, [digest("a")]).count == 1)
  }
}
