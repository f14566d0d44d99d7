import Issuance
import Throttling
import AuditLog
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// Guessing PINs and codes of several credentials: by signer, by client and by address.
@Suite("Brute force at the factors", .timeLimit(.minutes(2)))
struct FactorThrottleTests {
  private static let person = Origin(address: "192.0.2.1", kind: .endUser)

  private func authorize(
    _ fixture: SigningFixture, _ credential: Credential, _ presented: [FactorID: String] = [.pin: "0"],
    from origin: Origin? = person, as principal: Principal? = nil
  ) async throws -> Authorization {
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: presented)
    request.origin = origin
    return try await fixture.service.authorizations.authorize(
      request, as: principal ?? fixture.principal(credential.signer.rawValue))
  }

  @Test("a signer's wrong factors are counted over all credentials; the wait ends, and the operator can end it")
  func signer() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    var credentials: [Credential] = []
    for number in 0..<9 { credentials.append(try await fixture.createCredential("c\(number)")) }
    // 31 wrong PINs, no credential but six locked.
    for number in 0..<31 {
      await #expect(throws: Refusal.wrongFactor(.pin)) { try await authorize(fixture, credentials[number / 5]) }
    }
    #expect(store.count(.throttled) == 1)
    let right = [FactorID.pin: SigningFixture.pin]
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) { try await authorize(fixture, credentials[8], right) }
    // Nothing is counted meanwhile, neither here nor at the factor.
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) { try await authorize(fixture, credentials[8]) }
    #expect(try await store.read { try $0.factorState(.pin, of: CredentialID("c8")) } == .fresh)
    fixture.clock.advance(30)
    _ = try await authorize(fixture, credentials[8], right)
    await #expect(throws: Refusal.wrongFactor(.pin)) { try await authorize(fixture, credentials[8]) }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 60)) { try await authorize(fixture, credentials[8], right) }
    #expect(try await fixture.service.factors.unlock(SignerID("alice"), of: SigningFixture.partner) == 1)
    _ = try await authorize(fixture, credentials[8], right)
    #expect(store.count(.throttlingReset) == 1)
    // Another signer never waited.
    let bobs = try await fixture.createCredential("bobs", signer: "bob")
    _ = try await authorize(fixture, bobs, right)
    // A locked factor stays locked.
    await #expect(throws: Refusal.lockedFactor(.pin)) { try await authorize(fixture, credentials[0], right) }
  }

  @Test(
    "one PIN on many people's credentials waits by address, for pages; a server's address has many people behind it")
  func spraying() async throws {
    let fixture = SigningFixture()
    var credentials: [Credential] = []
    for number in 0..<62 { credentials.append(try await fixture.createCredential("c\(number)", signer: "s\(number)")) }
    let server = Origin(address: "192.0.2.1", kind: .server)
    for credential in credentials[..<61] {
      await #expect(throws: Refusal.wrongFactor(.pin)) { try await authorize(fixture, credential) }
    }
    let right = [FactorID.pin: SigningFixture.pin]
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) { try await authorize(fixture, credentials[61], right) }
    _ = try await authorize(fixture, credentials[61], right, from: Origin(address: "192.0.2.2", kind: .endUser))
    _ = try await authorize(fixture, credentials[61], right, from: server)
    _ = try await authorize(fixture, credentials[61], right, from: nil)
  }

  @Test("tries at once are counted one after the other")
  func atOnce() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    var credentials: [Credential] = []
    for number in 0..<20 { credentials.append(try await fixture.createCredential("c\(number)")) }
    let wrong = await withTaskGroup(of: Bool.self) { group in
      for credential in credentials {
        for _ in 0..<4 {
          group.addTask {
            do {
              _ = try await authorize(fixture, credential)
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
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "EID")
    fixture.eid.set(.failure(.providerUnavailable()))
    for _ in 0..<40 {
      await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) {
        try await authorize(fixture, credential, [.eid: "x"], from: nil)
      }
    }
    fixture.eid.set(.failure(.refused("signature")))
    for _ in 0..<301 {
      await #expect(throws: Refusal.wrongFactor(.eid)) {
        try await authorize(fixture, credential, [.eid: "x"], from: nil)
      }
    }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
      try await authorize(fixture, credential, [.eid: "x"], from: nil)
    }
    // PINs of the same signer are another matter.
    let other = try await fixture.createCredential("other")
    _ = try await authorize(fixture, other, [.pin: SigningFixture.pin], from: nil)
    #expect(try await store.read { try $0.factorState(.eid, of: credential.id) } == .fresh)
  }

  @Test(
    "one customer's failures hold up no other customer of the partner; those of a hundred do, until the operator ends it"
  )
  func shared() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    var credentials: [Credential] = []
    for number in 0..<102 {
      credentials.append(try await fixture.createCredential("c\(number)", expression: "EID", signer: "s\(number)"))
    }
    let server = Origin(address: "198.51.100.7", kind: .server)
    func fail(_ credential: Credential, _ times: Int) async throws {
      for _ in 0..<times {
        await #expect(throws: Refusal.wrongFactor(.eid)) {
          try await authorize(fixture, credential, [.eid: "x"], from: server)
        }
      }
    }
    fixture.eid.set(.failure(.refused("signature")))
    try await fail(credentials[0], 300)
    for credential in credentials[1..<100] { try await fail(credential, 10) }
    // 1,000 in all: 10 of each count.
    let last = credentials[101]
    let right = [FactorID.pin: SigningFixture.pin]
    let plain = try await fixture.createCredential("plain", signer: "honest")
    _ = try await authorize(fixture, plain, right, from: server)
    try await fail(credentials[100], 1)
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
      try await authorize(fixture, plain, right, from: server)
    }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
      try await authorize(fixture, last, [.eid: "x"], from: server)
    }
    #expect(try await fixture.service.factors.resetThrottling(ofAddress: server.address) == 1)
    #expect(try await fixture.service.factors.resetThrottling(ofClient: ClientID(SigningFixture.partner.rawValue)) == 1)
    _ = try await authorize(fixture, plain, right, from: server)
    #expect(store.count(.throttlingReset) == 2)
  }

  @Test("encrypted tokens count as refused statements, so nobody fills the log with them")
  func encrypted() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "EID")
    fixture.eid.set(.failure(.encrypted))
    for _ in 0..<301 {
      await #expect(throws: Refusal.encryptedToken) { try await authorize(fixture, credential, [.eid: "x"], from: nil) }
    }
    for _ in 0..<20 {
      await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) {
        try await authorize(fixture, credential, [.eid: "x"], from: nil)
      }
    }
    #expect(store.count(.authorizationRefused) == 301)
  }

  @Test("who has to wait makes nobody call the provider or the partner", arguments: [false, true])
  func waitingCallsNobody(isPending: Bool) async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let expression = isPending ? "PIN AND EID AND PARTNER AND PAGE" : "EID OR PARTNER"
    let credential = try await fixture.createCredential(expression: expression)
    let key = ThrottleKey(.statementSigner, "alice", owner: ThrottleKey.owner(ofSigner: "alice"))
    let now = fixture.clock.now
    for _ in 0..<301 { try await store.write { _ = try $0.count([key], now: now) } }
    func call(_ presented: [FactorID: String]) async throws {
      var request = AuthorizationRequest(
        credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: presented)
      if isPending { request.outOfBand = [.page] }
      _ = try await fixture.service.authorizations.begin(request, as: fixture.principal())
    }
    let presented: [FactorID: String] =
      isPending ? [.pin: SigningFixture.pin, .eid: "x", .partner: "y"] : [.eid: "x", .partner: "y"]
    await #expect(throws: Refusal.tooManyTries(retryAfter: 5)) { try await call(presented) }
    #expect(fixture.eid.calls == 0 && fixture.statements.calls == 0)
    fixture.clock.advance(5)
    await #expect(throws: Refusal.wrongFactor(.eid)) { try await call(presented) }
    #expect(fixture.eid.calls == 1 && fixture.statements.calls == 1)
  }

  @Test("messages with codes are counted over all credentials of a signer")
  func codes() async throws {
    let fixture = SigningFixture()
    var credentials: [Credential] = []
    for number in 0..<22 { credentials.append(try await fixture.createCredential("c\(number)", expression: "SMS")) }
    for credential in credentials[..<21] {
      try await fixture.service.factors.sendCode(
        for: credential.id, description: nil, as: fixture.principal(), from: Self.person)
    }
    await #expect(throws: Refusal.tooManyMessages(retryAfter: 60)) {
      try await fixture.service.factors.sendCode(for: credentials[21].id, description: nil, as: fixture.principal())
    }
    #expect(fixture.messenger.delivered.count == 21)
    fixture.clock.advance(60)
    try await fixture.service.factors.sendCode(for: credentials[21].id, description: nil, as: fixture.principal())
  }

  @Test("the confirmation page and the order to delete count as the rest")
  func elsewhere() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let page = try await fixture.createCredential("page", expression: "PAGE")
    let plain = try await fixture.createCredential("plain")
    let key = ThrottleKey(.factorSigner, "alice", owner: ThrottleKey.owner(ofSigner: "alice"))
    let address = ThrottleKey(
      .factorPerson, Self.person.address, owner: ThrottleKey.owner(ofAddress: Self.person.address))
    func counts() async throws -> [Int] {
      try await store.read { [try $0.throttleRecord(key).failures, try $0.throttleRecord(address).failures] }
    }
    var request = AuthorizationRequest(
      credential: page.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [.page]
    _ = try await fixture.service.authorizations.begin(request, as: fixture.principal())
    let link = try #require(fixture.messenger.link)
    await #expect(throws: Refusal.wrongFactor(.page)) {
      try await fixture.service.authorizations.answer(.approve(pin: "0"), link: link, from: Self.person)
    }
    #expect(try await counts() == [1, 1])
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      try await fixture.issuance.grantDeletion(
        of: plain.id, presented: [.pin: "0"], client: ClientID("app"), as: fixture.principal(), from: Self.person)
    }
    #expect(try await counts() == [2, 2])
    let now = fixture.clock.now
    for _ in 0..<29 { try await store.write { _ = try $0.count([key], now: now) } }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) {
      try await fixture.service.authorizations.answer(.approve(pin: SigningFixture.pin), link: link, from: Self.person)
    }
    await #expect(throws: Refusal.tooManyTries(retryAfter: 30)) {
      try await fixture.issuance.grantDeletion(
        of: plain.id, presented: [.pin: SigningFixture.pin], client: ClientID("app"), as: fixture.principal())
    }
    fixture.clock.advance(30)
    #expect(try await fixture.service.authorizations.answer(.approve(pin: SigningFixture.pin), link: link) == .approved)
  }
}
