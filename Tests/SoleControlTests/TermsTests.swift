import AuditLog
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

@Suite("What is authorized along with a digest", .timeLimit(.minutes(2)))
struct TermsTests {
  private let a = digest("a")
  private let b = digest("b")
  private static let text = Array("approval".utf8)
  private static let other = Array("receipt".utf8)

  private static func terms(_ text: [UInt8], isInDigest: Bool = false) -> AuthorizedTerms {
    AuthorizedTerms(digest: text, isInDigest: isInDigest)
  }

  private func sad(
    _ fixture: SigningFixture, _ credential: Credential, _ digests: [[UInt8]], _ terms: [AuthorizedTerms?],
    count: Int? = nil
  ) async throws -> SignatureActivationData {
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: count ?? digests.count, hashAlgorithm: .sha256, digests: digests,
      presented: [.pin: SigningFixture.pin])
    request.terms = terms
    return try await fixture.service.authorizations.authorize(request, as: fixture.principal()).sad
  }

  /// A document's signature; what is signed stands for attributes that contain its digest.
  private func item(_ document: [UInt8], _ terms: [UInt8]) -> SigningItem {
    SigningItem(
      algorithm: .ecdsa(.sha256), dtbsRepresentation: digest("attributes"),
      authorizedDigest: AuthorizedDigest(hashAlgorithm: .sha256, bytes: document), terms: terms)
  }

  private func sign(
    _ fixture: SigningFixture, _ credential: Credential, _ sad: SignatureActivationData, _ items: [SigningItem]
  ) async throws -> SigningResult {
    try await fixture.service.signing.sign(
      SigningRequest(
        method: .signDoc, credential: credential.id, sad: sad, items: items,
        parameters: items.flatMap { $0.terms ?? [] }, preparation: []),
      as: fixture.principal())
  }

  @Test("only what was authorized with the digest is signed along with it, and a refusal costs nothing")
  func exactly() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    let sad = try await sad(fixture, credential, [a, b], [Self.terms(Self.text), Self.terms([])])
    for wrong in [
      item(a, []), item(a, Self.other), item(a, Self.text + Self.text), item(b, Self.text),
    ] {
      await #expect(throws: Refusal.termsNotAuthorized) { try await sign(fixture, credential, sad, [wrong]) }
      await #expect(throws: Refusal.termsNotAuthorized) {
        try await sign(fixture, credential, sad, [item(b, []), wrong].reversed())
      }
    }
    #expect(store.count(.signatureIntended) == 0)
    let result = try await sign(fixture, credential, sad, [item(b, []), item(a, Self.text)])
    #expect(result.items.map(\.terms) == [[], Self.text] && store.count(.signatureMade) == 1)
    // And the same again is answered from the ledger.
    #expect(try await sign(fixture, credential, sad, [item(b, []), item(a, Self.text)]) == result)
  }

  @Test("a digest alone is signed if nothing has to be added to it")
  func alone() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two)
    let added = try await sad(fixture, credential, [a], [Self.terms(Self.text)])
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, added, [a]) }
    for terms in [Self.terms(Self.text, isInDigest: true), Self.terms([]), nil] {
      _ = try await fixture.sign(credential, try await sad(fixture, credential, [a], [terms]), [a])
    }
  }

  @Test("the same digest with different terms: each finds its own")
  func twice() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two)
    let terms = [nil, Self.terms(Self.text), Self.terms(Self.other)]
    for order in [[Self.text, Self.other, []], [[], Self.other, Self.text], [Self.other, Self.other, Self.text]] {
      let sad = try await sad(fixture, credential, [a, a, a], terms)
      #expect(try await sign(fixture, credential, sad, order.map { item(a, $0) }).signatures.count == 3)
    }
    let sad = try await sad(fixture, credential, [a, a, a], terms)
    await #expect(throws: Refusal.termsNotAuthorized) {
      try await sign(fixture, credential, sad, [item(a, []), item(a, []), item(a, Self.text)])
    }
  }

  @Test("an extension keeps the terms of digests that it keeps, and others have none")
  func extended() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two, expression: "PIN", mode: .oauth2code)
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: 3, hashAlgorithm: .sha256, digests: [a, b],
      presented: [.pin: SigningFixture.pin], channel: .authorizationServer(ClientID("portal")))
    request.terms = [Self.terms(Self.text), Self.terms(Self.other)]
    request.saysTerms = true
    let principal = Principal(partner: SigningFixture.partner, signer: SignerID("alice"), client: ClientID("portal"))
    let first = try await fixture.service.authorizations.authorize(request, as: principal).sad
    func sign(_ sad: SignatureActivationData, _ items: [SigningItem]) async throws {
      _ = try await fixture.service.signing.sign(
        SigningRequest(
          method: .signDoc, credential: credential.id, sad: sad, items: items, parameters: [], preparation: []),
        as: principal)
    }
    try await sign(first, [item(a, Self.text)])
    let c = digest("c")
    let second = try await fixture.service.authorizations.extend(
      ExtensionRequest(credential: credential.id, sad: first, hashAlgorithm: .sha256, digests: [b, c]), as: principal
    ).sad
    await #expect(throws: Refusal.termsNotAuthorized) { try await sign(second, [item(b, Self.text)]) }
    await #expect(throws: Refusal.digestNotAuthorized) { try await sign(second, [item(a, Self.text)]) }
    await #expect(throws: Refusal.termsNotAuthorized) { try await sign(second, [item(c, Self.text)]) }
    try await sign(second, [item(b, Self.other), item(c, [])])
  }

  @Test("the terms are in the octets that the device's MAC covers")
  func covered() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(scal: .two)
    let sad = try await sad(fixture, credential, [a], [Self.terms(Self.text)])
    let binding = try await store.read { try $0.activation(sad.digest) }.flatMap { Binding(canonical: $0.binding) }
    #expect(binding?.terms == [Self.terms(Self.text)])
    var fewer = try #require(binding)
    fewer.terms = []
    #expect(Binding(canonical: fewer.canonical())?.terms.isEmpty == true && fewer.canonical() != binding?.canonical())
    var more = fewer
    more.terms = [nil, nil]
    #expect(Binding(canonical: more.canonical()) == nil, "terms for digests that there are not")
  }
}
