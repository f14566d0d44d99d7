internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
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

/// Says that a connection ends on which a final answer came before `100 Continue`: whether the body still follows is
/// the client's choice (RFC 9110 §10.1.1), and what follows must not be read as the wrong one of the two.
final class RefusedExpectations: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private var isOpen = false
  private var isHTTP1 = false

  func handlerAdded(context: ChannelHandlerContext) {
    isHTTP1 = (try? context.pipeline.syncOperations.handler(type: HTTP1ToHTTPServerCodec.self)) != nil
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
    guard isOpen, case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    isOpen = false
    if head.status.kind != .informational { head.headerFields[.connection] = "close" }
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }
}
