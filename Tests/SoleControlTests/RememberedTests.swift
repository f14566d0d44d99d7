import AuditLog
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// Credentials and SADs that one process verified before: they count as long as the store has the same, and not a call
/// longer. Changes are made by another process of the service, or by an editor of the database.
@Suite("Credentials and SADs that a process remembers", .timeLimit(.minutes(2)))
struct RememberedTests {
  private struct Setting {
    let store = MemoryStore()
    let device = CountingDevice()
    let fixture: SigningFixture
    let other: SigningFixture
    let credential: Credential

    /// The first process has the credential in memory.
    init() async throws {
      fixture = SigningFixture(store: store, device: device)
      other = SigningFixture(store: store, device: device)
      credential = try await fixture.createCredential(multisign: 10)
      let sad = try await fixture.authorize(credential).sad
      _ = try await fixture.sign(credential, sad, [digest("first")])
    }

    func change(_ change: Change) async throws {
      var row = credential
      switch change {
      case .disabled: row.isEnabled = false
      case .renamed: row.description = "another name"
      case .textEdited:
        return store.tamper(credential.id) { ProtectedRow(text: $0.text.dropLast() + [32, 125], mac: $0.mac) }
      case .macEdited: return store.tamper(credential.id) { ProtectedRow(text: $0.text, mac: $0.mac.map(~)) }
      }
      try await other.service.credentials.put(row, events: [])
    }

    var signatures: Int { store.count(.signatureMade) }
  }

  enum Change: Sendable { case disabled, renamed, textEdited, macEdited }

  private static let rowIntegrity = InternalFault.rowIntegrity(CredentialID("cred-1"))

  @Test("a pair needs no visit to the device but those for PIN and SAD, and for the signature")
  func visits() async throws {
    let setting = try await Setting()
    let before = setting.device.macs
    let sad = try await setting.fixture.authorize(setting.credential).sad
    #expect(setting.device.macs == before + 1)
    _ = try await setting.fixture.sign(setting.credential, sad, [digest("a")])
    #expect(setting.device.macs == before + 1)
  }

  @Test(
    "a credential that was changed elsewhere is refused at once, as if it had never been remembered",
    arguments: [
      (Change.disabled, Refusal.credentialDisabled as any Error), (.textEdited, rowIntegrity),
      (.macEdited, rowIntegrity),
    ])
  func changed(change: Change, error: any Error) async throws {
    let setting = try await Setting()
    let sad = try await setting.fixture.authorize(setting.credential).sad
    try await setting.change(change)
    for _ in 0..<2 {
      let found = await self.error(of: { _ = try await setting.fixture.authorize(setting.credential) })
      #expect(found.map { "\($0)" } == "\(error)")
      let refused = await self.error(of: { _ = try await setting.fixture.sign(setting.credential, sad, [digest("a")]) })
      #expect(refused.map { "\($0)" } == "\(error)")
    }
    #expect(setting.signatures == 1)
    #expect(setting.store.count(.authorizationGranted) == 2)
    #expect(setting.store.count(.integrityViolated) == (change == .disabled ? 0 : 1))
  }

  @Test("a change of which nothing depends is no reason to refuse, to sign or to authorize")
  func renamed() async throws {
    let setting = try await Setting()
    let sad = try await setting.fixture.authorize(setting.credential).sad
    try await setting.change(.renamed)
    _ = try await setting.fixture.sign(setting.credential, sad, [digest("a")])
    try await setting.other.service.credentials.put(setting.credential, events: [])
    let next = try await setting.fixture.authorize(setting.credential).sad
    _ = try await setting.fixture.sign(setting.credential, next, [digest("b")])
    #expect(setting.signatures == 3)
  }

  @Test("an asynchronous call is refused as well")
  func jobs() async throws {
    let setting = try await Setting()
    let sad = try await setting.fixture.authorize(setting.credential).sad
    try await setting.change(.disabled)
    let jobs = JobService(setting.fixture.service.signing)
    await #expect(throws: Refusal.credentialDisabled) {
      _ = try await jobs.submit(
        JobRequest(
          SigningRequest(
            credential: setting.credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")]),
          validity: 60_000, responseURI: nil), as: setting.fixture.principal())
    }
    #expect(setting.store.jobs.isEmpty)
  }

  @Test("a wrong PIN is counted once, and the credential locks after as many as ever")
  func wrongPIN() async throws {
    let setting = try await Setting()
    for _ in 0..<5 {
      await #expect(throws: Refusal.wrongFactor(.pin)) {
        _ = try await setting.fixture.authorize(setting.credential, presented: [.pin: "99999999"])
      }
    }
    await #expect(throws: Refusal.lockedFactor(.pin)) { _ = try await setting.fixture.authorize(setting.credential) }
    #expect(setting.store.count(.authorizationRefused) == 5)
  }

  @Test("a SAD that was revoked elsewhere signs nothing, nor one whose binding was edited")
  func sads() async throws {
    let setting = try await Setting()
    let revoked = try await setting.fixture.authorize(setting.credential, count: 2).sad
    _ = try await setting.fixture.sign(setting.credential, revoked, [digest("a")])
    try await setting.other.service.authorizations.revoke(revoked, as: setting.other.principal())
    await #expect(throws: Refusal.invalidSAD) {
      _ = try await setting.fixture.sign(setting.credential, revoked, [digest("b")])
    }
    let edited = try await setting.fixture.authorize(setting.credential).sad
    setting.store.tamper { (activation: Activation) in
      var binding = Binding(canonical: activation.binding)!
      binding.numSignatures += 1
      return Activation(digest: activation.digest, binding: binding.canonical(), expires: activation.expires)
    }
    await #expect(throws: Refusal.invalidSAD) {
      _ = try await setting.fixture.sign(setting.credential, edited, [digest("c")])
    }
    #expect(setting.signatures == 2)
  }

  @Test("a SAD is remembered for its own credential, caller and time, and one like it is not taken for it")
  func others() async throws {
    let setting = try await Setting()
    let bobs = try await setting.fixture.createCredential("cred-2", signer: "bob")
    _ = try await setting.fixture.authorize(bobs, as: setting.fixture.principal("bob"))
    let sad = try await setting.fixture.authorize(setting.credential).sad
    await #expect(throws: Refusal.invalidSAD) {
      _ = try await setting.fixture.sign(bobs, sad, [digest("a")], as: setting.fixture.principal("bob"))
    }
    await #expect(throws: Refusal.unknownCredential) {
      _ = try await setting.fixture.sign(setting.credential, sad, [digest("a")], as: setting.fixture.principal("bob"))
    }
    for place in sad.octets.indices {
      var octets = sad.octets
      octets[place] ^= 1
      let like = try #require(SignatureActivationData(octets: octets))
      await #expect(throws: Refusal.invalidSAD) {
        _ = try await setting.fixture.sign(setting.credential, like, [digest("a")])
      }
    }
    setting.fixture.clock.advance(300)
    await #expect(throws: Refusal.sadExpired) {
      _ = try await setting.fixture.sign(setting.credential, sad, [digest("a")])
    }
    #expect(setting.signatures == 1)
  }

  @Test("all together take no more octets than they may; those that came first go")
  func bounded() async throws {
    let sads = VerifiedSADs(octets: 100_000)
    let setting = try await Setting()
    let made = try await (0..<200).asyncMap { _ in try await setting.fixture.service.context.newSAD(for: binding) }
    for (_, activation) in made { sads.insert(activation, binding) }
    let known = made.map { sads.remembered($0.0) != nil }
    let octets = 512 + 3 * made[0].1.binding.count
    #expect(known.filter(\.self).count == 100_000 / octets)
    #expect(known == known.sorted { !$0 && $1 })
    let large = Activation(
      digest: ActivationDigest(digest("large")), binding: [UInt8](repeating: 32, count: 50_000), expires: 0)
    sads.insert(large, binding)
    #expect(made.map { sads.remembered($0.0) != nil } == known)
  }

  private var binding: Binding {
    Binding(
      service: "test", partner: SigningFixture.partner, client: nil, signer: SignerID("alice"),
      credential: CredentialID("cred-1"), scal: .one, numSignatures: 1, hashAlgorithm: nil, digests: [], evidence: [],
      issued: 0, expires: 300)
  }

  private func error(of call: () async throws -> Void) async -> (any Error)? {
    do {
      try await call()
      return nil
    } catch { return error }
  }
}

extension Sequence {
  fileprivate func asyncMap<Output>(_ transform: (Element) async throws -> Output) async rethrows -> [Output] {
    var outputs: [Output] = []
    for element in self { outputs.append(try await transform(element)) }
    return outputs
  }
}
