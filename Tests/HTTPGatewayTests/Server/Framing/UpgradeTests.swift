import Foundation
import TestSupport
import Testing

/// An offer to speak another protocol (RFC 9110 §7.8) is not taken, and changes nothing.
@Suite("Upgrade", .timeLimit(.minutes(5)))
struct UpgradeTests {
  static let offers = [
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
    "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
    "connection: keep-alive, UPGRADE\r\nupgrade: TLS/1.3, h2c\r\n", "Upgrade: h2c\r\n", "Connection: upgrade\r\n",
  ]

  private func get(_ offer: String) -> String { "GET /csc/v2/info HTTP/1.1\r\nHost: test\r\n\(offer)\r\n" }

  private func list(_ token: String, _ offer: String, isChunked: Bool) -> String {
    "POST /csc/v2/credentials/list HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer \(token)\r\n\(offer)"
      + "Content-Type: application/json\r\n"
      + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" : "Content-Length: 2\r\n\r\n{}")
  }

  @Test(
    "every request of the connection is answered, one after another and pipelined", arguments: ListenerKind.allCases)
  func answers(_ kind: ListenerKind) async throws {
    try await kind.serving { fixture, port in
      for offer in Self.offers {
        let requests = [
          get(""), get(offer), list(fixture.alice, offer, isChunked: false),
          list(fixture.alice, offer, isChunked: true),
          get(offer), list(fixture.alice, "", isChunked: true), get(""),
        ]
        for pipelined in [false, true] {
          let connection = try await kind.open(port)
          for (number, request) in requests.enumerated() {
            try await connection.send(request)
            guard !pipelined else { continue }
            try await connection.wait { $0.components(separatedBy: "HTTP/1.1 200 OK").count == number + 2 }
          }
          try await connection.wait { $0.components(separatedBy: "HTTP/1.1 200 OK").count == requests.count + 1 }
          #expect(!connection.received.lowercased().contains("connection: close") && !connection.isClosed)
          await connection.close()
        }
      }
    }
  }

  @Test("curl offers h2c and goes on with HTTP/1.1 on the same connection")
  func curl() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving { port in
      let url = "http://127.0.0.1:\(port)/csc/v2/info"
      let ended = try await run(
        "/usr/bin/curl",
        [
          "--silent", "--http2", "--max-time", "20", "--write-out", "%{http_code} %{num_connects}\n", "--output",
          "/dev/null", url, "--output", "/dev/null", url, "--output", "/dev/null", url,
        ])
      #expect(ended.output == "200 1\n200 0\n200 0\n")
    }
  }
}
