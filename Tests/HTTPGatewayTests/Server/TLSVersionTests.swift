import Foundation
import HTTPGateway
import SelfSignedTLS
import TestSupport
import Testing

/// The TLS library cannot be asked what it took of its configuration; a client that offers something sees it.
@Suite("TLS of the gateway's listener", .timeLimit(.minutes(5)))
struct TLSVersionTests {
  @Test("1.2 and 1.3 are spoken, with encryption and an authenticated key exchange, and nothing older")
  func versions() async throws {
    let folder = try temporaryFolder()
    let identity = try SelfSignedIdentity.loopback(
      serial: [1, 2, 3], now: Int64(Date().timeIntervalSince1970), days: 1)
    let (certificate, key) = (folder.appendingPathComponent("c.pem"), folder.appendingPathComponent("k.pem"))
    try identity.certificate.write(to: certificate, atomically: true, encoding: .utf8)
    try identity.privateKey.write(to: key, atomically: true, encoding: .utf8)
    let fixture = try await GatewayFixture()
    try await fixture.serving(tls: (certificate.path, key.path)) { port async throws -> Void in
      let versions = [
        try await Self.version(port, "-tls1_3"), try await Self.version(port, "-tls1_2"),
        try await Self.version(port, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        try await Self.version(port, "-tls1", "-cipher", "ALL:@SECLEVEL=0"),
      ]
      #expect(versions == ["TLSv1.3", "TLSv1.2", nil, nil])
      for suite in ["eNULL", "aNULL", "PSK", "SRP"] {
        let version = try await Self.version(port, "-tls1_2", "-cipher", "\(suite):@SECLEVEL=0")
        #expect(version == nil, "\(suite)")
      }
    }
  }

  /// The protocol's version as a client saw it that is willing to take the options; nil if there was no handshake.
  private static func version(_ port: Int, _ options: String...) async throws -> String? {
    let result = try await run("/usr/bin/openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-brief"] + options)
    let lines = result.output.split(separator: "\n")
    guard result.status == 0 else { return nil }
    return lines.first { $0.hasPrefix("Protocol version: ") }.map { String($0.dropFirst(18)) }
  }
}
