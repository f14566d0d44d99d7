import AuditLog
import OpenSSLPKI
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Faults that a device and SQLite cannot be made to show at a chosen moment.
@Suite("Faults", .timeLimit(.minutes(2)))
struct FaultTests {
  @Test("a device that fails releases nothing and spends nothing", arguments: [DeviceError.unavailable, .busy])
  func deviceFails(error: DeviceError) async throws {
    let store = MemoryStore()
    let device = FailingDevice(error)
    let fixture = SigningFixture(store: store, device: device)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    device.isFailing.withLock { $0 = true }
    await #expect(throws: Refusal.unavailable) { try await fixture.sign(credential, sad, [digest("a")]) }
    #expect(store.count(.signatureReleased) == 1)
    device.isFailing.withLock { $0 = false }
    _ = try await fixture.sign(credential, sad, [digest("a")])
    #expect(store.count(.signatureMade) == 1)
  }

  @Test("a signature that does not verify never leaves, and the authorization stays")
  func badSignature() async throws {
    let store = MemoryStore()
    let verifier = SwitchableVerifier()
    let fixture = SigningFixture(store: store, verifier: verifier)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    verifier.accepts.withLock { $0 = false }
    await #expect(throws: InternalFault.signatureDoesNotVerify) {
      try await fixture.sign(credential, sad, [digest("a")])
    }
    verifier.accepts.withLock { $0 = true }
    _ = try await fixture.sign(credential, sad, [digest("a")])
  }

  @Test("a certificate for another key is noticed: the device's signature does not verify with it")
  func wrongPublicKey() async throws {
    let fixture = SigningFixture()
    let (one, two) = (try await fixture.createCredential("c1"), try await fixture.createCredential("c2"))
    var mixed = one
    mixed.certificate = two.certificate
    try await fixture.service.credentials.put(mixed, events: [])
    let sad = try await fixture.authorize(mixed).sad
    await #expect(throws: InternalFault.signatureDoesNotVerify) { try await fixture.sign(mixed, sad, [digest("a")]) }
  }

  /// The failure table of the two writes of a signature: each fails, and each succeeds while the reply is lost.
  @Test(
    "a write of signing that fails, or whose reply is lost, never leads to more signatures than authorized",
    arguments: [(1, false), (1, true), (2, false), (2, true)])
  func writes(number: Int, happens: Bool) async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    store.failing.withLock { $0 = (write: number, happens: happens) }
    await #expect(throws: (any Error).self) { try await fixture.sign(credential, sad, [digest("a")]) }
    store.failing.withLock { $0 = nil }
    #expect(memory.count(.signatureMade) == (number == 2 && happens ? 1 : 0))

    // The gateway starts again, and the client repeats its request.
    let restarted = SigningFixture(store: memory)
    let unknown = try await restarted.service.signing.recover().unknown
    let again = try? await restarted.sign(credential, sad, [digest("a")])
    switch (number, happens) {
    case (1, false): #expect(unknown == 0 && again != nil)
    case (2, false):
      // Certainly not stored: the slot was given back.
      #expect(unknown == 0 && again != nil)
      #expect(memory.count(.signatureReleased) == 1)
    case (1, true):
      // Reserved and never completed: spent, and the log says unknown.
      #expect(unknown == 1 && again == nil)
      #expect(memory.count(.signatureUnknown) == 1)
    default:
      // Completed: the stored signature is handed out, none is made.
      #expect(unknown == 0 && again != nil && memory.count(.signatureMade) == 1)
    }
    #expect(memory.count(.signatureMade) <= 1)
  }

  @Test("authorize whose reply is lost gives nobody a SAD, and a wrong try whose write fails is not told")
  func authorizeWrites() async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    store.failing.withLock { $0 = (write: 1, happens: true) }
    await #expect(throws: StoreError.outcomeUnknown(.made)) { try await fixture.authorize(credential) }
    store.failing.withLock { $0 = (write: 1, happens: false) }
    await #expect(throws: StoreError.unavailable(.made)) {
      try await fixture.authorize(credential, presented: [.pin: "0"])
    }
  }

  @Test("an extension whose write fails leaves the old SAD alive; one whose reply is lost is repeated")
  func extensionWrites() async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 2).sad
    let request = ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: [])
    store.failing.withLock { $0 = (write: 1, happens: false) }
    await #expect(throws: StoreError.unavailable(.made)) {
      try await fixture.service.authorizations.extend(request, as: fixture.principal())
    }
    _ = try await fixture.sign(credential, sad, [digest("a")])
    store.failing.withLock { $0 = (write: 1, happens: true) }
    await #expect(throws: StoreError.outcomeUnknown(.made)) {
      try await fixture.service.authorizations.extend(request, as: fixture.principal())
    }
    let new = try await fixture.service.authorizations.extend(request, as: fixture.principal()).sad
    _ = try await fixture.sign(credential, new, [digest("b")])
    #expect(memory.count(.signatureMade) == 2 && memory.count(.authorizationExtended) == 1)
  }
}

/// The device, until it is told to fail.
private final class FailingDevice: SigningDevice {
  let isFailing = Mutex(false)
  private let error: DeviceError
  private let real = TestDevice.shared.device

  init(_ error: DeviceError) { self.error = error }

  func authenticationCodes(_ messages: [(key: MACKey, message: [UInt8])]) async throws(DeviceError) -> [[UInt8]] {
    try await real.authenticationCodes(messages)
  }
  func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]] {
    try await real.oneTimeCodes(secret, messages: messages)
  }
  func random(count: Int) async throws(DeviceError) -> [UInt8] { try await real.random(count: count) }
  func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature] {
    if isFailing.withLock({ $0 }) { throw error }
    return try await real.sign(order)
  }
}

final class SwitchableVerifier: SignatureVerifier {
  let accepts = Mutex(true)
  func isValid(
    _ signature: [UInt8], over digest: [UInt8], algorithm: SignatureAlgorithm, publicKey: [UInt8]
  ) -> Bool {
    accepts.withLock { $0 }
      && Verifier().isValid(signature, over: digest, algorithm: algorithm, publicKey: publicKey)
  }
}
