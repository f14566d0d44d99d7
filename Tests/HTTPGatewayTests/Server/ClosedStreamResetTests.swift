import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPGateway

@Suite("Resets of closed streams", .timeLimit(.minutes(5)))
struct ClosedStreamResetTests {
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private func frame(_ kind: UInt8, _ payload: [UInt8], stream: UInt8 = 1) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), kind, 0, 0, 0, 0, stream] + payload
  }

  private func reset(_ code: UInt8) -> [UInt8] { frame(3, [0, 0, 0, code]) }

  /// Output when the octets arrive in pieces of this size.
  private func passed(_ octets: [UInt8], pieces: Int) throws -> [UInt8] {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(ClosedStreamResetFilter())
    for start in stride(from: 0, to: octets.count, by: pieces) {
      try channel.writeInbound(ByteBuffer(bytes: octets[start..<min(start + pieces, octets.count)]))
    }
    var passed: [UInt8] = []
    while let part = try channel.readInbound(as: ByteBuffer.self) { passed += part.readableBytesView }
    return passed
  }

  @Test(
    "a reset with STREAM_CLOSED is left out, every other octet comes through in order, wherever the pieces end",
    arguments: [1, 2, 3, 7, 9, 12, 13, 14, 25, 1000])
  func frames(pieces: Int) throws {
    let settings = frame(4, [])
    // Octets like such a reset inside of other frames' payload stay.
    let data = frame(0, reset(5) + [UInt8](repeating: 7, count: 300))
    let cancel = reset(8)
    let malformed = frame(3, [0, 0, 0, 5, 5])
    let kept = Self.preface + settings + data + cancel + malformed + settings
    let sent =
      Self.preface + settings + reset(5) + data + reset(5) + reset(5) + cancel + malformed + settings + reset(5)
    #expect(try passed(sent, pieces: pieces) == kept)
  }

  @Test("HTTP/1.1 comes through as it is", arguments: [1, 5, 1000])
  func otherProtocol(pieces: Int) throws {
    for text in ["POST /csc/v1/info HTTP/1.1\r\n\r\n", "PRI * HTTP/2.1\r\n"] {
      let octets = Array(text.utf8) + reset(5)
      #expect(try passed(octets, pieces: pieces) == octets)
    }
  }
}
