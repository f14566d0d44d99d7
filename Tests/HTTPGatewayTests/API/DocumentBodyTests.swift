import CSCModel
import Octets
import SoleControl
import TestSupport
import Testing

@testable import HTTPGateway

/// The memory that bodies with documents take.
@Suite("Bodies with documents", .timeLimit(.minutes(5)))
struct DocumentBodyTests {
  private func body(_ fixture: GatewayFixture, octets: Int = 1) async throws -> String {
    let credential = try await fixture.signing.createCredential()
    let sad = Base64.encodeURL(try await fixture.signing.authorize(credential).sad.octets)
    let document = Base64.encode([UInt8](repeating: 7, count: octets))
    return
      #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)","documents":[{"document":"\#(document)","signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}]}"#
  }

  @Test("who announces much and sends little takes nothing from others", arguments: [true, false])
  func slowSenders(announced: Bool) async throws {
    var fixture = try await GatewayFixture()
    let budget = OctetBudget()
    fixture.gateway.octetBudget = budget
    let text = try await body(fixture)
    try await fixture.serving { [fixture] port in
      let head = fixture.chunkedHead("signatures/signDoc", token: fixture.partner)
      var slow: [RawConnection] = []
      for _ in 0..<12 {
        let connection = try await RawConnection.open(port)
        try await connection.send(
          announced
            ? head.replacing("Transfer-Encoding: chunked", with: "Content-Length: \(60 << 20)") + "{"
            : head + GatewayFixture.chunk("{"))
        slow.append(connection)
      }
      // All of them are being read.
      try await eventually { budget.held >= 12 * Hold.request }
      let honest = try await RawConnection.open(port)
      try await honest.send(
        fixture.chunkedHead("signatures/signDoc", token: fixture.alice) + GatewayFixture.chunk(text) + "0\r\n\r\n")
      try await honest.wait { _ in honest.status != nil }
      #expect(honest.status == "HTTP/1.1 200 OK", "\(honest.received)")
      #expect(slow.allSatisfy { $0.received.isEmpty && !$0.isClosed })
      for connection in slow { await connection.close() }
    }
  }

  @Test("a large document that comes in chunks is signed")
  func largeInChunks() async throws {
    let fixture = try await GatewayFixture()
    let text = try await body(fixture, octets: 3 << 20)
    try await fixture.serving { port in
      let honest = try await RawConnection.open(port)
      try await honest.send(
        fixture.chunkedHead("signatures/signDoc", token: fixture.alice) + GatewayFixture.chunk(text) + "0\r\n\r\n")
      try await honest.wait { _ in honest.status != nil }
      #expect(honest.status == "HTTP/1.1 200 OK", "\(honest.received.prefix(300))")
      await honest.close()
    }
  }
}
