internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1
internal import NIOHTTPTypesHTTP2

/// Requests and answers of a connection of HTTP/1.1, or of a stream of HTTP/2: tells the connection's watch how many
/// are under way, and ends a stream whose answer is not taken.
final class ExchangeWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let limits: ConnectionLimits
  private var connection: ConnectionWatch?
  private var isStream = false
  private var context: ChannelHandlerContext?
  private var bodyIsOpen = false
  private var wasTurnedAway = false
  private var answerBegan: NIODeadline?
  private var octetsOut = 0
  private var octetsTaken = 0
  private var pace = Pace()
  /// End of listening to the rest of a body whose request is answered.
  private var listensUntil: NIODeadline?

  init(_ limits: ConnectionLimits) { self.limits = limits }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let pipeline = context.pipeline.syncOperations
    isStream = (try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self)) == nil
    let below = isStream ? context.channel.parent?.pipeline.syncOperations : pipeline
    connection = try? below?.handler(type: ConnectionWatch.self)
    connection?.add(self, isHTTP1: !isStream)
    if isStream { connection?.requestBegan() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    connection?.holdings.end(of: context.channel)
    connection?.remove(self)
    if isStream { connection?.requestEnded() }
    connection = nil
  }

  // MARK: Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      if isStream, connection?.takesNoMore == true { return reset(context, .refusedStream) }
      bodyIsOpen = true
      if !isStream { connection?.requestBegan() }
    case .body: break
    case .end: bodyIsOpen = false
    }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // The connection ends when all streams have ended, and not the other way round.
    if isStream, event is ChannelShouldQuiesceEvent { return }
    context.fireUserInboundEventTriggered(event)
  }

  // MARK: Answers

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head) where head.status.kind != .informational:
      context.write(wrapOutboundOut(.head(began(head, at: context.eventLoop.now))), promise: promise)
    case .head: context.write(data, promise: promise)
    case .body(let octets) where isStream:
      let count = octets.readableBytes
      octetsOut += count
      context.write(data, promise: counted(promise, context) { $0.octetsTaken += count })
    case .body: context.write(data, promise: promise)
    case .end: context.write(data, promise: counted(promise, context) { $0.wasWritten() })
    }
  }

  private func counted(
    _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext,
    _ body: @escaping @Sendable (ExchangeWatch) -> Void
  ) -> EventLoopPromise<Void> {
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let written = promise ?? context.eventLoop.makePromise(of: Void.self)
    written.futureResult.whenComplete { _ in body(bound.value) }
    return written
  }

  private func began(_ head: HTTPResponse, at now: NIODeadline) -> HTTPResponse {
    answerBegan = now
    wasTurnedAway = head.status == .serviceUnavailable
    guard !isStream, let connection else { return head }
    var head = head
    // A request behind this one has been read already, and gets its answer. `RequestGate` ends the connection.
    if connection.isEnding, connection.underWay <= 1 { head.headerFields[.connection] = "close" }
    return head
  }

  private func wasWritten() {
    answerBegan = nil
    guard let context, let connection else { return }
    connection.holdings.endFirst(of: context.channel)
    if isStream {
      guard bodyIsOpen else { return }
      // A client that is turned away is not listened to.
      if wasTurnedAway { return reset(context, .noError) }
      listensUntil = context.eventLoop.now + TimeAmount(limits.closing)
    } else {
      connection.requestEnded()
    }
  }

  // MARK: Time

  func look(at now: NIODeadline) {
    guard let context else { return }
    if let answerBegan {
      let isMissed =
        isStream && pace.isMissed(taken: octetsTaken, waiting: octetsOut - octetsTaken, at: now, limits)
      if isMissed || now >= answerBegan + TimeAmount(limits.wholeAnswer) { return context.close(promise: nil) }
    }
    if let listensUntil, now >= listensUntil { reset(context, .noError) }
  }

  /// Ends a stream with `noError` if its answer is whole and the rest of the request is not needed (RFC 9113 §8.1), or
  /// with `refusedStream` if nothing was done for it, so that it can be tried again elsewhere (§8.7).
  private func reset(_ context: ChannelHandlerContext, _ code: NIOHTTP2.HTTP2ErrorCode) {
    let codec = try? context.pipeline.syncOperations.context(handlerType: HTTP2FramePayloadToHTTPServerCodec.self)
    codec?.writeAndFlush(NIOAny(HTTP2Frame.FramePayload.rstStream(code)), promise: nil)
    context.close(promise: nil)
  }
}
