import Foundation
import HTTPGateway
import TestSupport
import Testing

/// Clients that take connections and say nothing useful. Each loses its connection here; how long it may have it is
/// told by `ConnectionWatchTests` and `BodyPaceTests`, on a clock of theirs.
@Suite("Limits of connections", .timeLimit(.minutes(5)))
struct ConnectionLimitTests {
  private static let info = "GET /csc/v2/info HTTP/1.1\r\nHost: test\r\n\r\n"
  /// Within which something must have ended that ends after a second or less, on a busy machine.
  private static let patience = Duration.seconds(20)

  @Test("more connections than the limit are closed at once, and served again when one has ended")
  func connections() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving(ConnectionLimits(connections: 3)) { port in
      var idle: [RawConnection] = []
      for _ in 0..<3 { idle.append(try await Self.served(port)) }
      let refused = try await RawConnection.open(port)
      #expect(try await refused.closed(within: Self.patience) != nil)
      #expect(refused.received.isEmpty)
      await idle.removeFirst().close()
      idle.append(try await Self.served(port))
      for connection in idle { await connection.close() }
    }
  }

  @Test("one address has its share of the places, and others still get one; a proxy may have all")
  func placesOfOneAddress() async throws {
    var fixture = try await GatewayFixture()
    fixture.gateway.trustedProxy = TrustedProxy(
      header: "X-Forwarded-For", addresses: [try #require(AddressBlock("127.0.0.9"))])
    try await fixture.serving(ConnectionLimits(connections: 20, connectionsPerAddress: 5)) { port in
      var taken: [RawConnection] = []
      for _ in 0..<5 { taken.append(try await Self.served(port)) }
      for _ in 0..<10 {
        let refused = try await RawConnection.open(port)
        #expect(try await refused.closed(within: Self.patience) != nil)
      }
      taken.append(try await Self.served(port, from: "127.0.0.2"))
      for _ in 0..<14 { taken.append(try await Self.served(port, from: "127.0.0.9")) }
      let late = try await RawConnection.open(port, from: "127.0.0.3")
      #expect(try await late.closed(within: Self.patience) != nil)
      for connection in taken { await connection.close() }
    }
  }

  /// A connection on which a request was answered. One that has just ended may still count.
  private static func served(_ port: Int, from address: String = "127.0.0.1") async throws -> RawConnection {
    let end = ContinuousClock.now + patience
    while ContinuousClock.now < end {
      let connection = try await RawConnection.open(port, from: address)
      try? await connection.send(Self.info)
      try await eventually { connection.isClosed || connection.status != nil }
      if connection.status == "HTTP/1.1 200 OK" { return connection }
      await connection.close()
    }
    throw NotServed()
  }

  private struct NotServed: Error {}

  /// Sends pieces until the other end closes, and tells whether it did.
  private func drips(_ connection: RawConnection, _ piece: String, every pause: Duration) async throws -> Bool {
    let end = ContinuousClock.now + Self.patience
    while ContinuousClock.now < end {
      do { try await connection.send(piece) } catch { return true }
      if connection.isClosed { return true }
      try await Task.sleep(for: pause)
    }
    return false
  }

  @Test("a head that comes octet by octet ends the connection")
  func slowHead() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving(ConnectionLimits(idle: .milliseconds(500))) { port in
      for begin in ["", Self.info] {
        let connection = try await RawConnection.open(port)
        try await connection.send(begin + "GET /csc/v2/info HTTP/1.1\r\nX-Slow: ")
        #expect(try await drips(connection, "a", every: .milliseconds(50)))
      }
    }
  }

  @Test("a body that comes too slowly ends the connection, whether anybody reads it or not", arguments: [true, false])
  func slowBody(isRead: Bool) async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving(ConnectionLimits(bodyWindow: .seconds(1), bodyOctets: 1000)) { port in
      let connection = try await RawConnection.open(port)
      try await connection.send(fixture.chunkedHead("signatures/signHash", token: isRead ? fixture.alice : "unknown"))
      #expect(try await drips(connection, GatewayFixture.chunk(" "), every: .milliseconds(50)))
      #expect(connection.received.isEmpty == isRead)
    }
  }

  @Test("a body without end ends the connection, however quick it is")
  func endlessBody() async throws {
    let fixture = try await GatewayFixture()
    let limits = ConnectionLimits(bodyWindow: .milliseconds(200), bodyOctets: 1, wholeBody: .milliseconds(500))
    try await fixture.serving(limits) { port in
      let connection = try await RawConnection.open(port)
      try await connection.send(fixture.chunkedHead("signatures/signDoc", token: fixture.alice))
      #expect(
        try await drips(
          connection, GatewayFixture.chunk(String(repeating: " ", count: 100)), every: .milliseconds(20)))
    }
  }

  @Test("TLS that does not begin ends the connection; one that began stays")
  func handshake() async throws {
    let fixture = try await GatewayFixture()
    let authority = try await LocalAuthority("limits")
    try await authority.issue("server")
    let tls = (certificate: authority.certificate("server"), privateKey: authority.key("server"))
    try await fixture.serving(ConnectionLimits(handshake: .milliseconds(300)), tls: tls) { port in
      let silent = try await RawConnection.open(port)
      #expect(try await silent.closed(within: Self.patience) != nil)
      let begun = try await RawConnection.open(port, tls: ["http/1.1"])
      try await begun.send("GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n")
      try await begun.wait { $0.contains("alive\n") }
      let later = try await RawConnection.open(port)
      #expect(try await later.closed(within: Self.patience) != nil)
      try await begun.send("GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n")
      try await begun.wait { $0.components(separatedBy: "alive\n").count == 3 }
      #expect(!begun.isClosed)
    }
  }
}
