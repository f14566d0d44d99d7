import Foundation
import Octets
import OpenSSLPKI
import Synchronization
import TestSupport
import Testing
import TimestampAuthority
import Vocabulary

/// Tokens are read and verified by the `openssl` program.
@Suite("Time-stamping", .timeLimit(.minutes(2)))
struct TimestampTests {
  private let clock = TestClock()

  private func service(policy: TimestampService.Policy = .init(oid: "1.3.6.1.4.1.32473.7", accuracy: 2))
    -> TimestampService
  {
    let clock = clock
    return TimestampService(
      signer: TestDevice.shared.timestampSigner, policy: policy, now: { clock.now },
      random: { try await TestDevice.shared.device.random(count: $0) })
  }

  /// A token in a file next to the trust anchor.
  private struct Stored {
    let token, root: String

    init(_ token: [UInt8]) throws {
      let folder = try temporaryFolder()
      self.token = folder.appendingPathComponent("token.der").path
      root = folder.appendingPathComponent("root.pem").path
      try Data(token).write(to: URL(fileURLWithPath: self.token))
      try TestDevice.shared.authority.rootPEM.write(toFile: root, atomically: true, encoding: .utf8)
    }

    func verify(_ digest: [UInt8]) async throws -> ProgramResult {
      try await run(
        "/usr/bin/openssl",
        ["ts", "-verify", "-token_in", "-in", token, "-digest", Hex.encode(digest), "-CAfile", root])
    }

    func text() async throws -> String {
      try await run("/usr/bin/openssl", ["ts", "-reply", "-token_in", "-in", token, "-token_out", "-text"]).output
    }
  }

  @Test("a reader verifies a token with the CA alone: its digest, its signature and its time")
  func reader() async throws {
    let digest = OctetDigest.sha256("a checkpoint")
    let request = try #require(TimestampRequest(hash: .sha256, digest: digest))
    let token = try await service().token(for: request)
    let verifier = try TimestampVerifier(anchorsPEM: TestDevice.shared.authority.rootPEM)
    #expect(try verifier.time(of: token, sha256: digest) == clock.now)
    #expect(throws: (any Error).self) { try verifier.time(of: token, sha256: OctetDigest.sha256("another")) }
    #expect(throws: (any Error).self) { try verifier.time(of: token, sha256: [1]) }
    for place in stride(from: 0, to: token.count, by: 97) {
      var changed = token
      changed[place] ^= 1
      let time = try? verifier.time(of: changed, sha256: digest)
      // Attributes that are not signed, and names in certificates that are compared with nothing, are not covered.
      #expect(time == nil || time == clock.now)
    }
    #expect(throws: (any Error).self) { try verifier.time(of: Array(token.dropLast()), sha256: digest) }
    #expect(throws: (any Error).self) { try verifier.time(of: [], sha256: digest) }
    // The root of somebody else.
    let other = try await run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
        "-subj", "/CN=other", "-days", "3650", "-set_serial", "1",
      ])
    let stranger = try TimestampVerifier(anchorsPEM: other.output)
    #expect(throws: (any Error).self) { try stranger.time(of: token, sha256: digest) }
    #expect(throws: (any Error).self) { try TimestampVerifier(anchorsPEM: "no certificate") }
  }

  @Test("of an authority's answer the token is taken if it is good, and all of the answer")
  func answers() async throws {
    let request = try #require(TimestampRequest(hash: .sha256, digest: OctetDigest.sha256("a checkpoint")))
    let other = try #require(TimestampRequest(hash: .sha256, digest: OctetDigest.sha256("another")))
    let verifier = try TimestampVerifier(anchorsPEM: TestDevice.shared.authority.rootPEM)
    let query = try TimestampQuery(request)
    #expect(query.octets.count < 100 && query.octets.contains(request.digest))
    /// A `TimeStampResp` with a status and perhaps a token.
    func answer(_ status: UInt8, _ token: [UInt8]) -> [UInt8] {
      let content = [0x30, 0x03, 0x02, 0x01, status] + token
      return [0x30, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xff)] + content
    }
    let token = try await service().token(for: request)
    for status in UInt8(0)...1 {
      let (octets, time) = try query.token(in: answer(status, token), by: verifier)
      #expect(time == clock.now)
      #expect(try verifier.time(of: octets, for: request) == time)
    }
    let strange = try await service().token(for: other)
    for wrong in [
      [], [0], token, answer(0, []), answer(2, token), answer(0, strange), answer(0, token) + [0],
      Array(answer(0, token).dropLast()), answer(0, token) + [UInt8](repeating: 0, count: 70_000),
      [UInt8](repeating: 0x30, count: 5000),
    ] as [[UInt8]] {
      #expect(throws: (any Error).self) { try query.token(in: wrong, by: verifier) }
    }
  }

  @Test("a token for each hash verifies, for its digest and no other", arguments: HashAlgorithm.allCases)
  func hashes(hash: HashAlgorithm) async throws {
    let digest = [UInt8](repeating: 7, count: hash.digestLength)
    let token = try await Stored(service().token(for: #require(TimestampRequest(hash: hash, digest: digest))))
    let good = try await token.verify(digest)
    #expect(good.status == 0 && good.output.contains("Verification: OK"), "\(good.output)")
    #expect(try await token.verify([UInt8](repeating: 8, count: hash.digestLength)).status != 0)
    let text = try await token.text()
    #expect(text.contains("Hash Algorithm: \(hash.rawValue)"), "\(text)")
    #expect(text.contains("Policy OID: 1.3.6.1.4.1.32473.7"))
    #expect(text.contains("Accuracy: 0x02 seconds, unspecified millis, unspecified micros"))
    #expect(text.contains("Nonce: unspecified"))
  }

  @Test(
    "a nonce comes back as the same number, whatever its size and its leading octets",
    arguments: [
      [0], [0, 0, 5], [0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [UInt8](repeating: 0xa5, count: 64),
    ])
  func nonce(octets: [UInt8]) async throws {
    let request = try #require(TimestampRequest(hash: .sha256, digest: digest("a"), nonce: octets))
    let text = try await Stored(service().token(for: request)).text()
    let significant = octets.drop { $0 == 0 }
    let expected = significant.isEmpty ? "0" : Hex.encode(significant, .upper)
    #expect(text.contains("Nonce: 0x\(expected)\n"), "\(text)")
  }

  @Test("a token says the authority's time, and no two tokens have one number")
  func timeAndSerialNumber() async throws {
    let request = try #require(TimestampRequest(hash: .sha256, digest: digest("a")))
    clock.advance(60)
    let texts = [
      try await Stored(service().token(for: request)).text(), try await Stored(service().token(for: request)).text(),
    ]
    // As OpenSSL prints it.
    var seconds = time_t(clock.now)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 64)
    strftime(&buffer, buffer.count, "%b %e %T %Y", &parts)
    let expected = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    #expect(texts.allSatisfy { $0.contains("Time stamp: \(expected) GMT") }, "\(texts[0])")
    let numbers = texts.compactMap { $0.firstMatch(of: /Serial number: 0x([0-9A-F]{32})\n/)?.1 }
    #expect(Set(numbers).count == 2, "\(texts[0])")
  }

  @Test("no token outside the validity of the authority's certificate")
  func expired() async throws {
    clock.advance(31 * 86400)
    let request = try #require(TimestampRequest(hash: .sha256, digest: digest("a")))
    await #expect(throws: TimestampError.certificateNotValid) { try await service().token(for: request) }
  }

  @Test("100 callers at once get 100 tokens")
  func parallel() async throws {
    let request = try #require(TimestampRequest(hash: .sha256, digest: digest("a")))
    let service = service()
    let tokens = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<100 { group.addTask { try await service.token(for: request) } }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(tokens.count == 100)
  }

  @Test("a certificate for other purposes, and one of another key, make no authority")
  func wrongCertificate() throws {
    let authority = TestDevice.shared.authority
    let now = clock.now
    // Right purpose, but the key of the CA.
    let others = try authority.issueTimestampAuthority(
      keyLabel: CertificateAuthority.issuingLabel, organization: "Test", serial: [UInt8](repeating: 1, count: 16),
      now: now, days: 1)
    for chain in [others, authority.rootPEM, "no certificate"] {
      #expect(throws: (any Error).self) {
        try DeviceTimestampSigner(
          keys: TestDevice.shared.keys, keyLabel: DeviceTimestampSigner.standardLabel, chainPEM: chain)
      }
    }
  }

  @Test("a digest of another length is no request")
  func length() {
    #expect(TimestampRequest(hash: .sha256, digest: [1, 2, 3]) == nil)
  }
}
