internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// A connection that has a place among the others (`Places`), and whose waits end (`ConnectionWatch`).
struct WatchedChannel<Inner: ServerChildChannel>: ServerChildChannel {
  let inner: Inner
  let limits: ConnectionLimits
  let places: Places
  let proxy: TrustedProxy?

  private struct NoPlace: Error {}

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Inner.Value> {
    let peer = Peer(of: channel, proxy)
    guard let giveBack = places.take(peer) else {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(NoPlace())
    }
    channel.closeFuture.whenComplete { _ in giveBack() }
    do {
      try channel.pipeline.syncOperations.addHandler(ConnectionWatch(limits, peer), position: .first)
      try channel.syncOptions?.setOption(.tcpOption(.unsentLimit), value: Self.mostUnsent)
    } catch {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(error)
    }
    return inner.setup(channel: channel, logger: logger).flatMapErrorThrowing { error in
      channel.close(promise: nil)
      throw error
    }
  }

  func handle(value: Inner.Value, logger: Logger) async {
    let channel = value.channel
    let watch = channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: ConnectionWatch.self).holdings
    }
    await Holdings.$current.withValue(try? await watch.get()) { await inner.handle(value: value, logger: logger) }
  }

  /// Octets that the system keeps for a client that takes none, in front of what waits here.
  private static var mostUnsent: SocketOptionValue { 128 << 10 }
}

extension NIOBSDSocket.Option {
  /// `TCP_NOTSENT_LOWAT` (tcp(7)).
  fileprivate static var unsentLimit: Self { Self(rawValue: 25) }
}
