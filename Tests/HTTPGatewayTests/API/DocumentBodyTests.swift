import CSCModel
import SoleControl
import TestSupport
import Testing

@testable import HTTPGateway

/// The memory that bodies with documents take.
@Suite("Bodies with documents", .timeLimit(.minutes(5)))
struct DocumentBodyTests {
  private func body(_ bench: GatewayBench, octets: Int = 1) async throws -> String {
    let credential = try await bench.signing.enrol()
    let sad = Base64.encodeURL(try await bench.signing.authorize(credential).sad.octets)
    let document = Base64.encode([UInt8](repeating: 7, count: octets))
    return
      #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)","documents":[{"document":"\#(document)","signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}]}"#
  }

  @Test("who announces much and sends little takes nothing from others", arguments: [true, false])
  func slowSenders(announced: Bool) async throws {
    var bench = try await GatewayBench()
    let budget = OctetBudget()
    bench.gateway.octetBudget = budget
    let text = try await body(bench)
    try await bench.serving { [bench] port in
      let head = bench.chunkedHead("signatures/signDoc", token: bench.partner)
      var slow: [RawConnection] = []
      for _ in 0..<12 {
        let connection = try await RawConnection.open(port)
        try await connection.send(
          announced
            ? head.replacing("Transfer-Encoding: chunked", with: "Content-Length: \(60 << 20)") + "{"
            : head + GatewayBench.chunk("{"))
        slow.append(connection)
      }
      // All of them are being read.
      try await eventually { budget.held >= 12 * Hold.request }
      let honest = try await RawConnection.open(port)
      try await honest.send(
        bench.chunkedHead("signatures/signDoc", token: bench.alice) + GatewayBench.chunk(text) + "0\r\n\r\n")
      try await honest.wait { _ in honest.status != nil }
      #expect(honest.status == "HTTP/1.1 200 OK", "\(honest.received)")
      #expect(slow.allSatisfy { $0.received.isEmpty && !$0.isClosed })
      for connection in slow { await connection.close() }
    }
  }

  @Test("a large document that comes in chunks is signed")
  func largeInChunks() async throws {
    let bench = try await GatewayBench()
    let text = try await body(bench, octets: 3 << 20)
    try await bench.serving { port in
      let honest = try await RawConnection.open(port)
      try await honest.send(
        bench.chunkedHead("signatures/signDoc", token: bench.alice) + GatewayBench.chunk(text) + "0\r\n\r\n")
      try await honest.wait { _ in honest.status != nil }
      #expect(honest.status == "HTTP/1.1 200 OK", "\(honest.received.prefix(300))")
      await honest.close()
    }
  }
}
