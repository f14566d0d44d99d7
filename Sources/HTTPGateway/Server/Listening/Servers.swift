internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
public import ServiceLifecycle

extension Gateway {
  /// An address of the gateway, and how it listens there.
  public struct Listener: Sendable {
    public var host: String
    public var port: Int
    /// PEM files; nil for plain HTTP.
    public var tls: (certificate: String, privateKey: String)?
    /// Whether clients are asked for a certificate (RFC 8705), which browsers then ask people for.
    public var asksForCertificates: Bool

    public init(
      host: String, port: Int, tls: (certificate: String, privateKey: String)? = nil, asksForCertificates: Bool = false
    ) {
      self.host = host
      self.port = port
      self.tls = tls
      self.asksForCertificates = asksForCertificates
    }
  }

  /// A server for each listener. They share the routes.
  ///
  /// - Parameters:
  ///   - certificates: of these listeners. Nil: they are read once, and renewed with the servers.
  ///   - limits: of each listener.
  ///   - onRunning: called when a listener accepts connections, with its index.
  public func servers(
    _ listeners: [Listener], certificates given: ServerCertificates? = nil,
    limits: ConnectionLimits = ConnectionLimits(), onRunning: @escaping @Sendable (Int) async -> Void
  ) throws -> [any Service] {
    let responder = responder()
    let proxy = trustedProxy
    let certificates = try given ?? ServerCertificates(listeners, logger: logger)
    let servers: [any Service] = try listeners.enumerated().map { index, listener in
      var configuration = ApplicationConfiguration(
        address: .hostname(listener.host, port: listener.port), serverName: nil)
      configuration.reuseAddress = true
      let places = Places(limits.connections, share: limits.connectionsPerAddress)
      return NamedListener(
        listener: listener,
        inner: Application(
          responder: StrictTransport(inner: responder, isOn: isStrict(listener)),
          server: try Self.server(listener, certificates, limits, places, proxy),
          configuration: configuration, onServerRunning: { _ in await onRunning(index) }, logger: quiet))
    }
    return servers + [certificates]
  }

  private static func server(
    _ listener: Listener, _ certificates: ServerCertificates, _ limits: ConnectionLimits, _ places: Places,
    _ proxy: TrustedProxy?
  ) throws -> HTTPServerBuilder {
    // Of connections of HTTP/1, and of streams of HTTP/2.
    let connection = HTTP1Channel.Configuration(
      additionalChannelHandlers: [RequestGate(), ExchangeWatch(limits), SlowBodyHandler(limits), RefusedExpectations()])
    let plain = HTTPServerBuilder { responder in
      WatchedChannel(
        inner: HTTP1Channel(responder: Expectations.answered(responder), configuration: connection), limits: limits,
        places: places, proxy: proxy)
    }
    guard let tls = listener.tls else { return plain }
    let channel = try TLSListening.configuration(
      tls, asksForCertificates: listener.asksForCertificates, certificates)
    return HTTPServerBuilder { responder in
      WatchedChannel(
        inner: TLSChildChannel(
          inner: try HTTP2UpgradeChannel(
            tlsChannelConfiguration: channel, configuration: .init(streamConfiguration: connection),
            responder: Expectations.answered(responder)),
          handshake: TimeAmount(limits.handshake)),
        limits: limits, places: places, proxy: proxy)
    }
  }

  /// The framework's own lines are of interest only when something is wrong.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .warning)
    return logger
  }
}
