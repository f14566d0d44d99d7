import Foundation
import Testing
import WireJSON

/// Messages that RFC 9112 says must be refused, on both listeners.
@Suite("Framing of HTTP/1", .timeLimit(.minutes(5)))
struct FramingTests {
  /// A message that is no proper one, and what it gets.
  struct Shape: CustomTestStringConvertible, Sendable {
    let name: String
    let octets: String
    let status: Int
    var testDescription: String { name }

    /// - Parameter lines: the head without its empty line.
    init(_ name: String, _ lines: [String], then rest: String = "", _ status: Int = 400) {
      self.init(name, octets: lines.joined(separator: "\r\n") + "\r\n\r\n" + rest, status)
    }

    init(_ name: String, octets: String, _ status: Int = 400) {
      self.name = name
      self.octets = octets
      self.status = status
    }

    /// A POST of HTTP/1.1 with these header fields after its Host.
    static func post(_ name: String, _ fields: String..., then rest: String = "", gets status: Int = 400) -> Shape {
      Shape(name, ["POST /csc/v2/info HTTP/1.1", "Host: test"] + fields, then: rest, status)
    }

    /// A GET with this target.
    static func target(_ target: String, _ status: Int = 400) -> Shape {
      Shape("target \(target.prefix(40))", ["GET \(target) HTTP/1.1", "Host: test"], status)
    }

    /// A GET with this value of Host.
    static func host(_ value: String) -> Shape {
      Shape("Host: \(value)", ["GET /health/live HTTP/1.1", "Host: \(value)"])
    }
  }

  private static let chunks = "2\r\n{}\r\n0\r\n\r\n"

  static let lengths: [Shape] = [
    Shape(
      "HTTP/1.0 with Transfer-Encoding",
      ["POST /csc/v2/info HTTP/1.0", "Host: test", "Transfer-Encoding: chunked"], then: chunks),
    .post("gzip, chunked", "Transfer-Encoding: gzip, chunked", then: chunks, gets: 501),
    .post(
      "gzip and chunked in two lines", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked", then: chunks, gets: 501),
    .post("an unknown coding before chunked", "transfer-encoding: xchunked, chunked", then: chunks, gets: 501),
    .post("gzip alone", "Transfer-Encoding: gzip"), .post("identity", "Transfer-Encoding: identity", then: "{}"),
    .post("chunked, gzip", "Transfer-Encoding: chunked, gzip", then: chunks),
    .post("chunked twice", "Transfer-Encoding: chunked, chunked", then: chunks),
    .post("chunked with a parameter", "Transfer-Encoding: chunked;q=1", then: chunks),
    .post("an empty Transfer-Encoding", "Transfer-Encoding: ", then: chunks),
    .post("quoted", "Transfer-Encoding: \"chunked\"", then: chunks),
    .post("both lengths", "Content-Length: 12", "Transfer-Encoding: chunked", then: chunks),
    .post("both lengths, the other way", "Transfer-Encoding: chunked", "Content-Length: 2", then: chunks),
    .post("two lengths", "Content-Length: 2", "Content-Length: 3", then: "{}"),
    .post("the same length twice", "Content-Length: 2", "Content-Length: 2", then: "{}"),
    .post("a list of lengths", "Content-Length: 2, 2", then: "{}"), .post("a signed length", "Content-Length: +2"),
    .post("a negative length", "Content-Length: -2"), .post("a hexadecimal length", "Content-Length: 0x2"),
    .post("an empty length", "Content-Length:"), .post("a huge length", "Content-Length: 99999999999999999999"),
  ]

  static let hosts: [Shape] = [
    Shape("no Host", ["GET /health/live HTTP/1.1"]),
    Shape("two Hosts", ["GET /health/live HTTP/1.1", "Host: a", "Host: b"]),
    Shape("the same Host twice", ["GET /health/live HTTP/1.1", "Host: a", "host: a"]),
    Shape("no Host, absolute target", ["GET http://test/health/live HTTP/1.1"]),
    Shape("two Hosts in HTTP/1.0", ["GET /health/live HTTP/1.0", "Host: a", "Host: b"]),
    .host("a/b@c"), .host(""), .host("user@test"), .host("test:" + "port"), .host("test:65536"), .host("test:1:2"),
    .host("te st"), .host("[::1"), .host("[::1]x"), .host("[zz]"), .host("::1"), .host("test\\"), .host("%zz"),
    .host("t\u{e4}st"), .host("http://test"), .host("test?"), .host("a\tb"),
  ]

  static let heads: [Shape] = [
    .post("a folded line", "X-A: b", " c"), .post("a folded line with a tab", "X-A: b", "\tc"),
    .post("a folded Transfer-Encoding", "Transfer-Encoding:", " chunked", then: chunks),
    Shape("a folded first line", ["GET /health/live HTTP/1.1", " Host: test"]),
    .post("a space before the colon", "Content-Length : 2", then: "{}"), .post("a tab before the colon", "X-A\t: 2"),
    .post("no name", ": 2"), .post("no colon", "X-A"), .post("a space in a name", "X A: 2"),
    .post("a name that is none", "X(A): 2"), .post("U+0000", "X-A: a\u{0}b"), .post("a control", "X-A: a\u{1}b"),
    .post("DEL", "X-A: a\u{7f}b"), .post("a bare CR in a value", "X-A: b\rContent-Length: 5"),
    Shape("a bare CR as line end", octets: "GET /health/live HTTP/1.1\rHost: test\r\r"),
    Shape("bare LFs", octets: "GET /health/live HTTP/1.1\nHost: test\n\n"),
    Shape("a bare LF after a field", octets: "GET /health/live HTTP/1.1\r\nHost: test\nX-A: b\r\n\r\n"),
    .post("large fields", "X-A: " + String(repeating: "a", count: 90 << 10), gets: 431),
    Shape(
      "many fields",
      ["GET /health/live HTTP/1.1", "Host: test"] + (0..<1200).map { "X-\($0): a" }, 431),
  ]

  static let lines: [Shape] = [
    .target("//" + String(repeating: "a", count: 200 << 10), 414), .target("health/live"), .target("*"),
    .target("/health/live#part"), .target("http://user@test/health/live"), .target("http:///health/live"),
    .target("ftp://test/health/live"), .target("http://te st/"), .target("/a b"), .target("/\u{e4}"),
    .target("test:443"),
    Shape("HTTP/0.9", octets: "GET /health/live\r\n"),
    Shape("no target", octets: "GET HTTP/1.1\r\nHost: test\r\n\r\n"),
    Shape("two spaces", octets: "GET  /health/live HTTP/1.1\r\nHost: test\r\n\r\n"),
    Shape("a tab", octets: "GET\t/health/live HTTP/1.1\r\nHost: test\r\n\r\n"),
    Shape("a space at the end", octets: "GET /health/live HTTP/1.1 \r\nHost: test\r\n\r\n"),
    Shape("CONNECT", ["CONNECT test:443 HTTP/1.1", "Host: test:443"], 501),
    Shape("an unknown method", ["FROB /csc/v2/info HTTP/1.1", "Host: test"], 501),
    Shape("a method in lower case", ["get /csc/v2/info HTTP/1.1", "Host: test"], 501),
    Shape("PROPFIND", ["PROPFIND /csc/v2/info HTTP/1.1", "Host: test"], 501),
    Shape("HTTP/2.0 by name", ["GET /health/live HTTP/2.0", "Host: test"], 505),
    Shape("HTTP/2 without TLS", octets: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    Shape("another protocol", ["GET /health/live ICAP/1.0", "Host: test"]),
    Shape("TLS in TLS", octets: "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}"),
  ]

  @Test("is refused in a JSON answer, and the connection closed", arguments: ListenerKind.allCases)
  func refused(_ kind: ListenerKind) async throws {
    try await kind.serving { _, port in
      for shape in Self.lengths + Self.hosts + Self.heads + Self.lines {
        // The rest is not looked at.
        let next = "GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n"
        let connection = try await kind.open(port)
        // The other end may close before all has been sent.
        try? await connection.send(shape.octets + next)
        #expect(try await connection.closed(within: .seconds(20)) != nil, "\(shape.name)")
        let parts = connection.received.components(separatedBy: "\r\n\r\n")
        let head = (parts.first ?? "").lowercased()
        #expect(head.hasPrefix("http/1.1 \(shape.status) "), "\(shape.name): \(head.prefix(40))")
        #expect(head.contains("\r\nconnection: close") && head.contains("\r\nx-request-id: "), "\(shape.name)")
        #expect(parts.count == 2, "\(shape.name): \(connection.received)")
        let body = try JSONValue.parse(Array((parts.last ?? "").utf8), limits: .own).object
        #expect(body?["error"]?.string == "invalid_request" && body?["error_description"]?.string != nil)
      }
    }
  }

  @Test("is refused after the answers to what came before it", arguments: ListenerKind.allCases)
  func pipelined(_ kind: ListenerKind) async throws {
    try await kind.serving { fixture, port in
      let good =
        fixture.chunkedHead("credentials/list", token: fixture.alice) + GatewayFixture.chunk("{}") + "0\r\n\r\n"
        + "GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n"
      for shape in Self.lengths + Self.hosts {
        let connection = try await kind.open(port)
        try? await connection.send(good + shape.octets + good)
        #expect(try await connection.closed(within: .seconds(20)) != nil, "\(shape.name)")
        let statuses = connection.received.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
        #expect(statuses == ["200", "200", "\(shape.status)"], "\(shape.name)")
      }
    }
  }

  @Test("a body whose chunks are malformed gets no second reading", arguments: ListenerKind.allCases)
  func chunks(_ kind: ListenerKind) async throws {
    try await kind.serving { fixture, port in
      let next = "GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n"
      for body in [
        "2\n{}\r\n0\r\n\r\n", "x\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n", "2\r\n{}x\r\n0\r\n\r\n",
        "00000002\r\n{}\r\n0\r\n\r\n", "fffffffff\r\n{}\r\n0\r\n\r\n", "\r\n2\r\n{}\r\n0\r\n\r\n",
        "2;\(String(repeating: "a", count: 300))\r\n{}\r\n0\r\n\r\n", "2;a\nb\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\n X: y\r\n\r\n", "2\r\n{}\r\n0\r\nX : y\r\n\r\n", "2\r\n{}\r\n0\r\nX: y\n\r\n",
        "2\r\n{}\r\n0\r\nX: \(String(repeating: "a", count: 9000))\r\n\r\n",
      ] {
        let connection = try await kind.open(port)
        try? await connection.send(fixture.chunkedHead("credentials/list", token: fixture.alice) + body + next)
        #expect(try await connection.closed(within: .seconds(20)) != nil, "\(body)")
        #expect(connection.status == "HTTP/1.1 400 Bad Request", "\(body): \(connection.received)")
        #expect(!connection.received.contains("alive"), "\(body)")
      }
    }
  }

  @Test("what is proper is answered, and the connection serves on", arguments: ListenerKind.allCases)
  func proper(_ kind: ListenerKind) async throws {
    try await kind.serving { _, port in
      for octets in [
        "GET /health/live HTTP/1.1\r\nHost: test:8080\r\n\r\n", "GET /health/live HTTP/1.1\r\nhost:[::1]:80\r\n\r\n",
        "\r\n\r\nGET /health/live HTTP/1.1\r\nHost: test\r\n\r\n", "GET /health/live HTTP/1.9\r\nHost: test\r\n\r\n",
        "GET http://other/health/live HTTP/1.1\r\nHost: test\r\n\r\n",
        "GET HTTPS://test:443/health/live HTTP/1.1\r\nHost: test\r\n\r\n",
        "GET /health/live?a=%zz&b={} HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-A: \u{e4}\t b \r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: test:\r\nContent-Length: 0003\r\n\r\nabc",
        "GET /health/live HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: , CHUNKED\r\n\r\n"
          + "3;a=\"b\"\r\nabc\r\n1\r\n\n\r\n0\r\nX-T: y\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: test\r\nX-Long: \(String(repeating: "a", count: 70 << 10))\r\n\r\n",
      ] {
        let connection = try await kind.open(port)
        for round in 1...2 {
          try await connection.send(octets)
          try await connection.wait { $0.components(separatedBy: "alive\n").count == round + 1 }
        }
        #expect(connection.received.hasPrefix("HTTP/1.1 200 OK") && !connection.isClosed, "\(octets.prefix(200))")
        await connection.close()
      }
    }
  }

  @Test("a connection that the client wants to end is ended with the answer", arguments: ListenerKind.allCases)
  func persistence(_ kind: ListenerKind) async throws {
    try await kind.serving { _, port in
      for head in [
        "GET /health/live HTTP/1.0", "GET /health/live HTTP/1.0\r\nHost: test\r\nConnection: keep-alive",
        "GET /health/live HTTP/1.0\r\nHost:", "GET /health/live HTTP/1.1\r\nHost: test\r\nConnection: Close",
        "GET /health/live HTTP/1.1\r\nHost: test\r\nConnection: TE, close\r\nTE: trailers",
      ] {
        let connection = try await kind.open(port)
        try await connection.send(head + "\r\n\r\n" + head + "\r\n\r\n")
        #expect(try await connection.closed(within: .seconds(20)) != nil, "\(head)")
        #expect(connection.received.components(separatedBy: "alive\n").count == 2, "\(head)")
        #expect(connection.received.lowercased().contains("\r\nconnection: close\r\n"), "\(head)")
      }
    }
  }
}
