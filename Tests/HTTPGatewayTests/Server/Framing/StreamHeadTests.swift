import HTTPTypes
import Testing

@testable import HTTPGateway

/// Heads of HTTP/2 requests (RFC 9113 §8.2.2, §8.3.1), and the same over a real connection.
@Suite("Heads of HTTP/2", .timeLimit(.minutes(5)))
struct StreamHeadTests {
  private typealias Field = (name: String, value: String)
  private static let good: [Field] = [
    (":method", "GET"), (":scheme", "https"), (":authority", "test:8443"), (":path", "/health/live"),
  ]

  private static func changed(_ name: String, _ value: String?, _ more: Field...) -> [Field] {
    good.compactMap { $0.name == name ? value.map { (name, $0) } : $0 } + more
  }

  private static var refused: [(fields: [Field], status: Int)] {
    [
      (changed(":authority", nil), 400), (changed(":authority", "a/b@c"), 400), (changed(":authority", ""), 400),
      (changed(":authority", "user@test"), 400), (changed(":authority", "test:99999"), 400),
      (changed(":authority", "test", ("host", "other")), 400),
      (changed(":authority", "test", ("host", "test"), ("host", "test")), 400),
      (changed(":authority", nil, ("host", "a/b")), 400), (changed(":scheme", "ftp"), 400),
      (changed(":scheme", "refused"), 400), (changed(":path", "health"), 400), (changed(":path", "*"), 400),
      (changed(":path", "/a#b"), 400), (changed(":method", "FROB"), 501), (changed(":method", "PROPFIND"), 501),
    ]
  }

  private static var proper: [[Field]] {
    [
      good, changed(":authority", nil, ("host", "test")), changed(":authority", "Test", ("host", "test:443")),
      changed(":authority", "test", ("te", "trailers")),
    ]
  }

  /// A request by hand: HEADERS with every field as a literal that is not indexed (RFC 7541 §6.2.2).
  private func headers(_ fields: [Field], stream: UInt8) -> [UInt8] {
    let block = fields.flatMap { field -> [UInt8] in
      [0, UInt8(field.name.utf8.count)] + field.name.utf8 + [UInt8(field.value.utf8.count)] + field.value.utf8
    }
    // END_STREAM and END_HEADERS
    return [0, UInt8(block.count >> 8), UInt8(block.count & 255), 1, 5, 0, 0, 0, stream] + block
  }

  @Test("a malformed head is refused on its stream, and others are answered")
  func heads() async throws {
    try await ListenerKind.tls.serving { _, port in
      for (fields, status) in Self.refused {
        let answers = try await statuses([fields, Self.good], port)
        #expect(answers == [status, 200], "\(fields)")
      }
      for fields in Self.proper {
        let answers = try await statuses([fields], port)
        #expect(answers == [200], "\(fields)")
      }
    }
  }

  /// The statuses by stream.
  private func statuses(_ requests: [[Field]], _ port: Int) async throws -> [Int] {
    let connection = try await RawConnection.open(port, tls: ["h2"])
    try await connection.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
    var statuses: [Int] = []
    for (number, fields) in requests.enumerated() {
      let stream = number * 2 + 1
      try await connection.send(headers(fields, stream: UInt8(stream)))
      try await connection.wait { _ in Self.status(connection.octets, stream: stream) != nil }
      statuses.append(Self.status(connection.octets, stream: stream) ?? 0)
    }
    await connection.close()
    return statuses
  }

  /// Status of the answer on a stream, which is the first field of its head: an index of HPACK's static table (RFC 7541
  /// appendix A), or a literal with that name.
  private static func status(_ received: [UInt8], stream: Int) -> Int? {
    var rest = received[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      guard rest.count >= 9 + length else { return nil }
      let payload = Array(rest.dropFirst(9).prefix(length))
      if head[3] == 1, Int(head[8]) == stream { return status(payload) }
      rest = rest.dropFirst(9 + length)
    }
    return nil
  }

  private static func status(_ block: [UInt8]) -> Int? {
    let known = [0x88: 200, 0x89: 204, 0x8a: 206, 0x8b: 304, 0x8c: 400, 0x8d: 404, 0x8e: 500]
    if let status = known[Int(block[0])] { return status }
    // 501 in Huffman's code is five, zero, one.
    if block.count > 4, block[0] & 0x40 != 0 || block[0] & 0xf0 == 0 {
      let length = Int(block[1] & 0x7f)
      let text = block[2..<(2 + length)]
      if block[1] & 0x80 == 0 { return Int(String(decoding: text, as: UTF8.self)) }
      // Digits 0, 1 and 2 have five bits, 00000 to 00010; 3 to 9 have six, 011001 to 011111.
      var bits = text.flatMap { octet in (0..<8).map { octet >> (7 - $0) & 1 } }[...]
      var number = 0
      for _ in 0..<3 {
        let five = bits.prefix(5).reduce(0) { $0 << 1 | Int($1) }
        let isShort = five < 3
        let six = bits.prefix(6).reduce(0) { $0 << 1 | Int($1) }
        number = number * 10 + (isShort ? five : six - 22)
        bits = bits.dropFirst(isShort ? 5 : 6)
      }
      return number
    }
    return nil
  }

  @Test("header fields of a connection are refused")
  func connectionFields() throws {
    for (name, value) in [
      ("Connection", "close"), ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "close"), ("Upgrade", "h2c"),
      ("Transfer-Encoding", "chunked"), ("TE", "gzip"),
    ] {
      var head = HTTPRequest(method: .get, scheme: "https", authority: "test", path: "/")
      head.headerFields[try #require(HTTPField.Name(name))] = value
      #expect(throws: FramingRefusal.connectionField) { try StreamHead.checked(head) }
    }
  }

  @Test("no request from outside can pass for a refused one")
  func marker() {
    let forged = FramingRefusal.hostMissing.head
    #expect(FramingRefusal(forged) == .hostMissing)
    #expect(throws: FramingRefusal.self) { try StreamHead.checked(forged) }
  }
}
