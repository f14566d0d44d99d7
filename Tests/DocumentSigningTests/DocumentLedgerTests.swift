import AuditLog
import DocumentSigning
import Octets
import OpenSSLPKI
import SoleControl
import Synchronization
import TestSupport
import Testing
import TimestampAuthority
import Vocabulary
import WireJSON

/// Documents and the ledger: what is authorized, what is spent, and what leaves.
@Suite("Documents and the ledger", .timeLimit(.minutes(2)))
struct DocumentLedgerTests {
  @Test("the document's digest must be authorized, its attributes' digest is signed, and the log has both")
  func authorized() async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential(scal: .two)
    let sad = try await fixture.signing.authorize(credential, digests: [digest("a")]).sad
    await #expect(throws: Refusal.digestNotAuthorized) {
      try await fixture.sign(credential, sad, [fixture.signature("b")])
    }
    #expect(fixture.store.count(.signatureIntended) == 0)
    let octets = try await fixture.sign(credential, sad, [fixture.signature("a")])
    #expect(try await isGood(octets[0], over: "a"))
    #expect(try await !isGood(octets[0], over: "b"))
    let log = fixture.store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }
    let intent = try #require(log.first { $0.contains("signature.intended") })
    #expect(intent.contains("\"authorized\":[\"\(Hex.encode(digest("a")))\"]") && intent.contains("signDoc"))
    #expect(!intent.contains("\"digests\":[\"\(Hex.encode(digest("a")))\"]"))
  }

  @Test(
    "the same request again gives the same octets at another time, and spends nothing",
    arguments: [(SignatureFormat.cades, ConformanceLevel.b), (.cades, .t), (.pades, .t), (.jades, .b)])
  func replay(format: SignatureFormat, level: ConformanceLevel) async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let packagings: [Packaging] = format == .pades ? [.detached] : [.detached, .attached]
    for packaging in packagings.prefix(1) + packagings.dropFirst() {
      let fresh = try await fixture.signing.authorize(credential, count: 2).sad
      let asked = [fixture.signature("a", format, level, packaging), fixture.signature("b", format, level, packaging)]
      let first = try await fixture.sign(credential, fresh, asked)
      fixture.signing.clock.advance(5)
      #expect(try await fixture.sign(credential, fresh, asked) == first)
      // Otherwise it would have been another one.
      await #expect(throws: Refusal.invalidSAD) { try await fixture.sign(credential, fresh, asked.reversed()) }
    }
    #expect(fixture.store.count(.signatureMade) == packagings.count)
    _ = try await fixture.sign(credential, sad, [fixture.signature("a", format, level)])
  }

  @Test("another level, packaging, property or format of the same document is another request")
  func identity() async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential(multisign: 10)
    let sad = try await fixture.signing.authorize(credential, count: 10).sad
    let mime = try #require(SignedProperty(name: "mime-type", octets: nil, for: .cades))
    let hints = try #require(SignedProperty(name: "content-hints", octets: nil, for: .cades))
    let asked = [
      fixture.signature("a"), fixture.signature("a", .cades, .t), fixture.signature("a", .pades),
      fixture.signature("a", .jades),
      fixture.signature("a", .cades, .b, .attached), fixture.signature("a", properties: [mime]),
      fixture.signature("a", properties: [hints]),
    ]
    for signature in asked { _ = try await fixture.sign(credential, sad, [signature]) }
    #expect(fixture.store.count(.signatureMade) == asked.count)
  }

  @Test(
    "an authority that fails releases no signature and spends nothing",
    arguments: [SignatureTimestampError.busy, .failed("certificate")])
  func timestampFails(error: SignatureTimestampError) async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, digests: [digest("a")]).sad
    fixture.authority.failure.withLock { $0 = error }
    do {
      _ = try await fixture.sign(credential, sad, [fixture.signature("a", .cades, .t)])
      Issue.record("signed without a time-stamp")
    } catch {
      #expect(error is Refusal || error is InternalFault)
    }
    #expect(fixture.store.count(.signatureReleased) == 1 && fixture.store.count(.signatureMade) == 0)
    fixture.authority.failure.withLock { $0 = nil }
    let octets = try await fixture.sign(credential, sad, [fixture.signature("a", .cades, .t)])
    #expect(try await isGood(octets[0], over: "a"))
    #expect(fixture.store.count(.signatureMade) == 1)
  }

  @Test("an authority that fails does not hold up what needs no time-stamp")
  func noTimestamp() async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential()
    fixture.authority.failure.withLock { $0 = .failed("dead") }
    let sad = try await fixture.signing.authorize(credential).sad
    #expect(try await fixture.sign(credential, sad, [fixture.signature("a")]).count == 1)
  }

  @Test(
    "a stored preparation or time-stamp that was edited is not answered", arguments: [SignatureFormat.cades, .jades])
  func edited(format: SignatureFormat) async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let asked = [fixture.signature("a", format, format == .cades ? .t : .b)]
    let first = try await fixture.sign(credential, sad, asked)
    let whole = try #require(fixture.store.operations.first?.work)
    // The last octets are of the signed part.
    fixture.edit { $0.dropLast() + [$0[$0.count - 1] ^ 1] }
    await #expect(throws: (any Error).self) { try await fixture.sign(credential, sad, asked) }
    fixture.edit { _ in Array(whole.dropLast()) }
    await #expect(throws: DocumentFault.preparation) { try await fixture.sign(credential, sad, asked) }
    fixture.edit { _ in whole }
    #expect(try await fixture.sign(credential, sad, asked) == first)

    if format == .cades {
      // The time-stamp of another signature.
      let other = try await fixture.sign(credential, sad, [fixture.signature("b", .cades, .t)])
      #expect(other != first)
      let tokens = fixture.store.operations.map { $0.signatures[1] }
      #expect(tokens.count == 2 && tokens[0] != tokens[1])
      fixture.store.tamper(operations: { $0.with(signatures: [$0.signatures[0], tokens[0]]) })
      var refused = 0
      for text in ["a", "b"] {
        do { _ = try await fixture.sign(credential, sad, [fixture.signature(text, .cades, .t)]) } catch { refused += 1 }
      }
      #expect(refused == 1)
    }
  }

  @Test("a signature over another document by the same key, put into the ledger, is not answered")
  func exchanged() async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    for format in [SignatureFormat.cades, .jades] {
      let sad = format == .cades ? sad : try await fixture.signing.authorize(credential, count: 2).sad
      let before = Set(fixture.store.operations.map(\.id))
      _ = try await fixture.sign(credential, sad, [fixture.signature("a", format)])
      let mine = try #require(fixture.store.operations.first { !before.contains($0.id) })
      _ = try await fixture.sign(credential, sad, [fixture.signature("b", format)])
      let others = try #require(fixture.store.operations.first { !before.contains($0.id) && $0.id != mine.id })
      // The work of the other, with its own representation and signature, but with the digest that was authorized.
      let work = replace(Hex.encode(digest("b")), Hex.encode(digest("a")), in: others.work)
      fixture.store.tamper(operations: {
        $0.id == mine.id ? $0.with(work: work).with(signatures: others.signatures) : $0
      }
      )
      await #expect(throws: (any Error).self, "\(format)") {
        try await fixture.sign(credential, sad, [fixture.signature("a", format)])
      }
    }
  }

  private func replace(_ text: String, _ other: String, in octets: [UInt8]) -> [UInt8] {
    let (from, to) = (Array(text.utf8), Array(other.utf8))
    var octets = octets
    var index = 0
    while index + from.count <= octets.count {
      if Array(octets[index..<(index + from.count)]) == from {
        octets.replaceSubrange(index..<(index + from.count), with: to)
      }
      index += 1
    }
    return octets
  }

  @Test("a request that will be finished by somebody else keeps its document")
  func lasting() async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 3).sad
    let asked = DocumentSigningRequest(
      credential: credential.id, qualifier: nil, sad: sad,
      signatures: [
        fixture.signature("a", .cades, .t, .attached), fixture.signature("b"),
        fixture.signature("c", .jades, .b, .attached),
      ])
    let request = try await fixture.documents.lastingRequest(asked, as: fixture.signing.principal())
    let result = try await fixture.signing.service.signing.sign(request, as: fixture.signing.principal())
    let finished = try await fixture.documents.finish(result)
    #expect(try await isGood(finished.documents[0].octets, over: "a", isAttached: true))
    #expect(try await isGood(finished.documents[1].octets, over: "b"))
    #expect(finished.documents.map(\.hasDocument) == [true, false, true])
    #expect(finished.hasTimestamps)
  }

  @Test("signatures for a list of others: those of a request that is finished later too", arguments: [true, false])
  func parallel(byDigest: Bool) async throws {
    let fixture = DocumentFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let asked = DocumentSigningRequest(
      credential: credential.id, qualifier: nil, sad: sad,
      signatures: [
        fixture.signature("a", .cades, .t, .parallel, byDigest: byDigest),
        fixture.signature("b", .jades, .b, .parallel, byDigest: byDigest),
      ])
    let request = try await fixture.documents.lastingRequest(asked, as: fixture.signing.principal())
    let result = try await fixture.signing.service.signing.sign(request, as: fixture.signing.principal())
    let finished = try await fixture.documents.finish(result)
    #expect(finished.documents.map(\.hasDocument) == [false, false])
    // A SignerInfo brings no certificates; the header of a JWS does.
    #expect(finished.documents.map(\.hasCertificates) == [false, true])
    #expect(finished.documents[0].octets.starts(with: [0x30, 0x82]))
    let data = await fixture.documents.validationData(for: finished)
    #expect(data.certificates.starts(with: credential.certificate.chain))
    let element = try #require(JSONValue.parse(finished.documents[1].octets, limits: .own).object)
    #expect(element.members.map(\.name) == ["protected", "signature"])
    let header = try #require(element["protected"]?.string.flatMap { Base64.decode($0) })
    #expect((try JSONValue.parse(header, limits: .own).object?["sigD"] == nil) != byDigest)
  }

  @Test("the credential that a qualifier chooses: that of the SAD, else the first usable one")
  func qualifier() async throws {
    let fixture = DocumentFixture()
    var credentials: [Credential] = []
    for (name, qualifier) in [
      ("c1", "eu_eidas_aes"), ("c2", "eu_eidas_aeseal"), ("c3", "eu_eidas_aeseal"), ("c4", nil),
    ] {
      var credential = try await fixture.signing.createCredential(name)
      credential.qualifier = qualifier
      try await fixture.signing.service.credentials.put(credential, events: [])
      credentials.append(credential)
    }
    func sign(_ qualifier: String, _ id: CredentialID?, _ sad: SignatureActivationData) async throws -> [[UInt8]] {
      let signed = try await fixture.documents.sign(
        DocumentSigningRequest(
          credential: id, qualifier: qualifier, sad: sad, signatures: [fixture.signature("a", .jades)]),
        as: fixture.signing.principal())
      return signed.chain
    }
    let sad = try await fixture.signing.authorize(credentials[2]).sad
    await #expect(throws: DocumentRefusal.qualifier) { try await sign("eu_eidas_aes", credentials[2].id, sad) }
    await #expect(throws: DocumentRefusal.qualifier) { try await sign("za_ecta_aes", nil, sad) }
    // Of another kind than the SAD's credential: the first of that kind, for which the SAD is none.
    await #expect(throws: Refusal.invalidSAD) { try await sign("eu_eidas_aes", nil, sad) }
    #expect(try await sign("eu_eidas_aeseal", nil, sad) == credentials[2].certificate.chain)
    let other = try await fixture.signing.authorize(credentials[1]).sad
    #expect(try await sign("eu_eidas_aeseal", credentials[1].id, other) == credentials[1].certificate.chain)
  }
}
