import AuditLog
import Octets
import OpenSSLPKI
import SoleControl
import TestSupport
import Testing
import Vocabulary

/// Requests whose items differ in their algorithms, or are signed in another form than they were authorized in.
@Suite("Items", .timeLimit(.minutes(2)))
struct ItemTests {
  private static let document = digest("a document")

  /// A request for one document, as a caller makes it that signs attributes with a time in them.
  private func request(
    _ credential: Credential, _ sad: SignatureActivationData, time: String, document: [UInt8] = document,
    parameters: String = "Ades-B-B"
  ) -> SigningRequest {
    SigningRequest(
      method: .signHash, credential: credential.id, sad: sad,
      items: [
        SigningItem(
          algorithm: .ecdsa(.sha256), dtbsRepresentation: digest("attributes at \(time)"),
          authorizedDigest: AuthorizedDigest(hashAlgorithm: .sha256, bytes: document))
      ], parameters: Array(parameters.utf8), preparation: Array("attributes at \(time)\n".utf8) + [0, 255])
  }

  private func isGood(
    _ signature: [UInt8], _ digest: [UInt8], _ algorithm: SignatureAlgorithm, _ credential: Credential
  ) -> Bool {
    Verifier().isValid(signature, over: digest, algorithm: algorithm, publicKey: credential.certificate.publicKey)
  }

  @Test("what is authorized is the document, what is signed is its representation")
  func document() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two)
    let sad = try await fixture.authorize(credential, digests: [Self.document]).sad
    // Neither the representation itself nor another document is authorized.
    await #expect(throws: Refusal.digestNotAuthorized) {
      try await fixture.sign(credential, sad, [digest("attributes at noon")])
    }
    await #expect(throws: Refusal.digestNotAuthorized) {
      try await fixture.service.signing.sign(
        request(credential, sad, time: "noon", document: digest("another")), as: fixture.principal())
    }
    let result = try await fixture.service.signing.sign(request(credential, sad, time: "noon"), as: fixture.principal())
    #expect(result.signatures.count == 1)
    #expect(isGood(result.signatures[0], digest("attributes at noon"), .ecdsa(.sha256), credential))
    #expect(result.preparation == request(credential, sad, time: "noon").preparation)
  }

  @Test("the same request prepared again gets the first one's preparation and signatures")
  func repetition() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 2).sad
    let first = try await fixture.service.signing.sign(request(credential, sad, time: "noon"), as: fixture.principal())
    #expect(
      try await fixture.service.signing.sign(request(credential, sad, time: "one"), as: fixture.principal()) == first)
    #expect(store.count(.signatureMade) == 1)
    // Asked for something else, it is another request.
    let other = try await fixture.service.signing.sign(
      request(credential, sad, time: "one", parameters: "Ades-B-T"), as: fixture.principal())
    #expect(other.preparation == request(credential, sad, time: "one").preparation)
    #expect(store.count(.signatureMade) == 2)
    await #expect(throws: Refusal.invalidSAD) {
      try await fixture.service.signing.sign(
        request(credential, sad, time: "noon", parameters: "Ades-B-LT"), as: fixture.principal())
    }
  }

  @Test("a stored result whose work was edited is not answered")
  func editedWork() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    let first = try await fixture.sign(credential, sad, [digest("a")])
    let whole = try #require(store.operations.first?.work)
    let text = String(decoding: whole, as: UTF8.self)
    for (from, to) in [
      // Signed for something that was not asked for.
      ("\"dtbsr\":", "\"authorized\":\"00\",\"hash\":\"sha256\",\"dtbsr\":"),
      ("ecdsa-sha256", "ecdsa-sha384"), (Hex.encode(digest("a")), Hex.encode(digest("b"))), ("items", "itemz"),
      ("\n", ""),
    ] {
      let edited = text.replacing(from, with: to)
      #expect(edited != text)
      store.tamper(operations: { $0.with(work: Array(edited.utf8)) })
      await #expect(throws: StoreError.corrupt, "\(from)") { try await fixture.sign(credential, sad, [digest("a")]) }
    }
    store.tamper(operations: { $0.with(work: whole) })
    #expect(try await fixture.sign(credential, sad, [digest("a")]) == first)
  }

  @Test("items of several algorithms are signed in one call and come back in request order")
  func severalAlgorithms() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(key: .rsa(bits: 2048), multisign: 100)
    let pss = SignatureAlgorithm.rsaPSS(hash: .sha384, maskGenerationHash: .sha384, saltLength: 48)
    let algorithms: [SignatureAlgorithm] = [.rsaPKCS1(.sha256), pss, .rsaPKCS1(.sha512), .rsaPKCS1(.sha256), pss]
    let items = (0..<45).map { number in
      let algorithm = algorithms[number % algorithms.count]
      return SigningItem(
        algorithm: algorithm, digest: [UInt8](repeating: UInt8(number), count: algorithm.hash.digestLength))
    }
    let sad = try await fixture.authorize(credential, count: items.count).sad
    let result = try await fixture.service.signing.sign(
      SigningRequest(
        method: .signHash, credential: credential.id, sad: sad, items: items, parameters: [], preparation: []),
      as: fixture.principal())
    #expect(result.signatures.count == items.count)
    for (item, signature) in zip(items, result.signatures) {
      #expect(isGood(signature, item.dtbsRepresentation, item.algorithm, credential))
    }
  }

  @Test("if one algorithm of a call cannot be used, nothing of the call is spent")
  func oneFails() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(key: .rsa(bits: 2048))
    let sad = try await fixture.authorize(credential, count: 2).sad
    func sign(_ second: SignatureAlgorithm) async throws -> SigningResult {
      try await fixture.service.signing.sign(
        SigningRequest(
          method: .signHash, credential: credential.id, sad: sad,
          items: [
            SigningItem(algorithm: .rsaPKCS1(.sha256), digest: digest("a")),
            SigningItem(algorithm: second, digest: digest("b")),
          ], parameters: [], preparation: []), as: fixture.principal())
    }
    await #expect(throws: Refusal.algorithmNotAllowed) { try await sign(.ecdsa(.sha256)) }
    await #expect(throws: Refusal.digestLength) { try await sign(.rsaPKCS1(.sha384)) }
    // Devices like SoftHSM take no other hash for the mask: the device itself refuses, after the first order was
    // signed.
    await #expect(throws: Refusal.parametersNotSupported) {
      try await sign(.rsaPSS(hash: .sha256, maskGenerationHash: .sha512, saltLength: 32))
    }
    #expect(store.count(.signatureReleased) == 1 && store.count(.signatureMade) == 0)
    #expect(try await sign(.rsaPSS(hash: .sha256, maskGenerationHash: .sha256, saltLength: 32)).signatures.count == 2)
  }

  @Test("the intent names what is signed, and for what if that is something else")
  func intent() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 2).sad
    _ = try await fixture.sign(credential, sad, [digest("a")])
    _ = try await fixture.service.signing.sign(request(credential, sad, time: "noon"), as: fixture.principal())
    let intents = store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }
      .filter { $0.contains("signature.intended") }
    #expect(intents.count == 2)
    #expect(intents[0].contains("\"digests\":[\"\(Hex.encode(digest("a")))\"]") && !intents[0].contains("authorized"))
    #expect(
      intents[1].contains("\"digests\":[\"\(Hex.encode(digest("attributes at noon")))\"]")
        && intents[1].contains("\"authorized\":[\"\(Hex.encode(Self.document))\"]"))
  }

  @Test("an algorithm's name reads back as the algorithm, and other names are none")
  func names() {
    var algorithms: [SignatureAlgorithm] = HashAlgorithm.allCases.flatMap { [.rsaPKCS1($0), .ecdsa($0)] }
    for hash in HashAlgorithm.allCases {
      for mask in HashAlgorithm.allCases {
        algorithms.append(.rsaPSS(hash: hash, maskGenerationHash: mask, saltLength: 20))
      }
    }
    for algorithm in algorithms { #expect(SignatureAlgorithm(parsing: algorithm.name) == algorithm) }
    for name in [
      "", "-", "ecdsa", "ecdsa-", "ecdsa-sha1", "ecdsa-sha256-", "rsa-sha256", "rsa-pkcs1-md5", "rsa-pss-sha256",
      "rsa-pss-sha256-mgf2-sha256-32", "rsa-pss-sha256-mgf1-sha256-x", "rsa-pss-sha256-mgf1--32",
    ] {
      #expect(SignatureAlgorithm(parsing: name) == nil, "\(name)")
    }
  }
}

extension SigningOperation {
  fileprivate func with(work: [UInt8]) -> SigningOperation {
    SigningOperation(
      id: id, activation: activation, requestDigest: requestDigest, instance: instance, state: state, work: work,
      signatures: signatures)
  }
}
