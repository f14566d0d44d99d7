import Attempts
import AuditLog
import TestSupport
import Testing

@testable import SoleControl

/// Guessing PINs and codes of several credentials: by signer, by client and by address.
@Suite("Brute force at the factors", .timeLimit(.minutes(2)))
struct FactorAttemptTests {
  private static let person = Origin(address: "192.0.2.1", isPerson: true)

  private func authorize(
    _ bench: SigningBench, _ credential: Credential, _ presented: [FactorID: String] = [.pin: "0"],
    from origin: Origin? = person, as principal: Principal? = nil
  ) async throws -> Authorization {
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: presented)
    request.origin = origin
    return try await bench.service.authorize(request, as: principal ?? bench.principal(credential.signer.text))
  }

  @Test("a signer's wrong factors are counted over all credentials; the wait ends, and the operator can end it")
  func signer() async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store)
    var credentials: [Credential] = []
    for number in 0..<9 { credentials.append(try await bench.enrol("c\(number)")) }
    // 31 wrong PINs, no credential but six locked.
    for number in 0..<31 {
      await #expect(throws: Refusal.wrongFactor(.pin)) { try await authorize(bench, credentials[number / 5]) }
    }
    #expect(store.count(.attemptsHeld) == 1)
    let right = [FactorID.pin: SigningBench.pin]
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) { try await authorize(bench, credentials[8], right) }
    // Nothing is counted meanwhile, neither here nor at the factor.
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) { try await authorize(bench, credentials[8]) }
    #expect(try await store.read { try $0.factorState(.pin, of: CredentialID("c8")) } == .fresh)
    bench.clock.advance(30)
    _ = try await authorize(bench, credentials[8], right)
    await #expect(throws: Refusal.wrongFactor(.pin)) { try await authorize(bench, credentials[8]) }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 60)) { try await authorize(bench, credentials[8], right) }
    #expect(try await bench.service.unlock(SignerID("alice"), of: SigningBench.partner) == 1)
    _ = try await authorize(bench, credentials[8], right)
    #expect(store.count(.attemptsForgotten) == 1)
    // Another signer never waited.
    let bobs = try await bench.enrol("bobs", signer: "bob")
    _ = try await authorize(bench, bobs, right)
    // A locked factor stays locked.
    await #expect(throws: Refusal.lockedFactor(.pin)) { try await authorize(bench, credentials[0], right) }
  }

  @Test(
    "one PIN on many people's credentials waits by address, for pages; a server's address has many people behind it")
  func spraying() async throws {
    let bench = SigningBench()
    var credentials: [Credential] = []
    for number in 0..<62 { credentials.append(try await bench.enrol("c\(number)", signer: "s\(number)")) }
    let server = Origin(address: "192.0.2.1", isPerson: false)
    for credential in credentials[..<61] {
      await #expect(throws: Refusal.wrongFactor(.pin)) { try await authorize(bench, credential) }
    }
    let right = [FactorID.pin: SigningBench.pin]
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) { try await authorize(bench, credentials[61], right) }
    _ = try await authorize(bench, credentials[61], right, from: Origin(address: "192.0.2.2", isPerson: true))
    _ = try await authorize(bench, credentials[61], right, from: server)
    _ = try await authorize(bench, credentials[61], right, from: nil)
  }

  @Test("tries at once are counted one after the other")
  func atOnce() async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store)
    var credentials: [Credential] = []
    for number in 0..<20 { credentials.append(try await bench.enrol("c\(number)")) }
    let wrong = await withTaskGroup(of: Bool.self) { group in
      for credential in credentials {
        for _ in 0..<4 {
          group.addTask {
            do {
              _ = try await authorize(bench, credential)
              return false
            } catch { return error as? Refusal == .wrongFactor(.pin) }
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(wrong == 31)
  }

  @Test("refused eID statements count, and lock no factor; a provider that is down counts for nobody")
  func statements() async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store)
    let credential = try await bench.enrol(expression: "EID")
    bench.eid.set(.failure(.providerUnavailable()))
    for _ in 0..<40 {
      await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) {
        try await authorize(bench, credential, [.eid: "x"], from: nil)
      }
    }
    bench.eid.set(.failure(.refused("signature")))
    for _ in 0..<301 {
      await #expect(throws: Refusal.wrongFactor(.eid)) {
        try await authorize(bench, credential, [.eid: "x"], from: nil)
      }
    }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
      try await authorize(bench, credential, [.eid: "x"], from: nil)
    }
    // PINs of the same signer are another matter.
    let other = try await bench.enrol("other")
    _ = try await authorize(bench, other, [.pin: SigningBench.pin], from: nil)
    #expect(try await store.read { try $0.factorState(.eid, of: credential.id) } == .fresh)
  }

  @Test(
    "one customer's failures hold up no other customer of the partner; those of a hundred do, until the operator ends it"
  )
  func shared() async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store)
    var credentials: [Credential] = []
    for number in 0..<102 {
      credentials.append(try await bench.enrol("c\(number)", expression: "EID", signer: "s\(number)"))
    }
    let server = Origin(address: "198.51.100.7", isPerson: false)
    func fail(_ credential: Credential, _ times: Int) async throws {
      for _ in 0..<times {
        await #expect(throws: Refusal.wrongFactor(.eid)) {
          try await authorize(bench, credential, [.eid: "x"], from: server)
        }
      }
    }
    bench.eid.set(.failure(.refused("signature")))
    try await fail(credentials[0], 300)
    for credential in credentials[1..<100] { try await fail(credential, 10) }
    // 1,000 in all: 10 of each count.
    let last = credentials[101]
    let right = [FactorID.pin: SigningBench.pin]
    let plain = try await bench.enrol("plain", signer: "honest")
    _ = try await authorize(bench, plain, right, from: server)
    try await fail(credentials[100], 1)
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
      try await authorize(bench, plain, right, from: server)
    }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
      try await authorize(bench, last, [.eid: "x"], from: server)
    }
    #expect(try await bench.service.forgetAttempts(ofAddress: server.address) == 1)
    #expect(try await bench.service.forgetAttempts(ofClient: ClientID(SigningBench.partner.text)) == 1)
    _ = try await authorize(bench, plain, right, from: server)
    #expect(store.count(.attemptsForgotten) == 2)
  }

  @Test("encrypted tokens count as refused statements, so nobody fills the log with them")
  func encrypted() async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store)
    let credential = try await bench.enrol(expression: "EID")
    bench.eid.set(.failure(.encrypted))
    for _ in 0..<301 {
      await #expect(throws: Refusal.encryptedToken) { try await authorize(bench, credential, [.eid: "x"], from: nil) }
    }
    for _ in 0..<20 {
      await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
        try await authorize(bench, credential, [.eid: "x"], from: nil)
      }
    }
    #expect(store.count(.authorizationRefused) == 301)
  }

  @Test("who has to wait makes nobody call the provider or the partner", arguments: [false, true])
  func waitingCallsNobody(isPending: Bool) async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store)
    let expression = isPending ? "PIN AND EID AND PARTNER AND PAGE" : "EID OR PARTNER"
    let credential = try await bench.enrol(expression: expression)
    let key = AttemptKey(.statementSigner, "alice", owner: AttemptKey.owner(ofSigner: "alice"))
    for _ in 0..<301 { try await store.write { _ = try $0.count([key], now: bench.clock.now) } }
    func call(_ presented: [FactorID: String]) async throws {
      var request = AuthorizationRequest(
        credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: presented)
      if isPending { request.outOfBand = [.page] }
      _ = try await bench.service.begin(request, as: bench.principal())
    }
    let presented: [FactorID: String] =
      isPending ? [.pin: SigningBench.pin, .eid: "x", .partner: "y"] : [.eid: "x", .partner: "y"]
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) { try await call(presented) }
    #expect(bench.eid.calls == 0 && bench.statements.calls == 0)
    bench.clock.advance(5)
    await #expect(throws: Refusal.wrongFactor(.eid)) { try await call(presented) }
    #expect(bench.eid.calls == 1 && bench.statements.calls == 1)
  }

  @Test("messages with codes are counted over all credentials of a signer")
  func codes() async throws {
    let bench = SigningBench()
    var credentials: [Credential] = []
    for number in 0..<22 { credentials.append(try await bench.enrol("c\(number)", expression: "SMS")) }
    for credential in credentials[..<21] {
      try await bench.service.sendCode(for: credential.id, description: nil, as: bench.principal(), from: Self.person)
    }
    await #expect(throws: Refusal.tooManyMessages(retryAfter: 60)) {
      try await bench.service.sendCode(for: credentials[21].id, description: nil, as: bench.principal())
    }
    #expect(bench.messenger.delivered.count == 21)
    bench.clock.advance(60)
    try await bench.service.sendCode(for: credentials[21].id, description: nil, as: bench.principal())
  }

  @Test("the confirmation page and the order to delete count as the rest")
  func elsewhere() async throws {
    let store = MemoryStore()
    let bench = SigningBench(store: store)
    let page = try await bench.enrol("page", expression: "PAGE")
    let plain = try await bench.enrol("plain")
    let key = AttemptKey(.factorSigner, "alice", owner: AttemptKey.owner(ofSigner: "alice"))
    let address = AttemptKey(
      .factorPerson, Self.person.address, owner: AttemptKey.owner(ofAddress: Self.person.address))
    func counts() async throws -> [Int] {
      try await store.read { [try $0.attempts(key).failures, try $0.attempts(address).failures] }
    }
    var request = AuthorizationRequest(
      credential: page.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [.page]
    _ = try await bench.service.begin(request, as: bench.principal())
    let link = try #require(bench.messenger.link)
    await #expect(throws: Refusal.wrongFactor(.page)) {
      try await bench.service.answer(.approve(pin: "0"), link: link, from: Self.person)
    }
    #expect(try await counts() == [1, 1])
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      try await bench.service.orderDeletion(
        of: plain.id, presented: [.pin: "0"], client: ClientID("app"), as: bench.principal(), from: Self.person)
    }
    #expect(try await counts() == [2, 2])
    for _ in 0..<29 { try await store.write { _ = try $0.count([key], now: bench.clock.now) } }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) {
      try await bench.service.answer(.approve(pin: SigningBench.pin), link: link, from: Self.person)
    }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) {
      try await bench.service.orderDeletion(
        of: plain.id, presented: [.pin: SigningBench.pin], client: ClientID("app"), as: bench.principal())
    }
    bench.clock.advance(30)
    #expect(try await bench.service.answer(.approve(pin: SigningBench.pin), link: link) == .approved)
  }
}
