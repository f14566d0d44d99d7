import Foundation
import HTTPGateway
import Logging
import TestSupport
import Testing

/// Certificates of the TLS listeners.
@Suite("Certificates of the TLS listeners", .timeLimit(.minutes(5)))
struct ServerCertificateTests {
  private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// The first line of what OpenSSL's client tells, given what it writes, or what it says about the handshake.
  private func client(_ port: Int, _ arguments: [String]) async throws -> String {
    try await run("/usr/bin/openssl", ["s_client", "-connect", "127.0.0.1:\(port)"] + arguments, input: []).output
  }

  /// The certificate that the listener serves.
  private func served(_ port: Int) async throws -> String {
    let text = try await client(port, [])
    let start = try #require(text.range(of: "-----BEGIN CERTIFICATE-----"), "\(text)")
    let end = try #require(text.range(of: "-----END CERTIFICATE-----"))
    return String(text[start.lowerBound..<end.upperBound])
  }

  @Test(
    "renewed files are served at once after a reload; a pair that does not fit leaves the old one; open connections live on"
  )
  func renewed() async throws {
    let fixture = try await GatewayFixture()
    let files = try TLSFiles()
    let listener = Gateway.Listener(host: "127.0.0.1", port: 0, tls: files.names)
    let certificates = try ServerCertificates([listener], logger: quiet, interval: .seconds(3600))
    try await fixture.serving(tls: files.names, certificates: certificates) { port in
      let first = try await served(port)
      let open = try await RawConnection.open(port, tls: ["http/1.1"])
      try files.renew()
      let unchanged = try await served(port)
      #expect(unchanged == first)
      try certificates.reload()
      let second = try await served(port)
      #expect(second != first)
      // A certificate that belongs to another key, one that is none, and one that is gone.
      let other = try TLSFiles()
      for text in [try String(contentsOfFile: other.certificate, encoding: .utf8), "nothing", nil] {
        try FileManager.default.removeItem(atPath: files.certificate)
        if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: files.certificate)) }
        #expect(throws: (any Error).self) { try certificates.reload() }
        if text == nil { try Data().write(to: URL(fileURLWithPath: files.certificate)) }
        let kept = try await served(port)
        #expect(kept == second)
      }
      try files.renew()
      try certificates.reload()
      let third = try await served(port)
      #expect(third != second && third != first)
      try await open.send("GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n")
      try await open.wait { $0.hasSuffix("alive\n") }
      await open.close()
    }
  }

  @Test("renewed files are found without being told, and at the start they must be usable")
  func found() async throws {
    let fixture = try await GatewayFixture()
    let files = try TLSFiles()
    try await fixture.serving(tls: files.names) { port in
      let first = try await served(port)
      try files.renew()
      try await eventually { try await served(port) != first }
    }
    try Data("nothing".utf8).write(to: URL(fileURLWithPath: files.privateKey))
    let listener = Gateway.Listener(host: "127.0.0.1", port: 0, tls: files.names)
    #expect(throws: (any Error).self) { try ServerCertificates([listener], logger: quiet) }
  }

  @Test(
    "TLS 1.2 with forward secrecy and authenticated encryption alone, and 1.3; nothing else", arguments: [false, true])
  func suites(isRSA: Bool) async throws {
    let fixture = try await GatewayFixture()
    let files = try TLSFiles()
    if isRSA {
      let made = try await run(
        "/usr/bin/openssl",
        [
          "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2", "-keyout",
          files.privateKey, "-out", files.certificate,
        ])
      try #require(made.status == 0)
    }
    let kind = isRSA ? "RSA" : "ECDSA"
    try await fixture.serving(tls: files.names) { port in
      for suite in [
        "ECDHE-\(kind)-AES128-GCM-SHA256", "ECDHE-\(kind)-AES256-GCM-SHA384", "ECDHE-\(kind)-CHACHA20-POLY1305",
      ] {
        let text = try await client(port, ["-tls1_2", "-cipher", suite])
        #expect(text.contains("Cipher is \(suite)"), "\(suite)")
      }
      let newest = try await client(port, ["-tls1_3"])
      #expect(newest.contains("Cipher is TLS_"))
      for suite in [
        "ECDHE-\(kind)-AES128-SHA", "ECDHE-\(kind)-AES256-SHA", "ECDHE-\(kind)-AES128-SHA256", "AES128-GCM-SHA256",
        "AES128-SHA", "DHE-RSA-AES128-GCM-SHA256",
      ] {
        let text = try await client(port, ["-tls1_2", "-cipher", "\(suite):@SECLEVEL=0"])
        #expect(text.contains("Cipher is (NONE)"), "\(suite): \(text)")
      }
      let old = try await client(port, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
      #expect(old.contains("Cipher is (NONE)"), "\(old)")
    }
  }

  @Test("only the listener for clients with certificates asks for them", arguments: [false, true])
  func asks(isAsking: Bool) async throws {
    let fixture = try await GatewayFixture()
    let files = try TLSFiles()
    try await fixture.serving(tls: files.names, asksForCertificates: isAsking) { port in
      let text = try await client(port, ["-tls1_2"])
      #expect(text.contains("Client Certificate Types") == isAsking)
      #expect(text.contains("Cipher is ECDHE"))
    }
  }
}
