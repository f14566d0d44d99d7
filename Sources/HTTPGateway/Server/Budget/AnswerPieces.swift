internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Writes large answers in pieces, each when the client has taken enough of those before: so an answer exists once, and
/// not a second time in front of the socket or as ciphertext.
struct AnswerPieces<Inner: ResponseBodyWriter>: ResponseBodyWriter {
  /// Octets of a piece. Smaller answers are written as they are.
  static var size: Int { 16 << 10 }

  var inner: Inner
  /// Nil in tests without a connection.
  let channel: (any Channel)?

  mutating func write(_ buffer: ByteBuffer) async throws {
    var left = buffer
    while let piece = left.readSlice(length: min(left.readableBytes, Self.size)), piece.readableBytes > 0 {
      try await inner.write(piece)
      // Whether the client takes enough is known when the channel has seen the piece, and then the next one waits.
      try await channel?.eventLoop.submit {}.get()
    }
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await inner.finish(trailingHeaders) }
}

extension ResponseBody {
  /// The same, in pieces if it is large.
  func inPieces(to channel: (any Channel)?) -> ResponseBody {
    guard let contentLength, contentLength > AnswerPieces<AnyWriter>.size else { return self }
    return ResponseBody(contentLength: contentLength) { writer in
      try await write(AnswerPieces(inner: AnyWriter(inner: writer), channel: channel))
    }
  }
}

private struct AnyWriter: ResponseBodyWriter {
  var inner: any ResponseBodyWriter

  mutating func write(_ buffer: ByteBuffer) async throws { try await inner.write(buffer) }
  consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await inner.finish(trailingHeaders) }
}
