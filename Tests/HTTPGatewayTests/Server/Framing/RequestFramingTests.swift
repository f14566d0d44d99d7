import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPGateway

@Suite("The first reader of HTTP/1", .timeLimit(.minutes(5)))
struct RequestFramingTests {
  /// Output when the octets arrive in pieces of this size.
  private func passed(_ octets: [UInt8], pieces: Int) throws -> String {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(RequestFraming())
    for start in stride(from: 0, to: octets.count, by: pieces) {
      try channel.writeInbound(ByteBuffer(bytes: octets[start..<min(start + pieces, octets.count)]))
    }
    var passed = ByteBuffer()
    while var part = try channel.readInbound(as: ByteBuffer.self) { passed.writeBuffer(&part) }
    return String(buffer: passed)
  }

  @Test("heads go on in one form, bodies as they are, wherever the pieces end", arguments: [1, 2, 3, 7, 16, 61, 1000])
  func pieces(size: Int) throws {
    let chunks = "a;x=y\r\n0123456789\r\n1\r\n\r\r\n0\r\nX-T: y\r\n\r\n"
    let sent =
      "\r\nGET http://a/b?c HTTP/1.1\r\nhost:  other \r\nUpgrade: h2c\r\nConnection: Upgrade\r\nX-A:b\r\n\r\n"
      + "POST /p HTTP/1.1\r\nContent-Length: 05\r\nHost: a\r\nExpect: 100-continue\r\n\r\n\r\n\r\nx"
      + "POST /p HTTP/1.1\r\nTRANSFER-ENCODING: Chunked\r\nHost: a\r\n\r\n" + chunks
      + "POST /p HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}GET /never HTTP/1.1\r\nHost: a\r\n\r\n"
    let expected =
      "GET /b?c HTTP/1.1\r\nHost: a\r\nX-A:b\r\n\r\n"
      + "POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n\r\n\r\nx"
      + "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
      + "POST /p HTTP/1.0\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    #expect(try passed(Array(sent.utf8), pieces: size) == expected)
  }
}
