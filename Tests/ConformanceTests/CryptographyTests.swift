import ConformanceOpenSSL
import Crypto
import Foundation
import Octets
import TestSupport
import Testing

@testable import Conformance

/// OpenSSL's library against what its commands and swift-crypto make.
@Suite("Verification with OpenSSL", .timeLimit(.minutes(2)))
struct CryptographyTests {
  private let cryptography = ConformanceCryptography()
  private let service: TestService

  init() throws { service = try TestService(clock: TestClock()) }

  @Test("ECDSA in DER and plain")
  func ecdsa() throws {
    let digest = OctetDigest.sha256("Order 4711")
    let signature = try service.key.signature(for: RawDigest(octets: digest))
    let der = Array(signature.derRepresentation)
    let plain = Array(signature.rawRepresentation)
    func isValid(_ signature: [UInt8], _ digest: [UInt8], _ scheme: SignatureScheme) -> Bool {
      cryptography.isValid(signature, over: digest, scheme, certificate: service.certificate)
    }
    #expect(isValid(der, digest, .ecdsa) && isValid(plain, digest, .ecdsaPlain))
    #expect(!isValid(plain, digest, .ecdsa) && !isValid(der, digest, .ecdsaPlain))
    #expect(!isValid(der, Array(digest.reversed()), .ecdsa) && !isValid(der, digest, .rsaPKCS1(.sha256)))
    #expect(!cryptography.isValid(der, over: digest, .ecdsa, certificate: [1, 2, 3]))
  }

  @Test("RSASSA-PSS with hash, mask and salt as they were asked for, and PKCS #1 v1.5")
  func rsa() async throws {
    let digest = OctetDigest.sha256("Order 4711")
    let folder = try temporaryFolder()
    try Data(digest).write(to: folder.appendingPathComponent("digest"))
    let script = """
      cd '\(folder.path)'
      openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -subj /CN=x -days 2 2>/dev/null
      openssl x509 -in c -outform DER -out c.der
      openssl pkeyutl -sign -inkey k -in digest -pkeyopt digest:sha256 -out pkcs1
      openssl pkeyutl -sign -inkey k -in digest -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss \
        -pkeyopt rsa_pss_saltlen:20 -pkeyopt rsa_mgf1_md:sha512 -out pss
      """
    _ = try await run("/bin/sh", ["-ec", script])
    func file(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }
    let certificate = try file("c.der")
    func isValid(_ name: String, _ scheme: SignatureScheme) throws -> Bool {
      cryptography.isValid(try file(name), over: digest, scheme, certificate: certificate)
    }
    #expect(try isValid("pkcs1", .rsaPKCS1(.sha256)) && !isValid("pkcs1", .rsaPKCS1(.sha3With256Bits)))
    #expect(try isValid("pss", .rsaPSS(.sha256, mask: .sha512, salt: 20)))
    #expect(try !isValid("pss", .rsaPSS(.sha256, mask: .sha512, salt: 32)))
    #expect(try !isValid("pss", .rsaPSS(.sha256, mask: .sha256, salt: 20)))
    let facts = try #require(cryptography.certificate(certificate))
    #expect(facts.isAuthority && facts.isSelfIssued && facts.commonName == "x")
    #expect(cryptography.isIssued(certificate, by: certificate))
    #expect(!cryptography.isIssued(certificate, by: service.certificate))
    #expect(cryptography.certificate([0x30, 0]) == nil)
  }

  @Test("time-stamp tokens: imprint, nonce, signature; a response around it is none")
  func timestamps() async throws {
    let digest = OctetDigest.sha256("Order 4711")
    let token = try await service.timestampToken(digest: digest, hash: "sha256", nonce: "00f1")
    let facts = try #require(cryptography.timestamp(token))
    #expect(facts.hashAlgorithm == HashFunction.sha256.rawValue && facts.hashedMessage == digest)
    #expect(facts.nonce == "F1" && facts.signatureIsValid == true)
    let plain = try await service.timestampToken(digest: digest, hash: "sha256", nonce: nil)
    #expect(cryptography.timestamp(plain)?.nonce == nil)
    // The last octets are the signature's.
    let broken = token.dropLast() + [token[token.count - 1] ^ 1]
    #expect(cryptography.timestamp(Array(broken))?.signatureIsValid != true)
    #expect(cryptography.timestamp(token + [0]) == nil && cryptography.timestamp(digest) == nil)
    let response: [UInt8] = [0x30, 0x82] + [UInt8((token.count + 5) >> 8), UInt8((token.count + 5) & 255)]
    #expect(cryptography.timestamp(response + [0x30, 3, 2, 1, 0] + token) == nil)
  }

  @Test("CMS: detached or not, signed attributes, and whether it fits the content")
  func signedData() async throws {
    let content = Array("Order 4711".utf8)
    let command = ["cms", "-sign", "-binary", "-cades", "-outform", "DER", "-signer", "certificate", "-inkey", "key"]
    let cms = try await service.openssl(command, input: content)
    let detached = try #require(cryptography.signedData(cms, content: content))
    #expect(detached.isDetached && detached.signatureIsValid && detached.unsignedAttributes.isEmpty)
    #expect(detached.signedAttributes.contains("1.2.840.113549.1.9.16.2.47"))
    let whole = try await service.openssl(command + ["-nodetach"], input: content)
    let attached = try #require(cryptography.signedData(whole, content: []))
    #expect(attached.content == content && attached.signatureIsValid)
    let other = cryptography.signedData(cms, content: [1])
    #expect(other?.signatureIsValid == false && cryptography.signedData(content, content: content) == nil)
  }

  @Test("a signature in a PDF: its octets, and what it covers")
  func pdf() async throws {
    let space = 8192
    let start = "%PDF-1.7\n1 0 obj\n<</ByteRange "
    let head = start.utf8.count + 40 + "/Contents ".utf8.count
    let end = "/Type/Sig>>\nendobj\n%%EOF\n"
    let range = "[0 \(head) \(head + space + 2) \(end.utf8.count)]"
    let covered = start + range.padding(toLength: 40, withPad: " ", startingAt: 0) + "/Contents " + end
    let cms = try await service.openssl(
      ["cms", "-sign", "-binary", "-cades", "-outform", "DER", "-signer", "certificate", "-inkey", "key"],
      input: Array(covered.utf8))
    let hex = Hex.encode(cms).padding(toLength: space, withPad: "0", startingAt: 0)
    let file = covered.dropLast(end.count) + "<\(hex)>" + end
    let signature = try #require(PDFSignature(Array(file.utf8)))
    #expect(signature.cms == cms && signature.content == Array(covered.utf8))
    #expect(cryptography.signedData(signature.cms, content: signature.content)?.signatureIsValid == true)
    // Octets behind the range are covered by nothing.
    #expect(PDFSignature(Array((file + " ").utf8)) == nil && PDFSignature(Array(covered.utf8)) == nil)
    #expect(PDFSignature(SamplePDF.octets) == nil)
  }
}
