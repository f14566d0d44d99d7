import AuditLog
import Octets
import OpenSSLPKI
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("Signing", .timeLimit(.minutes(2)))
struct SigningTests {
  @Test(
    "every key type signs with every algorithm that fits it, and OpenSSL verifies",
    arguments: [KeyType.rsa(bits: 2048), .rsa(bits: 3072), .rsa(bits: 4096), .ec(.p256), .ec(.p384), .ec(.p521)])
  func algorithms(key: KeyType) async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(key: key, multisign: 20)
    var algorithms: [SignatureAlgorithm] = []
    for hash in HashAlgorithm.allCases {
      switch key {
      case .ec: algorithms.append(.ecdsa(hash))
      case .rsa(let bits):
        let largest = bits / 8 - hash.digestLength - 2
        algorithms += [
          .rsaPKCS1(hash), .rsaPSS(hash: hash, maskGenerationHash: hash, saltLength: hash.digestLength),
          .rsaPSS(hash: hash, maskGenerationHash: hash, saltLength: 0),
          .rsaPSS(hash: hash, maskGenerationHash: hash, saltLength: largest),
        ]
      }
    }
    for algorithm in algorithms {
      let digest = [UInt8](repeating: 3, count: algorithm.hash.digestLength)
      let sad = try await fixture.authorize(credential).sad
      let signatures = try await fixture.sign(credential, sad, [digest], algorithm: algorithm)
      #expect(signatures.count == 1)
      #expect(
        Verifier().isValid(
          signatures[0], over: digest, algorithm: algorithm, publicKey: credential.certificate.publicKey),
        "\(algorithm.name)")
    }
  }

  @Test("a mask generation hash other than the hash is signed or refused, never signed differently")
  func mixedPSS() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(key: .rsa(bits: 2048))
    let algorithm = SignatureAlgorithm.rsaPSS(hash: .sha256, maskGenerationHash: .sha512, saltLength: 32)
    let sad = try await fixture.authorize(credential).sad
    do {
      let signatures = try await fixture.sign(credential, sad, [digest("a")], algorithm: algorithm)
      #expect(
        Verifier().isValid(
          signatures[0], over: digest("a"), algorithm: algorithm, publicKey: credential.certificate.publicKey))
    } catch {
      #expect(error as? Refusal == .parametersNotSupported)
      // Nothing was spent.
      _ = try await fixture.sign(credential, sad, [digest("a")], algorithm: .rsaPKCS1(.sha256))
    }
  }

  @Test("a salt that does not fit the key and an algorithm of another key type are refused and spend nothing")
  func unfitting() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(key: .rsa(bits: 2048))
    let sad = try await fixture.authorize(credential).sad
    await #expect(throws: Refusal.parametersNotSupported) {
      try await fixture.sign(
        credential, sad, [digest("a")],
        algorithm: .rsaPSS(hash: .sha256, maskGenerationHash: .sha256, saltLength: 223))
    }
    await #expect(throws: Refusal.algorithmNotAllowed) {
      try await fixture.sign(credential, sad, [digest("a")], algorithm: .ecdsa(.sha256))
    }
    await #expect(throws: Refusal.digestLength) { try await fixture.sign(credential, sad, [[1, 2, 3]]) }
    #expect(try await fixture.sign(credential, sad, [digest("a")]).count == 1)
  }

  @Test("100 digests come back in request order")
  func order() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two, multisign: 100)
    let digests = (0..<100).map { digest("document \($0)") }
    let sad = try await fixture.authorize(credential, count: 100, digests: digests.shuffled()).sad
    let signatures = try await fixture.sign(credential, sad, digests)
    for (digest, signature) in zip(digests, signatures) {
      #expect(
        Verifier().isValid(
          signature, over: digest, algorithm: .ecdsa(.sha256), publicKey: credential.certificate.publicKey))
    }
  }

  @Test("the log holds intent before outcome for a signature")
  func audit() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    _ = try await fixture.sign(credential, fixture.authorize(credential).sad, [digest("a")])
    let kinds = store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }
    let intent = try #require(kinds.firstIndex { $0.contains("signature.intended") })
    let made = try #require(kinds.firstIndex { $0.contains("signature.made") })
    #expect(intent < made)
    var verifier = LaneVerifier()
    for entry in store.audit.entries { try verifier.accept(entry, at: verifier.count + 1) }
    try verifier.finish([store.audit.lane])
  }

  @Test("the log holds no PIN, no SAD and no name of a person")
  func auditSecrets() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    _ = try await fixture.sign(credential, sad, [digest("a")])
    let log = store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
    for secret in [SigningFixture.pin, Hex.encode(sad.octets), Hex.encode(sad.octets.prefix(16)), "Example"] {
      #expect(!log.contains(secret))
    }
  }
}
