import CSCModel
import Foundation
import Issuance
import OpenSSLPKI
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// Is told of every job that has ended.
final class SchemaNotifier: CompletionNotifier {
  static let uri = "https://portal.example/hook"
  let told = Mutex<[CompletionNotification]>([])
  /// While it fails, notifications stay.
  let isDeaf = Mutex(false)
  func accepts(_ uri: String, of partner: PartnerID) -> Bool { true }
  func deliver(_ notification: CompletionNotification) async throws(DeliveryFailure) {
    if isDeaf.withLock(\.self) { throw .failed("deaf") }
    told.withLock { $0.append(notification) }
  }
}

/// Parts of the acts.
extension SchemaAct {
  /// The link to Alice's credential that was ordered. Bob has one too.
  static func invited(_ fixture: GatewayFixture) async throws -> String {
    try await fixture.signing.registerSubject("bob", givenName: "Bob")
    for signer in ["bob", "alice"] {
      let granted = try await fixture.signing.issuance.grantCreation(
        policy: TestIssuance.policies.explicit, claim: SubjectClaim(), of: SignerID(signer), named: signer,
        language: "de", byTrusted: ClientID("registrar"), as: fixture.signing.principal(nil))
      let bearer = try #require(try await fixture.signing.issuance.grant(of: granted.token))
      _ = try await fixture.signing.issuance.create(
        policy: TestIssuance.policies.explicit, claim: SubjectClaim(), by: bearer)
    }
    return try #require(fixture.signing.messenger.invitation)
  }

  // MARK: Codes and pages

  /// Alice's credential and the code that was sent to her; Bob has one too.
  static func codes(_ fixture: GatewayFixture) async throws -> (Credential, String) {
    let bobs = try await fixture.signing.createCredential("c2", expression: "PIN AND SMS", signer: "bob")
    let mine = try await fixture.signing.createCredential("c1", expression: "PIN AND SMS")
    let service = fixture.signing.service
    try await service.factors.sendCode(for: bobs.id, description: nil, as: fixture.signing.principal("bob"))
    try await service.factors.sendCode(for: mine.id, description: nil, as: fixture.signing.principal())
    return (mine, try #require(fixture.signing.messenger.code))
  }

  static func authorizes(_ fixture: GatewayFixture, _ credential: Credential, _ code: String) async throws -> Bool {
    _ = try await fixture.signing.authorize(credential, presented: [.pin: SigningFixture.pin, .sms: code])
    return true
  }

  /// Handle and link of what waits for Alice. Bob is asked too.
  static func pendings(_ fixture: GatewayFixture, _ expression: String) async throws -> (handle: String, link: String) {
    let factor: FactorID = expression == "PAGE" ? .page : .eidApp
    _ = try await fixture.signing.createCredential("c2", expression: expression, signer: "bob")
    _ = try await fixture.signing.createCredential("c1", expression: expression)
    _ = try await begin(fixture, "c2", factor, "bob")
    let handle = try await begin(fixture, "c1", factor)
    return (handle, fixture.signing.messenger.link ?? "")
  }

  static func begin(
    _ fixture: GatewayFixture, _ id: String, _ factor: FactorID, _ signer: String = "alice"
  ) async throws -> String {
    var request = AuthorizationRequest(
      credential: CredentialID(id), numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [factor]
    let outcome = try await fixture.signing.service.authorizations.begin(request, as: fixture.signing.principal(signer))
    guard case .pending(let handle) = outcome else { throw Refusal.policyNotSatisfied }
    return handle
  }

  static func grants(_ fixture: GatewayFixture, _ handle: String) async throws -> Bool {
    let outcome = try await fixture.signing.service.authorizations.check(
      handle: handle, as: fixture.signing.principal())
    if case .granted = outcome { return true } else { return false }
  }

  // MARK: Jobs

  /// Alice's job; Bob has one too.
  ///
  /// - Parameter isTold: whether its partner hears of its end at once.
  static func jobs(_ fixture: GatewayFixture, isCarriedOut: Bool, isTold: Bool = true) async throws -> JobID {
    (fixture.notifier as? SchemaNotifier)?.isDeaf.withLock { $0 = !isTold }
    var ids: [JobID] = []
    for (id, signer) in [("c2", "bob"), ("c1", "alice")] {
      let credential = try await fixture.signing.createCredential(id, signer: signer)
      let principal = fixture.signing.principal(signer)
      let sad = try await fixture.signing.authorize(credential, as: principal).sad
      let request = SigningRequest(
        credential: credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")])
      ids.append(
        try await fixture.jobs.submit(
          JobRequest(request, validity: 3_600_000, responseURI: SchemaNotifier.uri), as: principal))
    }
    let job = try #require(ids.last)
    if isCarriedOut {
      try await runOnce(fixture)
      #expect(try await completes(fixture, ids[0], signer: "bob"))
      #expect(try await completes(fixture, job))
    }
    return job
  }

  static func completes(
    _ fixture: GatewayFixture, _ job: JobID, signer: String = "alice"
  ) async throws -> Bool {
    let principal = fixture.signing.principal(signer)
    if case .completed = try await fixture.jobs.result(of: job, signer: nil, as: principal) { return true }
    return false
  }

  /// Does what `JobService.run` does, once for all that is there: jobs, the end of their time, and notifications. What
  /// is not done then, is not done later either: no time has passed, and nothing else has changed.
  static func runOnce(_ fixture: GatewayFixture) async throws {
    let jobs = fixture.jobs
    while let job = jobs.line.next() {
      // A job that is not over is begun again, with what the attempt before has left.
      for _ in 0..<3 { if (try? await jobs.attempt(job, mayWait: true)) == true { break } }
      jobs.line.leave(job)
    }
    let now = fixture.signing.clock.port.milliseconds()
    _ = try? await fixture.signing.store.write { try $0.removeJobs(expiredBy: now) }
    for notification in await jobs.beginDeliveries() {
      await jobs.deliver(notification, through: try #require(fixture.notifier))
    }
  }

  // MARK: Orders and revocations

  static func grant(_ fixture: GatewayFixture, _ credential: Credential, _ signer: String) async throws
    -> LifecycleToken
  {
    try await fixture.signing.issuance.grantDeletion(
      of: credential.id, presented: [.pin: SigningFixture.pin], client: ClientID("portal"),
      as: fixture.signing.principal(signer)
    ).token
  }

  /// Two certificates are revoked, and the list says so.
  static func revoked(_ fixture: GatewayFixture) async throws {
    let name = try #require(fixture.signing.issuance.authority).issuer.name
    let now = fixture.signing.clock.now
    for serial in ["AA", "BB"] {
      try await fixture.signing.store.writeIssuance {
        try $0.add(
          Revocation(issuer: name, serialNumber: serial, time: now, expires: now + 86400, reason: .keyCompromise))
      }
    }
    await fixture.signing.issuance.publishRevocations()
    #expect(try serials(fixture) == ["AA", "BB"])
  }

  /// Entries of the CA's list.
  static func entries(_ fixture: GatewayFixture) throws -> [Revocation] {
    TestDevice.shared.authority.revocations(inList: try Array(Data(contentsOf: fixture.list)), life: 1)
  }

  static func serials(_ fixture: GatewayFixture) throws -> Set<String> { Set(try entries(fixture).map(\.serialNumber)) }

  // MARK: The file

  static func checkReadiness(_ fixture: GatewayFixture) async throws {
    try await #require(fixture.signing.store as? SQLiteFileStore).checkReadiness()
  }
}
