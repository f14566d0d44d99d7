internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// The first handler of requests: lets in those that are well-formed messages, and puts a refusal in the place of
/// others.
///
/// On a connection of HTTP/1 it also keeps the rules about the connection's end (RFC 9112 §9.3, §9.6).
final class RequestGate: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// Time for which the client may go on sending when the last answer of a connection is written. Closed at once, a
  /// reset could overtake the answer (RFC 9112 §9.6).
  private static let linger = TimeAmount.seconds(5)

  private var isHTTP1 = false
  /// Of HTTP/2: the stream's request is refused, its body of no interest.
  private var isRefused = false
  /// Messages that came whole, requests that were let in, and those among them that are answered.
  private var ended = 0
  private var asked = 0
  private var answered = 0
  /// The number of the request after which the connection ends.
  private var last = Int.max
  private var closing: Scheduled<Void>?

  func handlerAdded(context: ChannelHandlerContext) {
    let pipeline = context.pipeline.syncOperations
    guard let decoder = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self) else { return }
    isHTTP1 = true
    try? pipeline.addHandler(RequestFraming(), position: .before(decoder))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head) where isHTTP1:
      begin(head)
      context.fireChannelRead(data)
    case .head(let head):
      do { context.fireChannelRead(wrapInboundOut(.head(try StreamHead.checked(head)))) } catch {
        isRefused = true
        context.fireChannelRead(wrapInboundOut(.head(error.head)))
      }
    case .body:
      if !isRefused { context.fireChannelRead(data) }
    case .end:
      ended += 1
      context.fireChannelRead(data)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case FramingEvent.refused(let refusal):
      begin(refusal.head)
      context.fireChannelRead(wrapInboundOut(.head(refusal.head)))
      context.fireChannelRead(wrapInboundOut(.end(nil)))
    case FramingEvent.passed(let count):
      // The two readers of the connection do not agree where its messages end.
      if count != ended { context.close(promise: nil) }
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  private func begin(_ head: HTTPRequest) {
    asked += 1
    if head.headerFields[.connection] == "close" { last = asked }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard isHTTP1 else { return context.write(data, promise: promise) }
    switch unwrapOutboundIn(data) {
    case .head(var head) where head.status.kind != .informational:
      answered += 1
      // A handler behind this one may have decided the same.
      if head.headerFields[.connection] == "close" { last = min(last, answered) }
      if answered >= last { head.headerFields[.connection] = "close" }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end where answered >= last:
      let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
      let written = context.eventLoop.makePromise(of: Void.self)
      written.futureResult.whenComplete { _ in bound.value.handler.finish(bound.value.context) }
      written.futureResult.cascade(to: promise)
      context.writeAndFlush(data, promise: written)
    case .head, .body, .end: context.write(data, promise: promise)
    }
  }

  /// Ends our half, and the whole connection a little later.
  private func finish(_ context: ChannelHandlerContext) {
    context.close(mode: .output, promise: nil)
    let channel = context.channel
    closing = context.eventLoop.scheduleTask(in: Self.linger) { channel.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    closing?.cancel()
    context.fireChannelInactive()
  }
}

/// Rules for the head of an HTTP/2 request beyond those that NIO makes sure of (RFC 9113 §8.2.2, §8.3.1).
enum StreamHead {
  /// The head with its authority; the header fields hold none.
  static func checked(_ head: HTTPRequest) throws(FramingRefusal) -> HTTPRequest {
    guard RequestLine.Method(rawValue: head.method.rawValue) != nil else { throw .unknownMethod }
    guard let scheme = head.scheme, scheme == "https" || scheme == "http", let path = head.path,
      path.utf8.first == UInt8(ascii: "/") || path == "*" && head.method == .options,
      path.utf8.allSatisfy(OctetClass.isTarget), head.extendedConnectProtocol == nil
    else { throw .target }
    let fields = head.headerFields
    guard !Self.connectionFields.contains(where: { fields.contains($0) }),
      fields[values: .te].allSatisfy({ $0.utf8.isName("trailers") })
    else { throw .connectionField }
    var checked = head
    checked.authority = try authority(of: head, fields[values: .host], scheme)
    checked.headerFields[.host] = nil
    return checked
  }

  private static let connectionFields: [HTTPField.Name] = [
    .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade,
  ]

  private static func authority(
    of head: HTTPRequest, _ hosts: [String], _ scheme: String
  ) throws(FramingRefusal) -> String {
    guard hosts.count <= 1 else { throw .hostRepeated }
    guard let authority = head.authority ?? hosts.first else { throw .hostMissing }
    guard HostField.isValid(authority.utf8) else { throw .hostInvalid }
    if let host = hosts.first, !HostField.isSame(host, authority, scheme: scheme) { throw .hostDiffers }
    return authority
  }
}

extension HTTPField.Name {
  fileprivate static let host = HTTPField.Name("Host")!
  fileprivate static let keepAlive = HTTPField.Name("Keep-Alive")!
  fileprivate static let proxyConnection = HTTPField.Name("Proxy-Connection")!
}
