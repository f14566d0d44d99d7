import DocumentSigning
import Foundation
import Issuance
import OpenSSLPKI
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("CRLs in files", .timeLimit(.minutes(2)))
struct RevocationFilesTests {
  private let now = UnixTime(Date().timeIntervalSince1970)

  private func chain() async throws -> [[UInt8]] { try await SigningFixture().createCredential().certificate.chain }

  private func write(_ list: [UInt8], _ path: String) throws { try Data(list).write(to: URL(fileURLWithPath: path)) }

  @Test("each issuer's list in force proves its certificates good, whether the file has DER or PEM")
  func current() async throws {
    let folder = try temporaryFolder()
    let (der, pem) = (folder.appendingPathComponent("root.crl").path, folder.appendingPathComponent("issuing.pem").path)
    let lists = try TestDevice.shared.authority.revocationLists(now: now, number: 1, next: 100)
    try write(lists.root, der)
    let plain = folder.appendingPathComponent("issuing.crl").path
    try write(lists.issuing, plain)
    #expect(try await run("/usr/bin/openssl", ["crl", "-inform", "DER", "-in", plain, "-out", pem]).status == 0)
    let source = RevocationFiles(paths: [der, pem, folder.appendingPathComponent("none").path])
    let chain = try await chain()
    func status(_ certificate: [UInt8], _ issuers: [[UInt8]], at time: UnixTime) async -> RevocationStatus {
      await source.status(of: certificate, issuers: issuers, at: time)
    }
    #expect(await status(chain[0], chain, at: now) == .good(list: lists.issuing))
    #expect(await status(chain[1], chain, at: now) == .good(list: lists.root))
    // Before it was made, and when a newer one should be there.
    #expect(await status(chain[0], chain, at: now - 10) == .unknown)
    #expect(await status(chain[0], chain, at: now + 100) == .unknown)
    // Without the issuer's certificate no signature can be verified.
    #expect(await status(chain[0], [chain[0], chain[2]], at: now) == .unknown)
    #expect(await status([1, 2], chain, at: now) == .unknown)
  }

  @Test("a file that was written since is read again; one that cannot be read, or is too large, is none")
  func changes() async throws {
    let path = try temporaryFolder().appendingPathComponent("issuing.crl").path
    let source = RevocationFiles(paths: [path])
    let chain = try await chain()
    func status() async -> RevocationStatus { await source.status(of: chain[0], issuers: chain, at: now) }
    #expect(await status() == .unknown)
    var list: [UInt8] = []
    for number in 1...3 {
      list = try TestDevice.shared.authority.revocationLists(now: now, number: Int64(number), next: 100).issuing
      try write(list, path)
      #expect(await status() == .good(list: list))
    }
    for bad in [[1, 2, 3], list + [UInt8](repeating: 0, count: 4 << 20), Array(list.dropLast())] {
      try write(bad, path)
      #expect(await status() == .unknown)
    }
  }

  @Test("a certificate that any list in force names is revoked")
  func revoked() async throws {
    let folder = try temporaryFolder()
    let paths = ["old", "new"].map { folder.appendingPathComponent($0).path }
    let chain = try await chain()
    let authority = TestDevice.shared.authority
    let revocation = Revocation(
      issuer: try authority.issuingName, serialNumber: try Certificate(chain: chain).serialNumber, time: now,
      expires: now + 100, reason: .keyCompromise)
    func list(_ revocations: [Revocation], at time: UnixTime) throws -> [UInt8] {
      try authority.issuingList(of: revocations, now: time, number: time, next: 100)
    }
    let (named, older, newer) = (try list([revocation], at: now), try list([], at: now - 9), try list([], at: now - 5))
    let source = RevocationFiles(paths: paths)
    func status(_ lists: [[UInt8]]) async throws -> RevocationStatus {
      for (list, path) in zip(lists, paths) { try write(list, path) }
      return await source.status(of: chain[0], issuers: chain, at: now)
    }
    #expect(try await status([newer, named]) == .revoked(list: named))
    #expect(try await status([named, newer]) == .revoked(list: named))
    #expect(try await status([newer, older]) == .good(list: newer))
    #expect(try await status([older, newer]) == .good(list: newer))
  }

  /// Extensions of lists, and whether they count for a certificate that says nothing of where its list is.
  @Test("lists that are not whole, not about such certificates, or not signed by the issuer do not count")
  func kinds() async throws {
    let ca = try await SmallAuthority()
    for (extensions, counts) in [
      ("authorityKeyIdentifier=keyid", true),
      // Delta CRLs, also such as do not say that this is critical, or whose base cannot be read.
      ("2.5.29.27=critical,DER:020101", false), ("2.5.29.27=DER:020101", false),
      ("2.5.29.27=critical,DER:0500", false), ("2.5.29.27=DER:0500", false),
      ("issuingDistributionPoint=critical,onlyuser:TRUE", true),
      ("issuingDistributionPoint=critical,onlyCA:TRUE", false),
      ("issuingDistributionPoint=critical,onlyAA:TRUE", false),
      ("issuingDistributionPoint=critical,indirectCRL:TRUE", false),
      ("issuingDistributionPoint=critical,onlysomereasons:keyCompromise", false),
      ("issuingDistributionPoint=critical,fullname:URI:http://a.example/1", false),
      ("1.2.3.4=critical,DER:0500", false), ("1.2.3.4=DER:0500", true),
    ] {
      let status = try await ca.status(extensions: extensions)
      #expect(status.isGood == counts && !status.isRevoked, "\(extensions)")
    }
    // The same name, another key.
    #expect(try await ca.status(extensions: "1.2.3.4=DER:0500", key: "other") == .unknown)
    // An entry that says "removed" is one.
    #expect(try await ca.status(extensions: "1.2.3.4=DER:0500", revoking: "removeFromCRL").isRevoked)
    #expect(try await ca.status(extensions: "1.2.3.4=DER:0500", revoking: "superseded").isRevoked)
  }

  @Test("openssl verifies the CA's lists")
  func verified() async throws {
    let folder = try temporaryFolder()
    let (list, root) = (folder.appendingPathComponent("crl").path, folder.appendingPathComponent("root").path)
    try write(TestDevice.shared.authority.revocationLists(now: now, number: 7, next: 100).root, list)
    try TestDevice.shared.authority.rootPEM.write(toFile: root, atomically: true, encoding: .utf8)
    let result = try await run(
      "/usr/bin/openssl", ["crl", "-inform", "DER", "-in", list, "-CAfile", root, "-noout", "-text", "-crlnumber"])
    #expect(result.status == 0 && result.output.contains("verify OK") && result.output.contains("crlNumber=0x07"))
    #expect(result.output.contains("No Revoked Certificates"))
  }
}
