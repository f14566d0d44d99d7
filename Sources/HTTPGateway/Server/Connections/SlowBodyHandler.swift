internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection (HTTP/2: a stream) whose client takes too long for a body, also for one that no handler reads.
final class SlowBodyHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart

  private let limits: ConnectionLimits
  private var window: Scheduled<Void>?
  private var isIncomplete = false
  private var end = NIODeadline.distantFuture
  private var arrived = 0
  /// Whether something was asked for that has not come.
  private var isWaiting = false

  init(_ limits: ConnectionLimits) { self.limits = limits }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      isIncomplete = true
      end = context.eventLoop.now + TimeAmount(limits.wholeBody)
    case .body(let octets): arrived += octets.readableBytes
    case .end: stop()
    }
    context.fireChannelRead(data)
  }

  func read(context: ChannelHandlerContext) {
    isWaiting = true
    context.read()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isWaiting = false
    // Most bodies come with their heads and need no timer.
    if isIncomplete, window == nil { watch(context) }
    context.fireChannelReadComplete()
  }

  func channelInactive(context: ChannelHandlerContext) {
    stop()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { stop() }

  private func watch(_ context: ChannelHandlerContext) {
    arrived = 0
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    window?.cancel()
    window = context.eventLoop.scheduleTask(in: TimeAmount(limits.bodyWindow)) {
      bound.value.handler.check(bound.value.context)
    }
  }

  private func check(_ context: ChannelHandlerContext) {
    let isSlow = isWaiting && arrived < limits.bodyOctets
    guard isSlow || context.eventLoop.now >= end else { return watch(context) }
    stop()
    context.close(promise: nil)
  }

  private func stop() {
    isIncomplete = false
    window?.cancel()
    window = nil
  }
}
