import AuditLog
import TestSupport
import Testing

@testable import SoleControl

/// A clock that was ahead and was put right, and one that was set back.
@Suite("Clocks that were wrong", .timeLimit(.minutes(2)))
struct FutureTests {
  private static let ahead: UnixTime = 5 * 86400

  private func bench(_ expression: String) async throws -> (bench: SigningBench, credential: Credential) {
    let bench = SigningBench(store: MemoryStore())
    return (bench, try await bench.enrol(expression: expression, days: 30))
  }

  @Test("a SAD that was given in the future signs nothing and cannot be extended; one of now does")
  func activation() async throws {
    let (bench, credential) = try await bench("PIN")
    bench.clock.advance(Self.ahead)
    let early = try await bench.authorize(credential, count: 2)
    bench.clock.advance(-Self.ahead)
    await #expect(throws: Refusal.sadExpired) { try await bench.sign(credential, early.sad, [digest("a")]) }
    await #expect(throws: Refusal.sadExpired) {
      try await bench.service.extend(
        ExtensionRequest(credential: credential.id, sad: early.sad, hashAlgorithm: nil, digests: []),
        as: bench.principal())
    }
    let sad = try await bench.authorize(credential).sad
    #expect(try await bench.sign(credential, sad, [digest("a")]).count == 1)
  }

  @Test("codes of the authenticator that a clock used up which was ahead are good, each once")
  func authenticator() async throws {
    let (bench, credential) = try await bench("OTP")
    func authorize() async throws {
      let code = TOTP.code(SigningBench.otpSecret, at: bench.clock.now)
      _ = try await bench.authorize(credential, presented: [.otp: code])
    }
    bench.clock.advance(Self.ahead)
    try await authorize()
    bench.clock.advance(-Self.ahead)
    try await authorize()
    await #expect(throws: Refusal.wrongFactor(.otp)) { try await authorize() }
    bench.clock.advance(60)
    try await authorize()
  }

  @Test("unlocking forgets the step of a clock that was ahead, and only that")
  func unlock() async throws {
    let (bench, credential) = try await bench("OTP")
    let code = TOTP.code(SigningBench.otpSecret, at: bench.clock.now)
    _ = try await bench.authorize(credential, presented: [.otp: code])
    #expect(try await !bench.service.unlock(.otp, of: credential.id, as: bench.principal()))
    try await bench.store.write {
      try $0.put(FactorState(failures: 0, lastStep: 1 << 40), .otp, of: credential.id)
    }
    #expect(try await bench.service.unlock(.otp, of: credential.id, as: bench.principal()))
    #expect(try await bench.store.read { try $0.factorState(.otp, of: credential.id) }.lastStep == 0)
  }

  @Test("a one-time code, a link, a handle and a challenge of the future are refused")
  func others() async throws {
    let (bench, credential) = try await bench("PIN AND SMS")
    bench.clock.advance(Self.ahead)
    try await bench.service.sendCode(for: credential.id, description: nil, as: bench.principal())
    let code = try #require(bench.messenger.code)
    bench.clock.advance(-Self.ahead)
    await #expect(throws: Refusal.wrongFactor(.sms)) {
      try await bench.authorize(credential, presented: [.pin: SigningBench.pin, .sms: code])
    }
    // What was sent then holds up nothing now.
    try await bench.service.sendCode(for: credential.id, description: nil, as: bench.principal())

    let paged = try await bench.enrol("paged", expression: "PAGE")
    bench.clock.advance(Self.ahead)
    var request = AuthorizationRequest(
      credential: paged.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [.page]
    guard case .pending(let handle) = try await bench.service.begin(request, as: bench.principal()) else {
      throw Refusal.policyNotSatisfied
    }
    let link = try #require(bench.messenger.link)
    bench.clock.advance(-Self.ahead)
    await #expect(throws: Refusal.invalidHandle) {
      try await bench.service.answer(.approve(pin: SigningBench.pin), link: link)
    }
    await #expect(throws: Refusal.invalidHandle) {
      try await bench.service.check(handle: handle, as: bench.principal())
    }
  }

  @Test("while the clock cannot be trusted nothing is authorized, signed, sent or extended, and nothing is spent")
  func behind() async throws {
    let (bench, credential) = try await bench("PIN OR SMS")
    let sad = try await bench.authorize(credential).sad
    var stopped = bench.service
    stopped.clock.isRight = { false }
    let service = stopped
    let request = AuthorizationRequest(
      credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [],
      presented: [.pin: SigningBench.pin])
    await #expect(throws: Refusal.unavailable) { try await service.authorize(request, as: bench.principal()) }
    await #expect(throws: Refusal.unavailable) { try await service.begin(request, as: bench.principal()) }
    await #expect(throws: Refusal.unavailable) {
      try await service.sendCode(for: credential.id, description: nil, as: bench.principal())
    }
    await #expect(throws: Refusal.unavailable) {
      try await service.signHash(
        SigningRequest(credential: credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")]),
        as: bench.principal())
    }
    await #expect(throws: Refusal.unavailable) {
      try await service.extend(
        ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: []), as: bench.principal())
    }
    #expect(try await bench.sign(credential, sad, [digest("a")]).count == 1)
  }
}
