import OpenSSLPKI
import PKCS11Device
import SoleControl
import TestSupport
import Testing
import TimestampAuthority
import TokenSupport
import Vocabulary

/// Signatures that OpenSSL makes with keys in the token, by way of libp11.
@Suite("Authorities whose keys are in the token", .timeLimit(.minutes(2)))
struct TokenAuthorityTests {
  @Test("the authority of time-stamps makes tokens that are genuine for their request, 50 at once")
  func timestamps() async throws {
    let signer = TestToken.shared.timestampSigner
    let clock = TestClock()
    let service = TimestampService(
      signer: signer, policy: .init(oid: "1.3.6.1.4.1.32473.7"), now: { clock.now },
      random: { try await TestToken.shared.device.random(count: $0) })
    let request = try #require(TimestampRequest(hash: .sha256, digest: digest("a")))
    let other = try #require(TimestampRequest(hash: .sha256, digest: digest("b")))
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<50 { group.addTask { try await service.token(for: request) } }
      for try await token in group {
        #expect(await signer.isGenuine(token, for: request))
        #expect(await !signer.isGenuine(token, for: other))
      }
    }
  }

  @Test("the CA issues certificates, and lists those that were revoked")
  func certificates() async throws {
    let authority = TestToken.shared.authority
    let clock = TestClock()
    let publicKey = try await TestToken.shared.device.makeKeyPair(.ec(.p384)).publicKey
    let certificate = try authority.issue(
      publicKey: publicKey, subject: .init(commonName: "A B", givenName: "A", surname: "B", country: "AT"),
      serial: [UInt8](repeating: 1, count: 16), now: clock.now, days: 2)
    #expect(certificate.chain.count == 3 && certificate.publicKey == publicKey)
    #expect(try !authority.revocationLists(now: clock.now, number: 1, next: 100).issuing.isEmpty)
  }
}
