import DocumentSigning
import Foundation
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

  @Test("each issuer's current list, in DER, whether the file has DER or PEM")
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
    #expect(await source.revocationLists(for: chain, at: now) == [lists.root, lists.issuing])
    // Of the root's own certificates only the root's list speaks.
    #expect(await source.revocationLists(for: Array(chain.dropFirst()), at: now) == [lists.root])
    #expect(await source.revocationLists(for: [], at: now).isEmpty)
    // Before it was made, and when a newer one should be there.
    #expect(await source.revocationLists(for: chain, at: now - 10).isEmpty)
    #expect(await source.revocationLists(for: chain, at: now + 100).isEmpty)
  }

  @Test("a file that was written since is read again, and one that cannot be read is left out")
  func changes() async throws {
    let path = try temporaryFolder().appendingPathComponent("issuing.crl").path
    let source = RevocationFiles(paths: [path])
    let chain = try await chain()
    #expect(await source.revocationLists(for: chain, at: now).isEmpty)
    for number in 1...3 {
      let list = try TestDevice.shared.authority.revocationLists(now: now, number: Int64(number), next: 100).issuing
      try write(list, path)
      #expect(await source.revocationLists(for: chain, at: now) == [list])
    }
    try write([1, 2, 3], path)
    #expect(await source.revocationLists(for: chain, at: now).isEmpty)
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
