import CSCModel
import Octets
import SoleControl
import TestSupport
import Testing

@testable import HTTPGateway

/// Octets of the budget that requests and answers hold, over real sockets.
@Suite("Octets that wait", .timeLimit(.minutes(5)))
struct WaitingOctetsTests {
  private static let patience = Duration.seconds(20)

  private func signDoc(_ fixture: GatewayFixture, octets: Int) async throws -> String {
    let credential = try await fixture.signing.createCredential()
    let sad = Base64.encodeURL(try await fixture.signing.authorize(credential).sad.octets)
    let document = Base64.encode([UInt8](repeating: 7, count: octets))
    let body =
      #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)","documents":[{"document":"\#(document)","signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}]}"#
    return fixture.chunkedHead("signatures/signDoc", token: fixture.alice) + GatewayFixture.chunk(body) + "0\r\n\r\n"
  }

  private func login(_ length: Int) -> String {
    "POST /csc/v2/auth/login HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
  }

  @Test("an answer is in the budget until its last octet is taken or its connection ends", arguments: [true, false])
  func unreadAnswer(isTaken: Bool) async throws {
    var fixture = try await GatewayFixture()
    let budget = OctetBudget(.init(known: 8 << 20, partner: 8 << 20))
    fixture.gateway.octetBudget = budget
    let call = try await signDoc(fixture, octets: 3 << 20)
    try await fixture.serving { port in
      let slow = try await RawConnection.open(port, receiveBuffer: 4096)
      try await slow.setReading(false)
      try await slow.send(call)
      // The request is four MiB and gone, the answer as much and stays.
      try await eventually { budget.held > 3 << 20 && budget.held < 5 << 20 }
      let other = try await RawConnection.open(port)
      try await other.send(call)
      try await other.wait(Self.patience) { _ in other.status != nil }
      #expect(other.status == "HTTP/1.1 503 Service Unavailable")
      #expect(other.received.lowercased().contains("retry-after: 1\r\n"))
      #expect(other.received.contains(#"{"error":"temporarily_unavailable""#), "\(other.received.suffix(300))")
      #expect(budget.held > 3 << 20)
      if isTaken { try await slow.setReading(true) } else { await slow.close() }
      try await eventually { budget.held == 0 }
      if isTaken { #expect(slow.status == "HTTP/1.1 200 OK" && slow.octets.count > 4 << 20) }
      let again = try await RawConnection.open(port)
      try await again.send(call)
      try await again.wait(Self.patience) { _ in again.octets.count > 4 << 20 }
      #expect(again.status == "HTTP/1.1 200 OK")
      for connection in [slow, other, again] { await connection.close() }
      try await eventually { budget.held == 0 }
    }
  }

  @Test("what needs no token takes 16 KiB, and what exceeds is told before it is sent")
  func smallBodies() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving { port in
      for path in ["csc/v1/auth/login", "csc/v2/auth/login", "csc/v2/info", "eid/notification"] {
        for (size, isRefused) in [(16 << 10, false), (16 << 10 + 1, true)] {
          let connection = try await RawConnection.open(port)
          let token = path.hasPrefix("eid") ? "Authorization: Bearer x\r\n" : ""
          try await connection.send(
            "POST /\(path) HTTP/1.1\r\nHost: test\r\n\(token)Content-Type: application/json\r\nContent-Length: \(size)\r\n\r\n"
          )
          if !isRefused { try await connection.send("{" + String(repeating: " ", count: size - 2) + "}") }
          try await connection.wait(Self.patience) { _ in connection.status != nil }
          #expect(connection.status?.hasPrefix("HTTP/1.1 413 ") == isRefused, "\(path) \(size)")
          await connection.close()
        }
      }
    }
  }

  @Test("an address without a token has its share of open requests; others, and who showed a token, go on")
  func shareOfAnAddress() async throws {
    var fixture = try await GatewayFixture()
    let budget = OctetBudget(.init(strangers: 100 * Hold.request, address: 4 * Hold.request))
    fixture.gateway.octetBudget = budget
    let list = fixture.chunkedHead("credentials/list", token: fixture.alice) + "0\r\n\r\n"
    try await fixture.serving { port in
      let known = try await RawConnection.open(port)
      try await known.send(list)
      try await known.wait(Self.patience) { _ in known.status == "HTTP/1.1 200 OK" }
      var open: [RawConnection] = []
      for _ in 0..<4 {
        let connection = try await RawConnection.open(port)
        try await connection.send(login(10))
        open.append(connection)
      }
      try await eventually { budget.held == 4 * Hold.request }
      let paths = [
        "POST /csc/v2/auth/login": #"{"error":"temporarily_unavailable""#,
        "POST /oauth2/token": #"{"error":"temporarily_unavailable""#, "GET /oauth2/authorize": "<html",
      ]
      for (path, text) in paths {
        let refused = try await RawConnection.open(port)
        try await refused.send("\(path) HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n")
        try await refused.wait(Self.patience) { _ in refused.status != nil }
        #expect(refused.status == "HTTP/1.1 503 Service Unavailable", "\(path)")
        #expect(refused.received.contains(text) && refused.received.lowercased().contains("retry-after: "), "\(path)")
        await refused.close()
      }
      let alive = try await RawConnection.open(port)
      try await alive.send("GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n")
      try await alive.wait(Self.patience) { _ in alive.status == "HTTP/1.1 200 OK" }
      let elsewhere = try await RawConnection.open(port, from: "127.0.0.2")
      try await elsewhere.send(login(2) + "{}")
      try await elsewhere.wait(Self.patience) { _ in elsewhere.status != nil }
      #expect(elsewhere.status == "HTTP/1.1 400 Bad Request" || elsewhere.status == "HTTP/1.1 401 Unauthorized")
      try await known.send(list)
      try await known.wait(Self.patience) { $0.ranges(of: "HTTP/1.1 200 OK").count == 2 }
      for connection in open + [known, alive, elsewhere] { await connection.close() }
      try await eventually { budget.held == 0 }
    }
  }

  @Test("of a hundred streams that announce bodies the share is kept open, the others are answered and reset at once")
  func streams() async throws {
    var fixture = try await GatewayFixture()
    let budget = OctetBudget(.init(strangers: 100 * Hold.request, address: 4 * Hold.request))
    fixture.gateway.octetBudget = budget
    let authority = try await LocalAuthority("streams")
    try await authority.issue("server")
    let tls = (certificate: authority.certificate("server"), privateKey: authority.key("server"))
    try await fixture.serving(tls: tls) { port in
      let connection = try await RawConnection.open(port, tls: ["h2"])
      try await connection.send(Frame.hello)
      for number in 0..<100 {
        let head = Frame.head("/csc/v2/auth/login", isPost: true)
        try await connection.send(Frame.frame(1, head, flags: 4, stream: UInt32(2 * number + 1)))
      }
      try await eventually {
        Frame.all(in: connection.octets).count { $0.kind == 3 && $0.payload.allSatisfy { $0 == 0 } } == 96
      }
      #expect(budget.held == 4 * Hold.request)
      let ended = Frame.all(in: connection.octets).filter { $0.kind <= 1 && $0.flags & 1 == 1 }
      #expect(ended.count == 96, "each was answered to its end")
      await connection.close()
      try await eventually { budget.held == 0 }
    }
  }

  @Test("requests behind one another on a connection are read no further than their answers are taken")
  func pipelined() async throws {
    var fixture = try await GatewayFixture()
    let budget = OctetBudget(.init())
    fixture.gateway.octetBudget = budget
    let call = try await signDoc(fixture, octets: 1 << 20)
    try await fixture.serving { port in
      let connection = try await RawConnection.open(port, receiveBuffer: 4096)
      try await connection.setReading(false)
      let sending = Task { for _ in 0..<20 { try? await connection.send(call) } }
      try await eventually { budget.held > 1 << 20 }
      // Requests of other connections are read and answered meanwhile, as the next ones of this one could be.
      for _ in 0..<5 {
        let other = try await RawConnection.open(port)
        try await other.send(call)
        try await other.wait(Self.patience) { _ in other.octets.count > 1 << 20 }
        #expect(other.status == "HTTP/1.1 200 OK")
        await other.close()
      }
      // One answer that waits, and what is read of the next request; the last of the others may just be ending.
      try await eventually { budget.held < 4 << 20 }
      await connection.close()
      sending.cancel()
      try await eventually { budget.held == 0 }
    }
  }
}
