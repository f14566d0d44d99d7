import DocumentSigning
import Octets
import OpenSSLPKI
import SoleControl
import TestSupport
import Testing
import Vocabulary

/// OpenSSL's CMS around signatures of the device.
@Suite("CMS", .timeLimit(.minutes(2)))
struct CMSMakerTests {
  private static let cases: [(KeyType, SignatureAlgorithm)] = [
    (.ec(.p256), .ecdsa(.sha256)), (.ec(.p384), .ecdsa(.sha512)), (.ec(.p521), .ecdsa(.sha512)),
    (.rsa(bits: 2048), .rsaPKCS1(.sha384)),
    (.rsa(bits: 2048), .rsaPSS(hash: .sha256, maskGenerationHash: .sha256, saltLength: 32)),
    // The default of the parameters, which DER leaves out, and the longest.
    (.rsa(bits: 2048), .rsaPSS(hash: .sha256, maskGenerationHash: .sha256, saltLength: 20)),
    (.rsa(bits: 2048), .rsaPSS(hash: .sha256, maskGenerationHash: .sha256, saltLength: 222)),
  ]

  private func attributes(_ credential: Credential, _ hash: HashAlgorithm, _ digest: [UInt8]) throws -> [UInt8] {
    try CMSMaker().signedAttributes(
      CMSAttributes(
        messageDigest: digest, hash: hash, certificate: credential.certificate.chain[0], signingTime: 1_790_000_000,
        others: []))
  }

  private func signature(
    _ fixture: SigningFixture, _ credential: Credential, _ algorithm: SignatureAlgorithm, _ attributes: [UInt8],
    _ content: CMSSignature.Content, says digest: [UInt8]
  ) async throws -> CMSSignature {
    let sad = try await fixture.authorize(credential).sad
    let signatures = try await fixture.sign(
      credential, sad, [algorithm.hash.digest(of: attributes)], algorithm: algorithm)
    return CMSSignature(
      signedAttributes: attributes, messageDigest: digest, signature: signatures[0], algorithm: algorithm,
      certificates: Array(credential.certificate.chain.dropLast()), timestamp: nil, content: content)
  }

  @Test("openssl accepts every algorithm, detached and attached", arguments: cases.indices)
  func algorithms(index: Int) async throws {
    let (key, algorithm) = Self.cases[index]
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(key: key)
    let content = Array("a document".utf8)
    let digest = algorithm.hash.digest(of: content)
    let attributes = try attributes(credential, algorithm.hash, digest)
    for (place, isAttached) in [(CMSSignature.Content.detached, false), (.attached(content), true)] {
      let cms = try CMSMaker().signedData(
        try await signature(fixture, credential, algorithm, attributes, place, says: digest))
      #expect(try await isGood(cms, over: "a document", isAttached: isAttached), "\(algorithm.name)")
    }
  }

  @Test("a signature over other attributes, and attributes about another content, make no CMS")
  func mismatch() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let (one, two) = (digest("one"), digest("two"))
    let good = try await signature(
      fixture, credential, .ecdsa(.sha256), try attributes(credential, .sha256, one), .detached, says: one)
    _ = try CMSMaker().signedData(good)
    let others = CMSSignature(
      signedAttributes: try attributes(credential, .sha256, two), messageDigest: two, signature: good.signature,
      algorithm: good.algorithm, certificates: good.certificates, timestamp: nil, content: .detached)
    #expect(throws: (any Error).self) { try CMSMaker().signedData(others) }
    let about = CMSSignature(
      signedAttributes: good.signedAttributes, messageDigest: two, signature: good.signature,
      algorithm: good.algorithm, certificates: good.certificates, timestamp: nil, content: .detached)
    #expect(throws: (any Error).self) { try CMSMaker().signedData(about) }
    let garbage = CMSSignature(
      signedAttributes: [0x31, 0x02, 0x05], messageDigest: one, signature: good.signature, algorithm: good.algorithm,
      certificates: good.certificates, timestamp: nil, content: .detached)
    #expect(throws: (any Error).self) { try CMSMaker().signedData(garbage) }
  }

  @Test("the attributes are sorted, and of a certain form")
  func form() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential()
    let maker = CMSMaker()
    let with = try attributes(credential, .sha256, digest("a"))
    let without = try maker.signedAttributes(
      CMSAttributes(
        messageDigest: digest("a"), hash: .sha256, certificate: credential.certificate.chain[0], signingTime: nil,
        others: [("0.4.0.1733.2.1", [0x0c, 0x03, 0x61, 0x2f, 0x62])]))
    func contains(_ octets: [UInt8], _ oid: String) -> Bool {
      Hex.encode(octets).contains(oid)
    }
    #expect(with[0] == 0x31 && contains(with, "06092a864886f70d010905") && !contains(without, "06092a864886f70d010905"))
    #expect(contains(without, "060604008d450201") && contains(without, "31050c03612f62"))
  }
}
