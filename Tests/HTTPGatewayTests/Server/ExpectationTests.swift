import Foundation
import TestSupport
import Testing

/// `Expect: 100-continue` (RFC 9110 §10.1.1).
@Suite("Expect: 100-continue", .timeLimit(.minutes(5)))
struct ExpectationTests {
  private static let goOn = "HTTP/1.1 100 Continue\r\n\r\n"

  private func head(_ token: String, version: String = "1.1", method: String = "credentials/list") -> String {
    """
    POST /csc/v2/\(method) HTTP/\(version)\r
    Host: test\r
    Authorization: Bearer \(token)\r
    Content-Type: application/json\r
    Content-Length: 2\r
    Expect: 100-continue\r
    \r

    """
  }

  @Test("the client is told to go on, and the connection serves the next call")
  func goesOn() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving { port in
      let connection = try await RawConnection.open(port)
      for round in 1...2 {
        try await connection.send(head(fixture.alice))
        try await connection.wait { $0.components(separatedBy: Self.goOn).count == round + 1 }
        #expect(connection.received.hasSuffix(Self.goOn))
        try await connection.send("{}")
        try await connection.wait { $0.components(separatedBy: "HTTP/1.1 200 OK").count == round + 1 }
      }
      await connection.close()
    }
  }

  @Test("a call that is refused before its body: the answer alone, and the connection ends")
  func refused() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving { port in
      for refusal in [head("unknown"), head(fixture.alice, method: "nonsense")] {
        let connection = try await RawConnection.open(port)
        try await connection.send(refusal)
        try await connection.wait { $0.contains("error_description") }
        #expect(!connection.received.contains(Self.goOn))
        #expect(connection.received.lowercased().contains("connection: close"))
        #expect(try await connection.closed(within: .seconds(10)) != nil)
      }
    }
  }

  @Test("HTTP/1.0 has no expectations")
  func version10() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving { port in
      let connection = try await RawConnection.open(port)
      try await connection.send(head(fixture.alice, version: "1.0") + "{}")
      try await connection.wait { _ in connection.status?.hasSuffix("200 OK") == true }
      #expect(!connection.received.contains("100 Continue"))
      await connection.close()
    }
  }

  @Test("curl sends a large body without waiting for its own timer, and learns of a refusal")
  func curl() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving { port in
      for (token, expected) in [(fixture.alice, "400"), ("unknown", "401")] {
        let body = Array((#"{"credentialID":"x","SAD":""# + String(repeating: "a", count: 3 << 20) + #""}"#).utf8)
        let ended = try await run(
          "/usr/bin/curl",
          [
            "--silent", "--http1.1", "--expect100-timeout", "60", "--max-time", "30", "--output", "/dev/null",
            "--header", "Authorization: Bearer \(token)", "--header", "Content-Type: application/json",
            "--header", "Expect: 100-continue", "--data-binary", "@-", "--write-out", "%{http_code} %{size_upload}",
            "http://127.0.0.1:\(port)/csc/v2/signatures/signDoc",
          ], input: body)
        let parts = ended.output.split(separator: " ").map(String.init)
        #expect(parts.first == expected, "\(ended.status) \(ended.output)")
        #expect(parts.last == (expected == "400" ? "\(body.count)" : "0"), "\(ended.output)")
      }
    }
  }
}
