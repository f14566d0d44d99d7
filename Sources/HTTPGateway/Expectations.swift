internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1

/// `Expect: 100-continue` (RFC 9110 §10.1.1): the client holds its body back until it is told to send it.
enum Expectations {
  /// A responder that says `100 Continue` when the body is first asked for, and not when a call is refused before that.
  static func answered(_ responder: @escaping HTTPChannelHandler.Responder) -> HTTPChannelHandler.Responder {
    { (request: Request, writer: consuming ResponseWriter, channel: any Channel) in
      guard isExpected(request.head) else { return try await responder(request, writer, channel) }
      let body = request.body
      let told = RequestBody(asyncSequence: BodyOnDemand(body: body, channel: channel))
      try await responder(Request(head: request.head, body: told), writer, channel)
    }
  }

  static func isExpected(_ head: HTTPRequest) -> Bool {
    head.headerFields[.expect]?.lowercased() == "100-continue"
  }
}

/// A body before whose first octet the client is told to send it.
private struct BodyOnDemand: AsyncSequence, Sendable {
  let body: RequestBody
  let channel: any Channel

  struct AsyncIterator: AsyncIteratorProtocol {
    var inner: RequestBody.AsyncIterator
    var channel: (any Channel)?

    mutating func next() async throws -> ByteBuffer? {
      if let channel {
        self.channel = nil
        try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
      }
      return try await inner.next()
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(inner: body.makeAsyncIterator(), channel: channel) }
}

/// Ends a connection on which a final answer came before `100 Continue`: whether the body still follows is the
/// client's choice (RFC 9110 §10.1.1), and what follows must not be read as the wrong one of the two.
final class RefusedExpectations: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private var isOpen = false
  private var ends = false
  private var isHTTP1 = false

  func handlerAdded(context: ChannelHandlerContext) {
    let pipeline = context.pipeline.syncOperations
    guard let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) else { return }
    isHTTP1 = true
    try? pipeline.addHandler(NoExpectationsInVersion10(), position: .before(codec))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(var head) where !isHTTP1:
      // A stream of HTTP/2 ends without harm to the next, so clients need not wait.
      head.headerFields[.expect] = nil
      return context.fireChannelRead(wrapInboundOut(.head(head)))
    case .head(let head): isOpen = Expectations.isExpected(head)
    case .body, .end: isOpen = false
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head) where isOpen:
      isOpen = false
      guard head.status.kind != .informational else { break }
      ends = true
      head.headerFields[.connection] = "close"
      return context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end where ends:
      // Only our half: what the client sends anyway is read to its end, so that no reset overtakes the answer.
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      let written = context.eventLoop.makePromise(of: Void.self)
      written.futureResult.whenComplete { _ in bound.value.close(mode: .output, promise: nil) }
      written.futureResult.cascade(to: promise)
      return context.writeAndFlush(data, promise: written)
    case .head, .body, .end: break
    }
    context.write(data, promise: promise)
  }
}

/// RFC 9110 §10.1.1: an expectation in an HTTP/1.0 request is ignored.
private final class NoExpectationsInVersion10: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data), head.version == .http1_0, head.headers.contains(name: "expect")
    else { return context.fireChannelRead(data) }
    head.headers.remove(name: "expect")
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }
}
