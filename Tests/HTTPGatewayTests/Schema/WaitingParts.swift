import AuditLog
import CSCModel
import Foundation
import OpenSSLPKI
import SQLiteStore
import Synchronization
import TestSupport
import Testing

@testable import SoleControl

/// Is told of every job that has ended.
final class SchemaNotifier: CompletionNotifier {
  static let uri = "https://portal.example/hook"
  let told = Mutex<[Notice]>([])
  /// While it fails, notices stay.
  let isDeaf = Mutex(false)
  func accepts(_ uri: String, of partner: PartnerID) -> Bool { true }
  func deliver(_ notice: Notice) async throws(DeliveryFailure) {
    if isDeaf.withLock(\.self) { throw .failed("deaf") }
    told.withLock { $0.append(notice) }
  }
}

/// Parts of the acts.
extension SchemaAct {
  // MARK: Codes and pages

  /// Alice's credential and the code that was sent to her; Bob has one too.
  static func codes(_ bench: GatewayBench) async throws -> (Credential, String) {
    let bobs = try await bench.signing.enrol("c2", expression: "PIN AND SMS", signer: "bob")
    let mine = try await bench.signing.enrol("c1", expression: "PIN AND SMS")
    let service = bench.signing.service
    try await service.sendCode(for: bobs.id, description: nil, as: bench.signing.principal("bob"))
    try await service.sendCode(for: mine.id, description: nil, as: bench.signing.principal())
    return (mine, try #require(bench.signing.messenger.code))
  }

  static func authorizes(_ bench: GatewayBench, _ credential: Credential, _ code: String) async throws -> Bool {
    _ = try await bench.signing.authorize(credential, presented: [.pin: SigningBench.pin, .sms: code])
    return true
  }

  /// Handle and link of what waits for Alice. Bob is asked too.
  static func pendings(_ bench: GatewayBench, _ expression: String) async throws -> (handle: String, link: String) {
    let factor: FactorID = expression == "PAGE" ? .page : .eidApp
    _ = try await bench.signing.enrol("c2", expression: expression, signer: "bob")
    _ = try await bench.signing.enrol("c1", expression: expression)
    _ = try await begin(bench, "c2", factor, "bob")
    let handle = try await begin(bench, "c1", factor)
    return (handle, bench.signing.messenger.link ?? "")
  }

  static func begin(
    _ bench: GatewayBench, _ id: String, _ factor: FactorID, _ signer: String = "alice"
  ) async throws -> String {
    var request = AuthorizationRequest(
      credential: CredentialID(id), numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [factor]
    let outcome = try await bench.signing.service.begin(request, as: bench.signing.principal(signer))
    guard case .pending(let handle) = outcome else { throw Refusal.policyNotSatisfied }
    return handle
  }

  static func grants(_ bench: GatewayBench, _ handle: String) async throws -> Bool {
    let outcome = try await bench.signing.service.check(handle: handle, as: bench.signing.principal())
    if case .granted = outcome { return true } else { return false }
  }

  // MARK: Jobs

  /// Alice's job; Bob has one too.
  ///
  /// - Parameter isTold: whether its partner hears of its end at once.
  static func jobs(_ bench: GatewayBench, isCarriedOut: Bool, isTold: Bool = true) async throws -> JobID {
    (bench.notifier as? SchemaNotifier)?.isDeaf.withLock { $0 = !isTold }
    var ids: [JobID] = []
    for (id, signer) in [("c2", "bob"), ("c1", "alice")] {
      let credential = try await bench.signing.enrol(id, signer: signer)
      let principal = bench.signing.principal(signer)
      let sad = try await bench.signing.authorize(credential, as: principal).sad
      let request = SigningRequest(
        credential: credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")])
      ids.append(
        try await bench.jobs.submit(
          JobRequest(request, validity: 3_600_000, responseURI: SchemaNotifier.uri), as: principal))
    }
    let job = try #require(ids.last)
    if isCarriedOut {
      let (first, principal) = (ids[0], bench.signing.principal("bob"))
      #expect(
        try await running(bench) {
          guard try await completes(bench, job) else { return false }
          if case .completed = try await bench.jobs.result(of: first, signer: nil, as: principal) { return true }
          return false
        })
    }
    return job
  }

  static func completes(_ bench: GatewayBench, _ job: JobID) async throws -> Bool {
    if case .completed = try await bench.jobs.result(of: job, signer: nil, as: bench.signing.principal()) {
      return true
    }
    return false
  }

  /// Whether something becomes true while jobs are carried out; not for ever.
  static func running(
    _ bench: GatewayBench, _ body: @escaping @Sendable () async throws -> Bool
  ) async throws -> Bool {
    try await withThrowingTaskGroup(of: Bool?.self) { group in
      group.addTask {
        await bench.jobs.run()
        return nil
      }
      group.addTask {
        for _ in 0..<60 {
          if try await body() { return true }
          try await Task.sleep(for: .milliseconds(20))
        }
        return false
      }
      defer { group.cancelAll() }
      while let result = try await group.next() { if let result { return result } }
      return false
    }
  }

  // MARK: Orders and revocations

  static func order(_ bench: GatewayBench, _ credential: Credential, _ signer: String) async throws -> OrderToken {
    try await bench.signing.service.orderDeletion(
      of: credential.id, presented: [.pin: SigningBench.pin], client: ClientID("portal"),
      as: bench.signing.principal(signer)
    ).token
  }

  /// Two certificates are revoked, and the list says so.
  static func revoked(_ bench: GatewayBench) async throws {
    let name = try #require(bench.signing.service.issuance).issuer.name
    let now = bench.signing.clock.now
    for serial in ["AA", "BB"] {
      try await bench.signing.store.write {
        try $0.add(Revocation(issuer: name, serialNumber: serial, time: now, expires: now + 86400))
      }
    }
    await bench.signing.service.publishRevocations()
    #expect(try serials(bench) == ["AA", "BB"])
  }

  /// What the CA's list names.
  static func serials(_ bench: GatewayBench) throws -> Set<String> {
    let octets = try Array(Data(contentsOf: bench.list))
    return Set(TestDevice.shared.authority.revocations(inList: octets, life: 1).map(\.serialNumber))
  }

  // MARK: The file

  static func checkReadiness(_ bench: GatewayBench) async throws {
    try await #require(bench.signing.store as? SQLiteFileStore).checkReadiness()
  }

  static func isWhole(_ bench: GatewayBench) async throws -> Bool {
    let verifier = Mutex(AuditVerifier())
    let head = try await SQLiteFileStore.readAudit(path: bench.path) { entry in
      try verifier.withLock { try $0.accept(entry) }
    }
    try verifier.withLock { try $0.finish(head) }
    return true
  }
}
