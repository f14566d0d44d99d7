import AuditLog
import Foundation
import Registry
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("PARTNER", .timeLimit(.minutes(2)))
struct PartnerFactorTests {
  private static func statement(
    _ fixture: SigningFixture, id: String = "s-1", _ digests: [[UInt8]]? = [digest("a")], count: Int? = nil
  ) -> PartnerStatement {
    PartnerStatement(
      issuer: "https://portal.example", subject: "customer-1", id: id, issued: fixture.clock.now - 2,
      expires: fixture.clock.now + 58, authenticationTime: fixture.clock.now - 20, acr: "urn:two", level: .high,
      methods: ["pwd", "otp"],
      authorizedDigests: digests.map {
        AuthorizedDigests(hashAlgorithm: .sha256, numSignatures: count ?? $0.count, digests: $0)
      }, digest: [7])
  }

  private func authorize(
    _ fixture: SigningFixture, _ credential: Credential, digests: [[UInt8]] = [digest("a")],
    presented: [FactorID: String] = [.partner: "jws"]
  ) async throws -> Authorization {
    try await fixture.authorize(credential, count: max(digests.count, 1), digests: digests, presented: presented)
  }

  struct Change: Sendable {
    let reason: String
    let apply: @Sendable (inout PartnerStatement) -> Void

    init(_ reason: String, _ apply: @escaping @Sendable (inout PartnerStatement) -> Void) {
      self.reason = reason
      self.apply = apply
    }
  }

  @Test("a statement about the digests authorizes them, once, and the log names nobody")
  func right() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two, expression: "PARTNER")
    fixture.statements.set(.success(Self.statement(fixture)))
    let sad = try await authorize(fixture, credential).sad
    await #expect(throws: Refusal.wrongFactor(.partner)) { try await authorize(fixture, credential) }
    _ = try await fixture.sign(credential, sad, [digest("a")])
    let log = store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
    #expect(log.contains("https://portal.example") && log.contains("\"reason\":\"jti\""))
    #expect(!log.contains("customer-1") && !log.contains("s-1\""))
  }

  @Test(
    "another person, credential, level or time, and other digests, order, algorithm or count: refused, and the statement stays good",
    arguments: [
      Change("sub") { $0.subject = "customer-2" }, Change("credentialID") { $0.credential = CredentialID("other") },
      Change("acr") { $0.level = .low }, Change("auth_time") { $0.authenticationTime -= 611 },
      Change("auth_time") { $0.authenticationTime = 0 }, Change("iat") { $0.issued -= 329 },
      Change("dtbsr") { $0.authorizedDigests = nil },
      Change("dtbsr") { $0.authorizedDigests?.digests = [digest("b"), digest("a")] },
      Change("dtbsr") { $0.authorizedDigests?.digests = [digest("a"), digest("c")] },
      Change("dtbsr") { $0.authorizedDigests?.digests.removeLast() },
      Change("dtbsr") { $0.authorizedDigests?.digests.append(digest("a")) },
      Change("dtbsr") { $0.authorizedDigests?.hashAlgorithm = .sha384 },
      Change("dtbsr") { $0.authorizedDigests?.numSignatures = 3 },
    ])
  func wrong(change: Change) async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two, expression: "PARTNER")
    let digests = [digest("a"), digest("b")]
    let right = Self.statement(fixture, digests)
    var changed = right
    change.apply(&changed)
    fixture.statements.set(.success(changed))
    await #expect(throws: Refusal.wrongFactor(.partner)) { try await authorize(fixture, credential, digests: digests) }
    #expect(
      String(decoding: try #require(store.audit.entries.last).text, as: UTF8.self).contains("\"\(change.reason)\""))
    fixture.statements.set(.success(right))
    _ = try await authorize(fixture, credential, digests: digests)
  }

  @Test("what the partner's policy does not allow is refused: users, credentials")
  func policy() async throws {
    for (change, isGood) in [
      ({ $0.users = ["customer-1"] }, true), ({ $0.users = ["customer-2"] }, false), ({ $0.users = [] }, false),
      ({ $0.credentials = [CredentialID("cred-1")] }, true), ({ $0.credentials = [CredentialID("cred-2")] }, false),
      ({ $0.minimumLevel = .high }, true), ({ $0.maximumAge = 0 }, true),
      (
        {
          $0.maximumAge = 1
          $0.clockSkew = 0
        }, false
      ),
    ] as [((inout StatementPolicy) -> Void, Bool)] {
      var policy = SigningFixture.alone
      change(&policy)
      let fixture = SigningFixture(policy: policy)
      let credential = try await fixture.createCredential(scal: .two, expression: "PARTNER")
      fixture.statements.set(.success(Self.statement(fixture)))
      let isAccepted = (try? await authorize(fixture, credential)) != nil
      #expect(isAccepted == isGood, "\(policy)")
    }
  }

  @Test("at SCAL 1 a statement may leave the digests open, but one that names them is for no others")
  func scal1() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "PARTNER")
    func isGood(_ id: String, named: [[UInt8]]?, asked: [[UInt8]]) async -> Bool {
      fixture.statements.set(.success(Self.statement(fixture, id: id, named)))
      return (try? await authorize(fixture, credential, digests: asked)) != nil
    }
    #expect(await isGood("1", named: nil, asked: []))
    #expect(await isGood("2", named: nil, asked: [digest("a")]))
    #expect(await isGood("3", named: [digest("a")], asked: [digest("a")]))
    #expect(await isGood("4", named: [digest("a")], asked: [digest("b")]) == false)
    #expect(await isGood("5", named: [digest("a")], asked: []) == false)
  }

  @Test("the same statement from 20 connections at once opens one authorization")
  func race() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two, expression: "PARTNER")
    fixture.statements.set(.success(Self.statement(fixture)))
    let opened = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 { group.addTask { (try? await authorize(fixture, credential)) != nil } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(opened == 1)
  }

  @Test("another partner's statement of the same issuer and id uses nothing up")
  func otherPartner() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two, expression: "PARTNER")
    let foreign = try await fixture.createCredential(
      "cred-2", scal: .two, expression: "PARTNER AND PIN", partner: PartnerID("other"))
    fixture.partners.change(PartnerID("other")) { $0 = $0.stating(SigningFixture.alone) }
    fixture.statements.set(.success(Self.statement(fixture)))
    _ = try await fixture.authorize(
      foreign, digests: [digest("a")], presented: [.partner: "jws", .pin: SigningFixture.pin],
      as: fixture.principal(partner: PartnerID("other")))
    _ = try await authorize(fixture, credential)
  }

  @Test("a bad statement costs no try and no code that came with it, and a wrong PIN does not use up the statement")
  func nothingSpent() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two, expression: "PIN AND PARTNER")
    fixture.statements.set(.failure(.refused("signature")))
    for _ in 0..<6 {
      await #expect(throws: Refusal.wrongFactor(.partner)) {
        try await authorize(fixture, credential, presented: [.partner: "jws", .pin: "0"])
      }
    }
    #expect(try await store.read { try $0.factorState(.pin, of: credential.id) } == .fresh)
    fixture.statements.set(.success(Self.statement(fixture)))
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      try await authorize(fixture, credential, presented: [.partner: "jws", .pin: "0"])
    }
    let both: [FactorID: String] = [.partner: "jws", .pin: SigningFixture.pin]
    _ = try await authorize(fixture, credential, presented: both)
    // Used before: the PIN is not looked at.
    await #expect(throws: Refusal.wrongFactor(.partner)) {
      try await authorize(fixture, credential, presented: [.partner: "jws", .pin: "0"])
    }
    #expect(try await store.read { try $0.factorState(.pin, of: credential.id) } == .fresh)
  }

  @Test("keys that cannot be had are not the customer's fault")
  func unavailable() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two, expression: "PIN AND PARTNER")
    fixture.statements.set(.failure(.unavailable))
    await #expect(throws: Refusal.unavailable) {
      try await authorize(fixture, credential, presented: [.partner: "jws", .pin: "0"])
    }
    #expect(try await store.read { try $0.factorState(.pin, of: credential.id) } == .fresh)
  }

  @Test("no partner speaks on the authorization server's page")
  func onPages() async throws {
    let fixture = SigningFixture()
    await #expect(throws: InternalFault.contradictoryCredential(CredentialID("cred-1"))) {
      try await fixture.createCredential(expression: "PIN OR PARTNER", mode: .oauth2code)
    }
  }
}
