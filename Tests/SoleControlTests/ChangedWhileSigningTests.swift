import Issuance
import AuditLog
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// The end of a signature whose credential or authorization changes while the device makes it.
@Suite("Changes while the device signs", .timeLimit(.minutes(2)))
struct ChangedWhileSigningTests {
  enum Change: CaseIterable, Sendable {
    case deleted, revoked, disabled, certificateExchanged
    /// The row is edited in the store, without the device.
    case edited
    /// Nothing that signing depends on.
    case renamed
  }

  private struct Setting {
    let store = MemoryStore()
    let fixture: SigningFixture
    let request: SigningRequest

    /// - Parameter change: happens once, while the device signs.
    init(_ change: Change) async throws {
      let (store, device) = (store, PausingDevice())
      let fixture = SigningFixture(store: store, device: device)
      let (service, issuance) = (fixture.service, fixture.issuance)
      let credential = try await fixture.createCredential()
      let other = try await fixture.createCredential("cred-2")
      let sad = try await fixture.authorize(credential).sad
      let granted = try await issuance.grantDeletion(
        of: credential.id, presented: [.pin: SigningFixture.pin], client: ClientID("app"), as: fixture.principal())
      let bearer = try #require(try await issuance.grant(of: granted.token))
      @Sendable func put(_ edit: (inout Credential) -> Void) async throws {
        var changed = credential
        edit(&changed)
        try await service.credentials.put(changed, events: [])
      }
      device.whileSigning {
        switch change {
        case .deleted: try await issuance.delete(credential.id, by: bearer)
        case .revoked: try await service.authorizations.revoke(sad, as: fixture.principal())
        case .disabled: try await put { $0.isEnabled = false }
        case .certificateExchanged: try await put { $0.certificate = other.certificate }
        case .edited: store.tamper(credential.id) { ProtectedRow(text: $0.text, mac: $0.mac.map(~)) }
        case .renamed: try await put { $0.description = "another name" }
        }
      }
      self.fixture = fixture
      request = SigningRequest(
        credential: credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")])
    }

    func sign() async -> (any Error)? {
      do {
        _ = try await fixture.service.signing.sign(request, as: fixture.principal())
        return nil
      } catch { return error }
    }

    /// Of the entry that slots were given back.
    var reasons: [String] {
      store.audit.entries.compactMap { entry in
        let text = String(decoding: entry.text, as: UTF8.self)
        guard text.contains(AuditEvent.Kind.signatureReleased.rawValue) else { return nil }
        return text.firstMatch(of: #/"reason":"([a-z]+)"/#).map { String($0.1) }
      }
    }
  }

  @Test(
    "a call releases nothing that was stopped meanwhile, says so as if it had come later, and gives the slot back",
    arguments: [
      (Change.deleted, Refusal.unknownCredential as any Error, "deleted"), (.revoked, Refusal.invalidSAD, "revoked"),
      (.disabled, Refusal.credentialDisabled, "disabled"), (.certificateExchanged, Refusal.unavailable, "changed"),
      (.edited, InternalFault.rowIntegrity(CredentialID("cred-1")), "integrity"),
    ])
  func stopped(change: Change, expected: any Error, reason: String) async throws {
    let setting = try await Setting(change)
    let error = await setting.sign()
    #expect(error.map { "\($0)" } == "\(expected)")
    #expect(setting.store.count(.signatureMade) == 0 && setting.reasons == [reason])
    #expect(setting.store.operations.map(\.state) == [.released] && setting.store.operations[0].signatures.isEmpty)
  }

  @Test("a change that allows the signature costs nothing; a call after a credential was enabled again signs")
  func allowed() async throws {
    let renamed = try await Setting(.renamed)
    #expect(await renamed.sign() == nil)
    #expect(renamed.store.count(.signatureMade) == 1 && renamed.reasons.isEmpty)

    let disabled = try await Setting(.disabled)
    #expect(await disabled.sign() as? Refusal == .credentialDisabled)
    var credential = try await disabled.fixture.service.credentials.credential(
      disabled.request.credential, as: disabled.fixture.principal())
    credential.isEnabled = true
    try await disabled.fixture.service.credentials.put(credential, events: [])
    #expect(await disabled.sign() == nil)
    #expect(disabled.store.count(.signatureMade) == 1)
  }

  @Test(
    "a job releases nothing that was stopped meanwhile",
    arguments: [
      (Change.deleted, JobFailure.credentialDeleted, "deleted"), (.revoked, .authorizationRevoked, "revoked"),
      (.disabled, .credentialDisabled, "disabled"), (.certificateExchanged, .fault, "verification"),
      (.edited, .fault, "integrity"),
    ])
  func jobs(change: Change, failure: JobFailure, reason: String) async throws {
    let setting = try await Setting(change)
    #expect(try await result(of: setting) == .failed(failure))
    #expect(setting.store.count(.signatureMade) == 0 && setting.reasons == [reason])
  }

  @Test("a job whose credential changes in a way that allows the signature is signed")
  func allowedJob() async throws {
    let setting = try await Setting(.renamed)
    guard case .completed = try await result(of: setting) else {
      Issue.record("not completed")
      return
    }
    #expect(setting.store.count(.signatureMade) == 1)
  }

  private func result(of setting: Setting) async throws -> JobResult {
    let principal = setting.fixture.principal()
    let jobs = JobService(setting.fixture.service.signing)
    let job = try await jobs.submit(
      JobRequest(setting.request, validity: 3_600_000, responseURI: nil), as: principal)
    let work = Task { await jobs.run() }
    defer { work.cancel() }
    try await eventually { try await jobs.result(of: job, signer: nil, as: principal) != .running }
    return try await jobs.result(of: job, signer: nil, as: principal)
  }
}

/// The device, which lets something happen while it signs.
private final class PausingDevice: SigningDevice {
  private struct Change {
    let make: @Sendable () async throws -> Void
  }

  private let change = Mutex<Change?>(nil)
  private let real = TestDevice.shared.device

  /// Once.
  func whileSigning(_ body: @escaping @Sendable () async throws -> Void) {
    change.withLock { $0 = Change(make: body) }
  }

  func authenticationCodes(_ messages: [(key: MACKey, message: [UInt8])]) async throws(DeviceError) -> [[UInt8]] {
    try await real.authenticationCodes(messages)
  }
  func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]] {
    try await real.oneTimeCodes(secret, messages: messages)
  }
  func random(count: Int) async throws(DeviceError) -> [UInt8] { try await real.random(count: count) }
  func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature] {
    let made = try await real.sign(order)
    let body = change.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
    do { try await body?.make() } catch { Issue.record(error) }
    return made
  }
}
