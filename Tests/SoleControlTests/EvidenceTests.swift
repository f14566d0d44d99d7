import AuditLog
import Foundation
import Octets
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import SoleControl

@Suite("Evidence", .timeLimit(.minutes(2)))
struct EvidenceTests {
  private static func statement(_ fixture: SigningFixture) -> PartnerStatement {
    PartnerStatement(
      issuer: "https://portal.example", subject: "customer-1", id: "s-1", issued: fixture.clock.now,
      expires: fixture.clock.now + 60, authenticationTime: fixture.clock.now - 20, acr: "urn:two", level: .substantial,
      methods: ["pwd", "otp"], digest: [7])
  }

  private func check(_ evidence: [Evidence], _ fixture: SigningFixture) throws {
    let partner = try #require(evidence.first { $0.factor == .partner }).detail
    #expect(partner["provider"] == "https://portal.example" && partner["acr"] == "urn:two")
    #expect(partner["level"] == "substantial" && partner["amr"] == ["pwd", "otp"])
    #expect(partner["authTime"] == .integer(fixture.clock.now - 20) && partner["token"] == "07")
    #expect(partner["tokenID"]?.string == Hex.encode(OctetDigest.sha256("s-1")))
    let subject = try #require(partner["subject"]?.string)
    #expect(subject.count == 64 && subject != Hex.encode(OctetDigest.sha256("customer-1")))
  }

  private func binding(_ store: MemoryStore, _ authorization: Authorization) async throws -> Binding {
    let activation = try await store.read { try $0.activation(authorization.activation) }
    return try #require(activation.flatMap { Binding(canonical: $0.binding) })
  }

  private func granted(_ store: MemoryStore) throws -> JSONValue? {
    let entry = try #require(
      store.audit.entries.last { String(decoding: $0.text, as: UTF8.self).contains("authorization.granted") })
    return try JSONValue.parse(entry.text, limits: .own).object?["evidence"]
  }

  @Test("what a check learnt is under the SAD's MAC and in the log, the same in both")
  func bound() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "PIN AND PARTNER")
    fixture.statements.set(.success(Self.statement(fixture)))
    let authorization = try await fixture.authorize(
      credential, presented: [.pin: SigningFixture.pin, .partner: "jws"])
    let binding = try await binding(store, authorization)
    try check(binding.evidence, fixture)
    #expect(binding.evidence.map(\.factor) == [.pin, .partner])
    #expect(try granted(store) == .array(binding.evidence.map(\.json)))

    // Another person in the evidence, and the SAD is none any more.
    let row = try #require(try await store.read { try $0.activation(authorization.activation) })
    let text = String(decoding: row.binding, as: UTF8.self)
    for (old, new) in [("urn:two", "urn:ten"), ("substantial", "high"), ("portal.example", "portal.evil")] {
      let edited = SigningFixture(store: MemoryStore())
      let same = try await edited.createCredential(expression: "PIN AND PARTNER")
      try await edited.store.write {
        try $0.add(
          Activation(
            digest: row.digest, binding: Array(text.replacing(old, with: new).utf8), expires: row.expires), slots: 1)
      }
      await #expect(throws: Refusal.invalidSAD) { try await edited.sign(same, authorization.sad, [digest("a")]) }
    }
    _ = try await fixture.sign(credential, authorization.sad, [digest("a")])
  }

  @Test("it lasts through a confirmation by the customer and through an extension")
  func lasting() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "PARTNER AND PAGE")
    fixture.statements.set(.success(Self.statement(fixture)))
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: 2, hashAlgorithm: nil, digests: [], presented: [.partner: "jws"])
    request.outOfBand = [.page]
    guard case .pending(let handle) = try await fixture.service.authorizations.begin(request, as: fixture.principal())
    else {
      throw Refusal.invalidHandle
    }
    _ = try await fixture.service.authorizations.answer(
      .approve(pin: SigningFixture.pin), link: #require(fixture.messenger.link))
    guard
      case .granted(let first) = try await fixture.service.authorizations.check(handle: handle, as: fixture.principal())
    else {
      throw Refusal.invalidHandle
    }
    let evidence = try await binding(store, first).evidence
    try check(evidence, fixture)
    #expect(evidence.map(\.factor) == [.partner, .page])
    #expect(try granted(store) == .array(evidence.map(\.json)))
    let second = try await fixture.service.authorizations.extend(
      ExtensionRequest(credential: credential.id, sad: first.sad, hashAlgorithm: nil, digests: []),
      as: fixture.principal())
    #expect(try await binding(store, second).evidence == evidence)
  }
}
