import AuditLog
import DocumentSigning
import OpenSSLPKI
import SoleControl
import Synchronization
import TestSupport
import Testing
import TimestampAuthority
import Vocabulary

/// Level B-LT of PAdES by digest, and validation data.
@Suite("Level B-LT", .timeLimit(.minutes(2)))
struct LongTermTests {
  /// Says of each certificate that it is good, by a list of its own, unless it is told otherwise.
  private final class Statements: RevocationSource {
    let others = Mutex<[[UInt8]: RevocationStatus]>([:])
    let asked = Mutex(0)
    let isEmpty = Mutex(false)

    func status(of certificate: [UInt8], issuers: [[UInt8]], at time: UnixTime) async -> RevocationStatus {
      asked.withLock { $0 += 1 }
      if isEmpty.withLock({ $0 }) { return .unknown }
      return others.withLock { $0[certificate] } ?? .good(list: Self.list(certificate))
    }

    static func list(_ certificate: [UInt8]) -> [UInt8] { digest("list") + certificate.suffix(8) }
  }

  private let source: Statements
  private let fixture: DocumentFixture
  private let stamping = TestDevice.shared.timestampSigner

  init() {
    let source = Statements()
    self.source = source
    fixture = DocumentFixture(revocation: source)
  }

  private func request(
    _ credential: Credential, _ sad: SignatureActivationData, level: ConformanceLevel = .lt,
    properties: [SignedProperty] = []
  ) -> DocumentSigningRequest {
    DocumentSigningRequest(
      credential: credential.id, qualifier: nil, sad: sad,
      signatures: [fixture.signature("a", .pades, level, properties: properties)])
  }

  private func sign(_ request: DocumentSigningRequest) async throws -> SignedDocuments {
    try await fixture.documents.sign(request, as: fixture.signing.principal())
  }

  @Test("is offered for PAdES where there are an authority and statements on revocation")
  func levels() {
    #expect(DocumentFixture().documents.levels(of: .pades) == [.b, .t])
    #expect(fixture.documents.levels(of: .pades) == [.b, .t, .lt] && fixture.documents.levels(of: .cades) == [.b, .t])
  }

  @Test("is not offered where the authority's chain ends in no root: there would never be a proof")
  func withoutRoot() {
    let cut = CutSigner(signer: stamping)
    let documents = fixture.documents(
      revocation: source, timestamps: SwitchableTimestamps.service(fixture.signing.clock, cut))
    #expect(documents.levels(of: .pades) == [.b, .t])
  }

  @Test("no time-stamp over a document is made for a caller without an authorization, at whatever level")
  func unauthorizedTimestamps() async throws {
    let counting = CutSigner(signer: stamping)
    let documents = fixture.documents(
      revocation: source, timestamps: SwitchableTimestamps.service(fixture.signing.clock, counting))
    let credential = try await fixture.signing.createCredential()
    let other = try await fixture.signing.createCredential("other")
    let (used, foreign) = (
      try await fixture.signing.authorize(credential).sad, try await fixture.signing.authorize(other).sad
    )
    let stamp = try #require(SignedProperty(name: "content-time-stamp", octets: nil, for: .pades))
    let made = try #require(SignatureActivationData(octets: [UInt8](repeating: 7, count: 48)))
    for level in [ConformanceLevel.b, .t] {
      for sad in [made, foreign] {
        await #expect(throws: Refusal.invalidSAD) {
          try await documents.sign(
            request(credential, sad, level: level, properties: [stamp]), as: fixture.signing.principal())
        }
      }
    }
    #expect(counting.count.withLock(\.self) == 0)
    let asked = request(credential, used, level: .b, properties: [stamp])
    let signed = try await documents.sign(asked, as: fixture.signing.principal())
    #expect(counting.count.withLock(\.self) == 1 && signed.hasTimestamps)
    // The same request again has its answer; another one is refused before the authority is asked.
    #expect(try await documents.sign(asked, as: fixture.signing.principal()) == signed)
    let before = counting.count.withLock(\.self)
    await #expect(throws: Refusal.self) {
      try await documents.sign(
        DocumentSigningRequest(
          credential: credential.id, qualifier: nil, sad: used,
          signatures: [fixture.signature("b", .pades, .b, properties: [stamp])]), as: fixture.signing.principal())
    }
    #expect(counting.count.withLock(\.self) == before)
  }

  @Test("needs a proof for each certificate below a root; without one nothing is spent")
  func proofs() async throws {
    let credential = try await fixture.signing.createCredential()
    let chain = credential.certificate.chain
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    func expect(_ refusal: DocumentRefusal, _ others: [[UInt8]: RevocationStatus]) async {
      source.others.withLock { $0 = others }
      await #expect(throws: refusal) { try await sign(request(credential, sad)) }
      await #expect(throws: refusal) {
        try await fixture.documents.lastingRequest(request(credential, sad), as: fixture.signing.principal())
      }
    }
    for certificate in [chain[0], chain[1], stamping.chain[0]] {
      await expect(.noRevocationData, [certificate: .unknown])
    }
    // For good goes before for a while.
    await expect(.revoked, [chain[0]: .revoked(list: [1]), chain[1]: .unknown])
    await expect(.revoked, [chain[1]: .revoked(list: [1]), chain[0]: .unknown])
    await expect(.authorityRevoked, [stamping.chain[0]: .revoked(list: [1]), chain[0]: .unknown])
    #expect(fixture.store.count(.signatureIntended) == 0)
    // Lower levels promise nothing.
    _ = try await sign(request(credential, sad, level: .t))
    // Nothing is asked of roots.
    let roots = ([chain.last ?? []] + stamping.trustAnchors).map { ($0, RevocationStatus.unknown) }
    source.others.withLock { $0 = Dictionary(roots) { first, _ in first } }
    #expect(try await sign(request(credential, sad)).documents.count == 1)
  }

  @Test("no statements are asked for while the call could not be signed anyway")
  func order() async throws {
    let credential = try await fixture.signing.createCredential(scal: .two)
    source.isEmpty.withLock { $0 = true }
    let other = try await fixture.signing.authorize(credential, digests: [digest("b")]).sad
    await #expect(throws: Refusal.digestNotAuthorized) { try await sign(request(credential, other)) }
    await #expect(throws: Refusal.invalidSAD) {
      try await sign(request(credential, #require(SignatureActivationData(octets: other.octets.map { $0 ^ 1 }))))
    }
    let spent = try await fixture.signing.authorize(credential, digests: [digest("a")]).sad
    _ = try await sign(request(credential, spent, level: .t))
    await #expect(throws: Refusal.invalidSAD) { try await sign(request(credential, spent)) }
    #expect(source.asked.withLock { $0 } == 0)
  }

  @Test("the lists that proved it are answered, also when there are none any more; a repetition needs no proof")
  func kept() async throws {
    let credential = try await fixture.signing.createCredential()
    let chain = credential.certificate.chain
    let proofs = [chain[0], chain[1], stamping.chain[0]].map(Statements.list)
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let first = try await sign(request(credential, sad))
    source.isEmpty.withLock { $0 = true }
    #expect(await fixture.documents.validationData(for: first).revocationLists == proofs)
    let again = try await sign(request(credential, sad))
    #expect(again == first)
    #expect(await fixture.documents.validationData(for: again).revocationLists == proofs)
    // Newer ones are better proofs, and take none away.
    source.isEmpty.withLock { $0 = false }
    source.others.withLock { $0[chain[0]] = .good(list: [7]) }
    #expect(await fixture.documents.validationData(for: first).revocationLists == proofs + [[7]])
    source.others.withLock { $0[chain[0]] = .revoked(list: [7]) }
    #expect(await fixture.documents.validationData(for: first).revocationLists == proofs)
    #expect(try await sign(request(credential, sad)) == first)
    // Another request is none that was signed.
    await #expect(throws: DocumentRefusal.revoked) {
      var other = request(credential, sad)
      other.signatures = [fixture.signature("b", .pades, .lt)]
      return try await sign(other)
    }
  }

  @Test("kept lists are answered by a service that has no lists any more, or another authority under the same root")
  func keptElsewhere() async throws {
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let signed = try await sign(request(credential, sad))
    let kept = [credential.certificate.chain[0], credential.certificate.chain[1], stamping.chain[0]]
      .map(Statements.list)
    #expect(signed.keptLists == kept)
    let without = fixture.documents(revocation: nil, timestamps: SwitchableTimestamps.service(fixture.signing.clock))
    #expect(await without.validationData(for: signed).revocationLists == kept)
    let other = try OtherTimestamps.signer()
    let renewed = fixture.documents(
      revocation: source, timestamps: SwitchableTimestamps.service(fixture.signing.clock, other))
    #expect(await renewed.validationData(for: signed).revocationLists == kept + [Statements.list(other.chain[0])])
  }

  @Test("where nobody can be asked, nothing is proven", arguments: [false, true])
  func unproven(hasAuthority: Bool) async throws {
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let documents = fixture.documents(
      revocation: hasAuthority ? nil : source,
      timestamps: hasAuthority ? SwitchableTimestamps.service(fixture.signing.clock) : nil)
    await #expect(throws: DocumentRefusal.noRevocationData) {
      try await documents.sign(request(credential, sad), as: fixture.signing.principal())
    }
    #expect(fixture.store.count(.signatureIntended) == 0)
  }

  @Test("what was taken for a repetition is never signed as something new")
  func repetition() async throws {
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    var request = SigningRequest(
      credential: credential.id, sad: sad, algorithm: .ecdsa(.sha256), digests: [digest("a")])
    #expect(try await fixture.signing.service.signing.isNew(request, as: fixture.signing.principal()))
    request.isRepetition = true
    await #expect(throws: Refusal.unavailable) {
      try await fixture.signing.service.signing.sign(request, as: fixture.signing.principal())
    }
    #expect(fixture.store.count(.signatureIntended) == 0)
    request.isRepetition = false
    let made = try await fixture.signing.service.signing.sign(request, as: fixture.signing.principal())
    request.isRepetition = true
    #expect(try await !fixture.signing.service.signing.isNew(request, as: fixture.signing.principal()))
    #expect(try await fixture.signing.service.signing.sign(request, as: fixture.signing.principal()) == made)
  }

  @Test("a time-stamp over the document by somebody else is refused; one of this service is taken")
  func contentTimestamps() async throws {
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let asked = try #require(TimestampRequest(hash: .sha256, digest: digest("a")))
    let own = try await SwitchableTimestamps.service(fixture.signing.clock).token(for: asked)
    // The last octet is of the authority's signature.
    let foreign = Array(own.dropLast()) + [own[own.count - 1] ^ 1]
    func property(_ token: [UInt8]?) throws -> SignedProperty {
      try #require(SignedProperty(name: "content-time-stamp", octets: token, for: .pades))
    }
    source.isEmpty.withLock { $0 = true }
    await #expect(throws: DocumentRefusal.property(.contentTimestamp)) {
      try await sign(request(credential, sad, properties: [property(foreign)]))
    }
    source.isEmpty.withLock { $0 = false }
    #expect(try await sign(request(credential, sad, properties: [property(own)])).hasTimestamps)
    #expect(try await sign(request(credential, sad, properties: [property(nil)])).hasTimestamps)
  }

  @Test("a time-stamp of another authority under the same root is not this service's")
  func otherAuthority() async throws {
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let asked = try #require(TimestampRequest(hash: .sha256, digest: digest("a")))
    let clock = fixture.signing.clock
    let token = try await SwitchableTimestamps.service(clock, OtherTimestamps.signer()).token(for: asked)
    #expect(await stamping.isGenuine(token, for: asked))
    #expect(try await !stamping.isOwn(token, for: asked))
    let property = try #require(SignedProperty(name: "content-time-stamp", octets: token, for: .pades))
    await #expect(throws: DocumentRefusal.property(.contentTimestamp)) {
      try await sign(request(credential, sad, properties: [property]))
    }
    #expect(try await !sign(request(credential, sad, level: .b, properties: [property])).hasTimestamps)
  }

  @Test(
    "while nobody has time to look whose a time-stamp is, nothing is signed",
    arguments: [.b, .lt] as [ConformanceLevel])
  func busy(level: ConformanceLevel) async throws {
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let asked = try #require(TimestampRequest(hash: .sha256, digest: digest("a")))
    let clock = fixture.signing.clock
    let own = try await SwitchableTimestamps.service(clock).token(for: asked)
    let property = try #require(SignedProperty(name: "content-time-stamp", octets: own, for: .pades))
    let documents = fixture.documents(
      revocation: source, timestamps: SwitchableTimestamps.service(clock, OtherTimestamps.Busy()))
    let asking = request(credential, sad, level: level, properties: [property])
    await #expect(throws: TimestampError.busy) {
      try await documents.sign(asking, as: fixture.signing.principal())
    }
    #expect(fixture.store.count(.signatureIntended) == 0)
    #expect(try await sign(asking).hasTimestamps)
    await #expect(throws: TimestampError.busy) {
      try await OtherTimestamps.signer(waitingLine: 0).isOwn(own, for: asked)
    }
  }

  @Test("validation data at level B-B are also those of a time-stamp over the document")
  func basic() async throws {
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let plain = try await sign(request(credential, sad, level: .b))
    let stamp = try #require(SignedProperty(name: "content-time-stamp", octets: nil, for: .pades))
    let stamped = try await sign(request(credential, sad, level: .b, properties: [stamp]))
    #expect(!plain.hasTimestamps && stamped.hasTimestamps && plain.keptLists.isEmpty)
    let list = Statements.list(stamping.chain[0])
    #expect(await !fixture.documents.validationData(for: plain).revocationLists.contains(list))
    let data = await fixture.documents.validationData(for: stamped)
    #expect(data.revocationLists.contains(list))
    #expect(stamping.trustAnchors.allSatisfy(data.certificates.contains))
  }
}

/// The authority without the root of its chain; counts what it signs.
private final class CutSigner: TimestampSigner {
  let count = Mutex(0)
  private let signer: DeviceTimestampSigner

  init(signer: DeviceTimestampSigner) { self.signer = signer }

  var chain: [[UInt8]] { signer.chain.dropLast() }
  var trustAnchors: [[UInt8]] { [] }
  var validity: ClosedRange<UnixTime> { signer.validity }

  func sign(_ content: TimestampContent) async throws(TimestampError) -> [UInt8] {
    count.withLock { $0 += 1 }
    return try await signer.sign(content)
  }

  func isGenuine(_ token: [UInt8], for request: TimestampRequest) async -> Bool {
    await signer.isGenuine(token, for: request)
  }

  func isOwn(_ token: [UInt8], for request: TimestampRequest) async throws(TimestampError) -> Bool {
    try await signer.isOwn(token, for: request)
  }
}
