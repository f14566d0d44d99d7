import HTTPGateway
import TestSupport
import Testing

/// All that a client can fail to do: each ends its connection, over each transport, and honest clients notice nothing.
@Suite("Clients that fail to do something", .timeLimit(.minutes(5)), .serialized)
struct IdlerTests {
  /// Short limits; the slowest row takes some four seconds by them.
  private static let limits = ConnectionLimits(
    idle: .seconds(2), handshake: .seconds(2), bodyWindow: .seconds(1), bodyOctets: 1000, wholeBody: .seconds(3),
    answerWindow: .seconds(1), answerOctets: 64 << 10, wholeAnswer: .seconds(3), closing: .milliseconds(500),
    age: .seconds(4))
  /// Within which something must have ended, on a busy machine.
  private static let patience = Duration.seconds(40)

  enum Transport: String, CaseIterable, Sendable {
    case plain, tls, http2

    var alpn: String? {
      switch self {
      case .plain: nil
      case .tls: "http/1.1"
      case .http2: "h2"
      }
    }
  }

  /// Acts of a client until the other end has closed.
  struct Row: Sendable {
    let name: String
    /// Sent at the beginning.
    var begin: [UInt8] = []
    /// Sent again and again.
    var drip: [UInt8]?
    var every = Duration.milliseconds(50)
    var reads = Reads.all
    var closesOutput = false

    enum Reads: Sendable { case all, nothing, trickle }
  }

  private static func octets(_ text: String) -> [UInt8] { Array(text.utf8) }
  private static let get = "GET /csc/v2/info HTTP/1.1\r\nHost: test\r\n\r\n"
  private static let getMuch = "GET /openapi.yaml HTTP/1.1\r\nHost: test\r\n\r\n"
  private static let post = "POST /csc/v2/auth/login HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"

  private static let http1: [Row] = [
    Row(name: "says nothing"),
    Row(name: "says half of a head", begin: octets("GET /csc/v2/info HTTP/1.1\r\nHo")),
    Row(name: "says half of a head and closes its side", begin: octets("GET /csc/v2/info HT"), closesOutput: true),
    Row(name: "says a head octet by octet", begin: octets("GET / HTTP/1.1\r\nX-Slow: "), drip: octets("a")),
    Row(name: "sends empty lines for ever", drip: octets("\r\n")),
    Row(name: "announces a body that does not come", begin: octets(post + "Content-Length: 10\r\n\r\n")),
    Row(name: "stops in a body", begin: octets(post + "Content-Length: 10\r\n\r\n{")),
    Row(
      name: "sends a body octet by octet", begin: octets(post + "Content-Length: 9999\r\n\r\n"), drip: octets(" ")),
    Row(
      name: "waits for 100 Continue and sends nothing",
      begin: octets(post + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n")),
    Row(
      name: "sends the end of a chunked body octet by octet",
      begin: octets(post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Slow: "), drip: octets("a")),
    Row(
      name: "sends a chunked body without end",
      begin: octets(post + "Transfer-Encoding: chunked\r\n\r\n"), drip: octets("1\r\n \r\n")),
    Row(name: "asks once and says no more", begin: octets(get)),
    Row(
      name: "asks for the last time and does not close",
      begin: octets("GET /csc/v2/info HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")),
    Row(name: "says nonsense and does not close", begin: octets("NONSENSE\r\n\r\n")),
    Row(name: "takes no answer", begin: octets(String(repeating: getMuch, count: 60)), reads: .nothing),
    Row(
      name: "takes no answer and asks for ever", begin: octets(String(repeating: getMuch, count: 60)),
      drip: octets(getMuch), reads: .nothing),
    Row(name: "takes answers octet by octet", begin: octets(String(repeating: getMuch, count: 60)), reads: .trickle),
    Row(name: "asks for ever", drip: octets(get)),
  ]

  private static let http2: [Row] = [
    Row(name: "says nothing"),
    Row(name: "says half of the preface", begin: octets("PRI * HT")),
    Row(name: "says only the preface", begin: octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    Row(name: "asks for nothing", begin: Frame.hello),
    Row(name: "asks for nothing and closes its side", begin: Frame.hello, closesOutput: true),
    Row(name: "sends PING for ever", begin: Frame.hello, drip: Frame.frame(6, [1, 2, 3, 4, 5, 6, 7, 8])),
    Row(name: "answers PING for ever", begin: Frame.hello, drip: Frame.frame(6, [1, 2, 3, 4, 5, 6, 7, 8], flags: 1)),
    Row(name: "sends WINDOW_UPDATE for ever", begin: Frame.hello, drip: Frame.frame(8, [0, 0, 0, 1])),
    Row(name: "sends SETTINGS for ever", begin: Frame.hello, drip: Frame.frame(4, [])),
    Row(name: "sends unknown frames for ever", begin: Frame.hello, drip: Frame.frame(0xbb, [1, 2, 3])),
    Row(
      name: "sends PRIORITY for ever", begin: Frame.hello, drip: Frame.frame(2, [0, 0, 0, 0, 1], stream: 1)),
    Row(
      name: "does not end the head",
      begin: Frame.hello + Frame.frame(1, Frame.head("/csc/v2/info"), flags: 1, stream: 1)),
    Row(
      name: "says a head frame by frame",
      begin: Frame.hello + Frame.frame(1, Frame.head("/csc/v2/info"), flags: 1, stream: 1),
      drip: Frame.frame(9, [], stream: 1)),
    Row(
      name: "stops in a frame",
      begin: Frame.hello + Array(Frame.frame(1, Frame.head("/csc/v2/info"), flags: 5, stream: 1).dropLast(3))),
    Row(
      name: "announces a body that does not come",
      begin: Frame.hello + Frame.frame(1, Frame.head("/csc/v2/auth/login", isPost: true), flags: 4, stream: 1)),
    Row(
      name: "sends a body octet by octet",
      begin: Frame.hello + Frame.frame(1, Frame.head("/csc/v2/auth/login", isPost: true), flags: 4, stream: 1),
      drip: Frame.frame(0, [32], stream: 1)),
    Row(
      name: "sends empty DATA for ever",
      begin: Frame.hello + Frame.frame(1, Frame.head("/csc/v2/auth/login", isPost: true), flags: 4, stream: 1),
      drip: Frame.frame(0, [], stream: 1), every: .milliseconds(300)),
    Row(
      name: "goes on with a body whose request is answered",
      begin: Frame.hello + Frame.frame(1, Frame.head("/csc/v2/nonsense", isPost: true), flags: 4, stream: 1),
      drip: Frame.frame(0, [UInt8](repeating: 32, count: 1000), stream: 1)),
    Row(name: "asks once and says no more", begin: Frame.hello + Frame.ask("/csc/v2/info", stream: 1)),
    Row(
      name: "opens no window", begin: Frame.hello(window: 0) + Frame.ask("/openapi.yaml", stream: 1)),
    Row(
      name: "opens no window, for 100 streams",
      begin: Frame.hello(window: 0)
        + (0..<100).flatMap { Frame.ask("/openapi.yaml", stream: UInt32(2 * $0 + 1)) }),
    Row(
      name: "opens the window octet by octet",
      begin: Frame.hello(window: 0) + Frame.ask("/openapi.yaml", stream: 1),
      drip: Frame.frame(8, [0, 0, 0, 1], stream: 1) + Frame.frame(8, [0, 0, 0, 1])),
    Row(
      name: "takes no answer",
      begin: Frame.hello(window: 1 << 30) + Frame.frame(8, [0x3f, 0, 0, 0])
        + (0..<90).flatMap { Frame.ask("/openapi.yaml", stream: UInt32(2 * $0 + 1)) }, reads: .nothing),
    Row(
      name: "takes no answer and sends PING for ever",
      begin: Frame.hello(window: 1 << 30) + Frame.frame(8, [0x3f, 0, 0, 0])
        + (0..<90).flatMap { Frame.ask("/openapi.yaml", stream: UInt32(2 * $0 + 1)) },
      drip: Frame.frame(6, [1, 2, 3, 4, 5, 6, 7, 8]), reads: .nothing),
  ]

  /// Nil if the connection ended in time.
  private func fault(_ row: Row, _ transport: Transport, _ port: Int) async throws -> String? {
    let connection = try await RawConnection.open(
      port, tls: transport.alpn.map { [$0] }, receiveBuffer: row.reads == .all ? nil : 4096)
    do {
      if row.reads != .all {
        // TLS has to read to begin.
        if transport != .plain { try await connection.send([]) }
        try await connection.setReading(false)
      }
      if !row.begin.isEmpty { try await connection.send(row.begin) }
      if row.closesOutput { try await connection.closeOutput() }
    } catch {
      return nil
    }
    let end = ContinuousClock.now + Self.patience
    var sending: Task<Void, Never>?
    while ContinuousClock.now < end {
      if connection.isClosed { return nil }
      if row.reads == .trickle { try? await connection.read(atMost: 1) }
      if let drip = row.drip, sending == nil || connection.octets.count < 1 << 20 {
        sending = Task { try? await connection.send(drip) }
        if row.reads == .all { await sending?.value }
      }
      try await Task.sleep(for: row.every)
    }
    await connection.close()
    return "\(transport.rawValue): a client that \(row.name) is still there"
  }

  @Test("whatever a client fails to do, its connection ends", arguments: Transport.allCases)
  func table(transport: Transport) async throws {
    let fixture = try await GatewayFixture()
    let authority = try await LocalAuthority("idlers")
    try await authority.issue("server")
    let tls = (certificate: authority.certificate("server"), privateKey: authority.key("server"))
    try await fixture.serving(Self.limits, tls: transport == .plain ? nil : tls) { port in
      let faults = try await withThrowingTaskGroup(of: String?.self) { group in
        for row in transport == .http2 ? Self.http2 : Self.http1 {
          group.addTask { try await fault(row, transport, port) }
        }
        return try await group.reduce(into: [String]()) { if let fault = $1 { $0.append(fault) } }
      }
      #expect(faults.isEmpty, "\(faults)")
    }
  }

  @Test("TLS that does not begin, or stops half way, ends the connection", arguments: [[], [22, 3, 1, 2, 0, 1, 0]])
  func halfAHandshake(begin: [UInt8]) async throws {
    let fixture = try await GatewayFixture()
    let authority = try await LocalAuthority("idlers")
    try await authority.issue("server")
    let tls = (certificate: authority.certificate("server"), privateKey: authority.key("server"))
    try await fixture.serving(Self.limits, tls: tls) { port in
      let connection = try await RawConnection.open(port)
      if !begin.isEmpty { try await connection.send(begin) }
      #expect(try await connection.closed(within: Self.patience) != nil)
    }
  }
}
