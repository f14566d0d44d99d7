internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL

/// Leaves out the RST_STREAM frames (RFC 9113 §6.4) that say no more than that a stream is closed.
///
/// libcurl 7.88, which is Debian's, sends one after the answer to every POST. NIO breaks a connection off after 200
/// resets in 30 s, whatever they are for, so one quick call in 200 failed for such a client. The limit is there against
/// clients that open streams and cancel them (CVE-2023-44487). A frame that is left out here cancels nothing: the
/// stream keeps its place among the 100 that a connection may have until its answer is sent. So the limit loses
/// nothing.
final class ClosedStreamResetFilter: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// RFC 9113 §3.4; a client that speaks HTTP/1.1 begins otherwise.
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  private static let headLength = 9
  private static let reset: UInt8 = 3
  private static let resetLength = 4
  private static let streamClosed: UInt32 = 5

  private enum State {
    case beginning
    /// HTTP/2, with this many octets left that belong to a frame whose kind is known.
    case frames(passing: Int)
    case otherProtocol
  }

  private var state = State.beginning
  private var held = ByteBuffer()

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .otherProtocol = state { return context.fireChannelRead(data) }
    var input = unwrapInboundIn(data)
    held.writeBuffer(&input)
    let passed = pass()
    held.discardReadBytes()
    if passed.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(passed)) }
  }

  private func pass() -> ByteBuffer {
    var passed = ByteBuffer()
    while held.readableBytes > 0 {
      switch state {
      case .beginning:
        let begun = held.readableBytesView.prefix(Self.preface.count)
        guard Self.preface.starts(with: begun) else {
          state = .otherProtocol
          continue
        }
        guard begun.count == Self.preface.count else { return passed }
        state = .frames(passing: Self.preface.count)
      case .frames(let count) where count > 0:
        var part = held.readSlice(length: min(count, held.readableBytes)) ?? ByteBuffer()
        state = .frames(passing: count - part.readableBytes)
        passed.writeBuffer(&part)
      case .frames:
        guard let length = nextFrame() else { return passed }
        state = .frames(passing: length)
      case .otherProtocol: passed.writeBuffer(&held)
      }
    }
    return passed
  }

  /// Octets of the next frame, 0 if it was left out; nil if more must come before that can be said.
  private func nextFrame() -> Int? {
    let start = held.readerIndex
    guard held.readableBytes >= Self.headLength, let head = held.getInteger(at: start, as: UInt32.self) else {
      return nil
    }
    let (length, kind) = (Int(head >> 8), UInt8(truncatingIfNeeded: head))
    guard kind == Self.reset, length == Self.resetLength else { return Self.headLength + length }
    guard let code = held.getInteger(at: start + Self.headLength, as: UInt32.self) else { return nil }
    guard code == Self.streamClosed else { return Self.headLength + length }
    held.moveReaderIndex(forwardBy: Self.headLength + length)
    return 0
  }
}

/// A child channel with TLS, in which `ClosedStreamResetFilter` stands right after TLS, and a handshake has a deadline.
struct TLSChildChannel<Inner: ServerChildChannel>: ServerChildChannel {
  let inner: Inner
  let handshake: TimeAmount

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Inner.Value> {
    inner.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
      try pipeline.addHandler(ClosedStreamResetFilter(), position: .after(tls))
      try pipeline.addHandler(HandshakeDeadline(handshake), position: .after(tls))
      return value
    }
  }

  func handle(value: Inner.Value, logger: Logger) async { await inner.handle(value: value, logger: logger) }
}
