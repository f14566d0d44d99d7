import AuditLog
import Octets
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

@Suite("Extending transactions", .timeLimit(.minutes(2)))
struct ExtendTransactionTests {
  private let a = digest("a")
  private let b = digest("b")
  private let c = digest("c")

  private func extend(
    _ fixture: SigningFixture, _ credential: Credential, _ sad: SignatureActivationData, _ digests: [[UInt8]] = [],
    as principal: Principal? = nil
  ) async throws -> Authorization {
    try await fixture.service.authorizations.extend(
      ExtensionRequest(
        credential: credential.id, sad: sad, hashAlgorithm: digests.isEmpty ? nil : .sha256, digests: digests),
      as: principal ?? fixture.principal())
  }

  @Test("the sequence of the reference: a digest that depends on the first signature is named by the extension")
  func sequence() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    let first = try await fixture.authorize(credential, count: 2, digests: [a]).sad
    _ = try await fixture.sign(credential, first, [a])
    let second = try await extend(fixture, credential, first, [b])
    #expect(second.expiresIn == 300 && second.sad != first)
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, second.sad, [c]) }
    _ = try await fixture.sign(credential, second.sad, [b])
    await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, second.sad, [c]) }
    #expect(store.count(.signatureMade) == 2)
  }

  @Test("the old SAD is dead, the new one has exactly what was left, and the evidence is the customer's own")
  func exchange() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let old = try await fixture.authorize(credential, count: 3).sad
    _ = try await fixture.sign(credential, old, [a])
    let new = try await extend(fixture, credential, old)
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, old, [b]) }
    _ = try await fixture.sign(credential, new.sad, [b])
    await #expect(throws: Refusal.authorizationExhausted) { try await fixture.sign(credential, new.sad, [a, c]) }
    _ = try await fixture.sign(credential, new.sad, [c])
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, new.sad, [a]) }
    #expect(store.count(.signatureMade) == 3 && store.count(.authorizationExtended) == 1)

    let bindings = try await store.read { reading in
      try [old.digest, new.activation].compactMap {
        try reading.activation($0).flatMap { Binding(canonical: $0.binding) }
      }
    }
    #expect(bindings[0].evidence == bindings[1].evidence && !bindings[1].evidence.isEmpty)
    #expect(bindings[1].numSignatures == 2 && bindings[1].began == bindings[0].issued)
  }

  @Test("however often it is extended, no more is signed than was authorized")
  func total() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    var sad = try await fixture.authorize(credential, count: 3, digests: [a]).sad
    for number in 0..<3 {
      for _ in 0..<3 { sad = try await extend(fixture, credential, sad, [digest("\(number)")]).sad }
      _ = try await fixture.sign(credential, sad, [digest("\(number)")])
    }
    await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, sad, [a]) }
    #expect(store.count(.signatureMade) == 3)
  }

  @Test("reserved and unknown slots stay gone")
  func reserved() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let old = try await fixture.authorize(credential, count: 4).sad
    @Sendable func operation(_ id: String) -> SigningOperation {
      SigningOperation(
        id: id, activation: old.digest, requestDigest: Array(id.utf8), instance: "test", state: .reserved,
        work: [], signatures: [])
    }
    try await store.write { try $0.reserve([1], for: operation("unknown")) }
    _ = try await fixture.service.signing.recover()
    try await store.write { try $0.reserve([3], for: operation("running")) }
    let new = try await extend(fixture, credential, old)
    // Slots of failed signatures go back to a SAD that is dead.
    try await store.write { try $0.release(operation("running")) }
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, old, [a]) }
    await #expect(throws: Refusal.authorizationExhausted) { try await fixture.sign(credential, new.sad, [a, b, c]) }
    _ = try await fixture.sign(credential, new.sad, [a, b])
  }

  @Test("without new digests, those that were named and not signed stay named (SCAL 1)")
  func inherited() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let old = try await fixture.authorize(credential, count: 3, digests: [a, b]).sad
    _ = try await fixture.sign(credential, old, [a])
    let new = try await extend(fixture, credential, old).sad
    for other in [a, c] {
      await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, new, [other]) }
    }
    _ = try await fixture.sign(credential, new, [b])
    let last = try await extend(fixture, credential, new, [c]).sad
    _ = try await fixture.sign(credential, last, [c])
  }

  @Test("new digests take the place of those that were named and not signed")
  func replaced() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two)
    let old = try await fixture.authorize(credential, count: 1, digests: [a]).sad
    let new = try await extend(fixture, credential, old, [b]).sad
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, new, [a]) }
    _ = try await fixture.sign(credential, new, [b])
  }

  @Test("what the consent page showed cannot be exchanged; further digests take what it left open")
  func consented() async throws {
    let fixture = SigningFixture()
    var credential = try await fixture.createCredential(scal: .two)
    credential.mode = .oauth2code
    try await fixture.service.credentials.put(credential, events: [])
    let client = ClientID("app")
    let principal = Principal(partner: SigningFixture.partner, signer: SignerID("alice"), client: client)
    let sad = try await fixture.service.authorizations.authorize(
      AuthorizationRequest(
        credential: credential.id, numSignatures: 3, hashAlgorithm: .sha256, digests: [a, b],
        presented: [.pin: SigningFixture.pin], channel: .authorizationServer(client)), as: principal
    ).sad
    for wrong in [[c, digest("d")], [a, a, c]] {
      await #expect(throws: Refusal.digestNotAuthorized) {
        try await extend(fixture, credential, sad, wrong, as: principal)
      }
    }
    let next = try await extend(fixture, credential, sad, [c], as: principal).sad
    // Now everything is named.
    await #expect(throws: Refusal.digestNotAuthorized) {
      try await extend(fixture, credential, next, [digest("d")], as: principal)
    }
    _ = try await fixture.sign(credential, next, [c, a, b], as: principal)
    await #expect(throws: Refusal.invalidSAD) {
      try await extend(fixture, credential, sad, [c], as: fixture.principal())
    }
  }

  @Test("extending keeps a transaction alive for 50 minutes, and not longer")
  func expiry() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    var sad = try await fixture.authorize(credential, count: 1).sad
    let began = fixture.clock.now
    var expires = began + 300
    while expires < began + 3000 {
      fixture.clock.advance(299)
      let new = try await extend(fixture, credential, sad)
      expires = fixture.clock.now + new.expiresIn
      #expect(expires == min(fixture.clock.now + 300, began + 3000))
      await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, sad, [a]) }
      sad = new.sad
    }
    let last = try await extend(fixture, credential, sad)
    #expect(fixture.clock.now + last.expiresIn == began + 3000)
    fixture.clock.advance(last.expiresIn - 1)
    _ = try await fixture.sign(credential, last.sad, [a])
    fixture.clock.advance(1)
    await #expect(throws: Refusal.sadExpired) { try await extend(fixture, credential, last.sad) }
  }

  @Test("what cannot be extended, and nothing is spent by asking")
  func refusals() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential("c1", scal: .two)
    let other = try await fixture.createCredential("c2", scal: .two)
    let sad = try await fixture.authorize(credential, count: 2, digests: [a]).sad
    await #expect(throws: Refusal.digestsMissing) { try await extend(fixture, credential, sad) }
    await #expect(throws: Refusal.authorizationExhausted) { try await extend(fixture, credential, sad, [a, b, c]) }
    await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, other, sad, [b]) }
    await #expect(throws: Refusal.unknownCredential) {
      try await extend(fixture, credential, sad, [b], as: fixture.principal("bob"))
    }
    await #expect(throws: Refusal.unknownCredential) {
      try await extend(fixture, credential, sad, [b], as: Principal(partner: PartnerID("other"), signer: nil))
    }
    for index in [0, 15, 16, 47] {
      var octets = sad.octets
      octets[index] ^= 1
      let changed = try #require(SignatureActivationData(octets: octets))
      await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, changed, [b]) }
    }
    var disabled = credential
    disabled.isEnabled = false
    try await fixture.service.credentials.put(disabled, events: [])
    await #expect(throws: Refusal.credentialDisabled) { try await extend(fixture, credential, sad, [b]) }
    try await fixture.service.credentials.put(credential, events: [])
    _ = try await fixture.sign(credential, sad, [a])
    _ = try await fixture.sign(credential, extend(fixture, credential, sad, [b]).sad, [b])
  }

  @Test(
    "what a statement or an eID log-in is about is not exchanged; signatures for which nothing was named take new digests"
  )
  func vouchedFor() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two, expression: "PARTNER")
    let now = fixture.clock.now
    fixture.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: "s", issued: now, expires: now + 60,
          authenticationTime: now, acr: "urn:two", level: .high, methods: [],
          authorizedDigests: AuthorizedDigests(hashAlgorithm: .sha256, numSignatures: 2, digests: [a]), digest: [7])))
    let sad = try await fixture.authorize(credential, count: 2, digests: [a], presented: [.partner: "jws"]).sad
    await #expect(throws: Refusal.digestNotAuthorized) { try await extend(fixture, credential, sad, [b, c]) }
    let next = try await extend(fixture, credential, sad, [b]).sad
    _ = try await fixture.sign(credential, next, [a])
    _ = try await fixture.sign(credential, next, [b])
  }

  @Test("a revoked SAD gives nothing out, not even what it signed")
  func revokedReplay() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 2).sad
    let first = try await fixture.sign(credential, sad, [a])
    #expect(try await fixture.sign(credential, sad, [a]) == first)
    try await fixture.service.authorizations.revoke(sad, as: fixture.principal())
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, sad, [a]) }
  }

  @Test("a revoked SAD is not extended, and revoking one that was extended ends the one that took its place")
  func revoked() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 2).sad
    try await fixture.service.authorizations.revoke(sad, as: fixture.principal())
    await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, sad) }

    let first = try await fixture.authorize(credential, count: 2).sad
    let second = try await extend(fixture, credential, first).sad
    let third = try await extend(fixture, credential, second).sad
    try await fixture.service.authorizations.revoke(first, as: fixture.principal())
    for sad in [first, second, third] {
      await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, sad, [a]) }
      await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, sad) }
    }
    #expect(store.count(.signatureMade) == 0)
  }

  // MARK: The same extension again

  @Test("the same extension again gets the same SAD; another one does not, nor does one after the next extension")
  func repeated() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    let first = try await fixture.authorize(credential, count: 2, digests: [a]).sad
    let second = try await extend(fixture, credential, first, [b])
    fixture.clock.advance(100)
    let again = try await extend(fixture, credential, first, [b])
    #expect(again.sad == second.sad && again.expiresIn == 200)
    _ = try await fixture.sign(credential, second.sad, [b])
    #expect(try await extend(fixture, credential, first, [b]).sad == second.sad)
    await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, first, [c]) }
    await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, first, [b, b]) }
    _ = try await extend(fixture, credential, second.sad, [c])
    await #expect(throws: Refusal.invalidSAD) { try await extend(fixture, credential, first, [b]) }
    #expect(store.count(.authorizationExtended) == 2)
  }

  @Test("neither store nor log holds a SAD: the new one is sealed under the old one")
  func secrecy() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let old = try await fixture.authorize(credential).sad
    let new = try await extend(fixture, credential, old).sad
    let successor = try #require(try await store.read { try $0.successor(of: old.digest) })
    for sad in [old, new] {
      #expect(successor.sealed.firstRange(of: sad.octets.prefix(16)) == nil)
      for entry in store.audit.entries {
        let body = String(decoding: entry.text, as: UTF8.self)
        #expect(!body.contains(Hex.encode(sad.octets.prefix(16))))
      }
    }
    #expect(SealedBox.successor(of: old).openSAD(successor.sealed) == new)
    #expect(SealedBox(secret: old.octets, purpose: "countersign SAD pending").openSAD(successor.sealed) == nil)
    #expect(SealedBox.successor(of: new).openSAD(successor.sealed) == nil)
    var changed = successor.sealed
    changed[3] ^= 1
    #expect(SealedBox.successor(of: old).openSAD(changed) == nil)
    #expect(SealedBox.successor(of: old).openSAD([1, 2]) == nil)
  }

  // MARK: At the same time

  @Test("20 times the same extension at once: one new SAD, and all get it")
  func sameRace() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    let sad = try await fixture.authorize(credential, count: 2, digests: [a]).sad
    let found = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<20 { group.addTask { try await extend(fixture, credential, sad, [b]).sad.octets } }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(found.count == 1 && store.count(.authorizationExtended) == 1)
  }

  @Test("20 different extensions at once: one wins")
  func differentRace() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    let sad = try await fixture.authorize(credential, count: 2, digests: [a]).sad
    let won = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<20 {
        group.addTask { (try? await extend(fixture, credential, sad, [digest("\(number)")])) != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(won == 1 && store.count(.authorizationExtended) == 1)
  }

  @Test("signatures race an extension: nothing is signed under the dead SAD, and the total is exact", arguments: 0..<5)
  func signingRace(round: Int) async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let old = try await fixture.authorize(credential, count: 7).sad
    async let racing = extend(fixture, credential, old)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask { _ = try? await fixture.sign(credential, old, [digest("\(number)")]) }
      }
    }
    let extended = try await racing
    let before = store.count(.signatureMade)
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, old, [digest("late")]) }
    for number in before..<7 { _ = try await fixture.sign(credential, extended.sad, [digest("new \(number)")]) }
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, extended.sad, [digest("more")]) }
    #expect(store.count(.signatureMade) == 7)
  }
}
