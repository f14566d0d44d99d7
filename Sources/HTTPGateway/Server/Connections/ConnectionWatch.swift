internal import Foundation
internal import NIOCore

/// Ends a connection whose client does nothing useful with it. It stands next to the socket and looks at the clock now
/// and then, so it needs no cooperation: not the client's, and not that of the handlers above.
///
/// - Nothing asked for: HTTP/2 is told to go (GOAWAY), HTTP/1.1 is closed through the handlers above; some seconds
///   later it is closed whatever comes.
/// - Octets that wait in front of the socket must be taken at a pace (`Pace`), whatever they are.
/// - An old connection is told to end, and ends when what is under way is answered.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  /// Holdings of the connection's requests.
  let holdings: Holdings
  private let limits: ConnectionLimits
  /// Times are the loop's own, so that tests can move them.
  private var loop: (any EventLoop)?
  private var opened = NIODeadline.now()
  private var idleSince = NIODeadline.now()
  private var isHTTP1 = false
  /// Of HTTP/2 one for each stream.
  private var exchanges: [ObjectIdentifier: ExchangeWatch] = [:]
  /// Requests that are not answered to their last octet.
  private(set) var underWay = 0
  private var octetsOut = 0
  private var pace = Pace()
  /// It ends as soon as nothing is under way after `soon`, and at `last` in any case.
  private var closing: (soon: NIODeadline, last: NIODeadline)?
  private var isLeaving = false
  private var timer: Scheduled<Void>?

  init(_ limits: ConnectionLimits, _ peer: Peer) {
    self.limits = limits
    holdings = Holdings(peer)
  }

  // MARK: What the exchanges tell

  func add(_ exchange: ExchangeWatch, isHTTP1: Bool) {
    exchanges[ObjectIdentifier(exchange)] = exchange
    self.isHTTP1 = isHTTP1
  }

  func remove(_ exchange: ExchangeWatch) { exchanges[ObjectIdentifier(exchange)] = nil }

  func requestBegan() { underWay += 1 }

  func requestEnded() {
    underWay = max(underWay - 1, 0)
    idleSince = now
  }

  /// Whether an answer of HTTP/1.1 is to be the last.
  var isEnding: Bool { closing != nil }

  /// Whether a stream of HTTP/2 that begins now comes too late.
  var takesNoMore: Bool { closing.map { now >= $0.soon } ?? false }

  // MARK: Handler

  func handlerAdded(context: ChannelHandlerContext) {
    loop = context.eventLoop
    opened = now
    idleSince = now
    schedule(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { stop() }

  func channelInactive(context: ChannelHandlerContext) {
    stop()
    context.fireChannelInactive()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    octetsOut += unwrapOutboundIn(data).readableBytes
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
    // The service stops.
    end(context)
    if isHTTP1, underWay == 0 { context.close(promise: nil) }
  }

  private var now: NIODeadline { loop?.now ?? .now() }

  private func stop() {
    timer?.cancel()
    timer = nil
    holdings.end()
  }

  private func schedule(_ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: TimeAmount(limits.interval)) {
      let (handler, context) = bound.value
      handler.look(context)
    }
  }

  private func look(_ context: ChannelHandlerContext) {
    let now = self.now
    guard stays(context, at: now) else { return close(context) }
    for exchange in exchanges.values { exchange.look(at: now) }
    schedule(context)
  }

  private func stays(_ context: ChannelHandlerContext, at now: NIODeadline) -> Bool {
    let waiting = Self.waiting(context)
    guard !pace.isMissed(taken: octetsOut - waiting, waiting: waiting, at: now, limits) else { return false }
    let isIdle = underWay == 0 && now >= idleSince + TimeAmount(limits.idle)
    if let closing {
      if now >= closing.last || underWay == 0 && now >= closing.soon { return false }
    } else if now >= opened + TimeAmount(limits.age) || isIdle && !isHTTP1 {
      end(context)
    }
    guard isHTTP1, isIdle else { return true }
    guard !isStuck(context) else { return false }
    // TLS says goodbye, and waits for the client's.
    if !isLeaving { context.channel.close(promise: nil) }
    isLeaving = true
    return now < idleSince + TimeAmount(limits.idle) + TimeAmount(limits.closing)
  }

  /// Octets that wait in front of the socket.
  private static func waiting(_ context: ChannelHandlerContext) -> Int {
    (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  /// Whether octets wait that the client does not take, here or in the system: then it is asked again and again whether
  /// it will.
  private func isStuck(_ context: ChannelHandlerContext) -> Bool {
    if Self.waiting(context) > 0 { return true }
    #if canImport(Glibc)
      let bound = NIOLoopBoundBox(false, eventLoop: context.eventLoop)
      // On the loop it is there at once.
      (context.channel as? any SocketOptionProvider)?.getTCPInfo().whenSuccess { info in
        bound.value = info.tcpi_backoff > 0 || info.tcpi_unacked > 0
      }
      return bound.value
    #else
      return false
    #endif
  }

  /// Not through the handlers above: none of them may make it wait. Octets that the client does not take are thrown
  /// away (RST), so that the system does not go on offering it.
  private func close(_ context: ChannelHandlerContext) {
    if isStuck(context) {
      _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
    context.close(promise: nil)
  }

  private func end(_ context: ChannelHandlerContext) {
    guard closing == nil else { return }
    let now = self.now
    let last = now + TimeAmount(limits.wholeBody) + TimeAmount(limits.wholeAnswer)
    // A client of HTTP/1.1 hears of it with the next answer.
    closing = (isHTTP1 ? last : now + TimeAmount(limits.closing), last)
    if !isHTTP1 { context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
  }
}
