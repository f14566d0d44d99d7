import AuditLog
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("SAD", .timeLimit(.minutes(2)))
struct SADTests {
  @Test("the same request again gets the same signatures and spends nothing; another is refused")
  func replay() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    let first = try await fixture.sign(credential, sad, [digest("a")])
    #expect(try await fixture.sign(credential, sad, [digest("a")]) == first)
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, sad, [digest("b")]) }
    #expect(store.count(.signatureMade) == 1)
  }

  @Test("a SAD signs exactly as often as authorized, in several calls")
  func several() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 3).sad
    _ = try await fixture.sign(credential, sad, [digest("a"), digest("b")])
    await #expect(throws: Refusal.authorizationExhausted) {
      try await fixture.sign(credential, sad, [digest("c"), digest("d")])
    }
    _ = try await fixture.sign(credential, sad, [digest("c")])
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, sad, [digest("d")]) }
  }

  @Test("a hash that was not authorized is refused; authorized ones sign in any order; doubles count")
  func bound() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two)
    let (a, b) = (digest("a"), digest("b"))
    let sad = try await fixture.authorize(credential, count: 3, digests: [a, b, a]).sad
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, sad, [digest("c")]) }
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, sad, [b, b]) }
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, sad, [a, a, a]) }
    #expect(try await fixture.sign(credential, sad, [b, a, a]).count == 3)
  }

  @Test("digests given for SCAL 1 bind too; the rest of the signatures needs an extension")
  func boundAtSCAL1() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 2, digests: [digest("a")]).sad
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, sad, [digest("b")]) }
    _ = try await fixture.sign(credential, sad, [digest("a")])
    await #expect(throws: Refusal.digestNotAuthorized) {
      try await fixture.sign(credential, sad, [digest("a"), digest("b")])
    }
  }

  @Test("a SAD of another credential, signer or partner is invalid, and still good where it belongs")
  func foreign() async throws {
    let fixture = SigningFixture()
    let mine = try await fixture.createCredential("c1")
    let other = try await fixture.createCredential("c2")
    let bobs = try await fixture.createCredential("c3", signer: "bob")
    let elsewhere = try await fixture.createCredential("c4", partner: PartnerID("other"))
    let sad = try await fixture.authorize(mine).sad
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(other, sad, [digest("a")]) }
    await #expect(throws: Refusal.invalidSAD) {
      try await fixture.sign(bobs, sad, [digest("a")], as: fixture.principal("bob"))
    }
    await #expect(throws: Refusal.unknownCredential) {
      try await fixture.sign(mine, sad, [digest("a")], as: fixture.principal("bob"))
    }
    await #expect(throws: Refusal.unknownCredential) {
      try await fixture.sign(mine, sad, [digest("a")], as: Principal(partner: PartnerID("other"), signer: nil))
    }
    await #expect(throws: Refusal.invalidSAD) {
      try await fixture.sign(elsewhere, sad, [digest("a")], as: Principal(partner: PartnerID("other"), signer: nil))
    }
    _ = try await fixture.sign(mine, sad, [digest("a")])
  }

  @Test("a SAD in which any bit was changed is invalid")
  func changed() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    for index in sad.octets.indices {
      var octets = sad.octets
      octets[index] ^= 0x10
      let changed = try #require(SignatureActivationData(octets: octets))
      await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, changed, [digest("a")]) }
    }
    _ = try await fixture.sign(credential, sad, [digest("a")])
  }

  @Test("a SAD of another gateway is invalid here, even on the same store and device")
  func otherGateway() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    let other = SoleControlServices(
      ServiceContext(
        store: store, device: TestDevice.shared.device, rules: .init(service: "another", instance: "x"),
        clock: fixture.clock.port, partners: fixture.partners),
      outside: .init(eid: fixture.eid), verifier: OnlyTrue())
    await #expect(throws: Refusal.invalidSAD) {
      try await other.signing.signHash(
        SigningRequest(credential: credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")]),
        as: fixture.principal())
    }
  }

  @Test("an expired SAD says so, also for a replay")
  func expired() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let authorization = try await fixture.authorize(credential)
    _ = try await fixture.sign(credential, authorization.sad, [digest("a")])
    fixture.clock.advance(authorization.expiresIn - 1)
    _ = try await fixture.sign(credential, authorization.sad, [digest("a")])
    fixture.clock.advance(1)
    await #expect(throws: Refusal.sadExpired) { try await fixture.sign(credential, authorization.sad, [digest("a")]) }
  }

  @Test("a binding that was edited in the store makes its SAD invalid")
  func editedBinding() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 1).sad
    store.tamper { activation in
      let text = String(decoding: activation.binding, as: UTF8.self)
        .replacing("\"numSignatures\":1", with: "\"numSignatures\":9")
      return Activation(digest: activation.digest, binding: Array(text.utf8), expires: activation.expires)
    }
    await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, sad, [digest("a")]) }
  }

  @Test("50 callers at once with different hashes: exactly the authorized 7 succeed")
  func race() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 7).sad
    let succeeded = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<50 {
        group.addTask { (try? await fixture.sign(credential, sad, [digest("\(number)")])) != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(succeeded == 7)
    #expect(store.count(.signatureMade) == 7)
  }

  @Test("50 callers at once with the same request: one signature is made, and all get it")
  func sameRequestRace() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    let answers = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<50 { group.addTask { try await fixture.sign(credential, sad, [digest("a")]) } }
      return try await group.reduce(into: Set<[[UInt8]]>()) { $0.insert($1) }
    }
    #expect(answers.count == 1)
    #expect(store.count(.signatureMade) == 1)
  }
}

/// For services whose signatures are never asked for.
struct OnlyTrue: SignatureVerifier {
  func isValid(_: [UInt8], over: [UInt8], algorithm: SignatureAlgorithm, publicKey: [UInt8]) -> Bool { true }
}
