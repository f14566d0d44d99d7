internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL
public import ServiceLifecycle

extension Gateway {
  /// Where the gateway listens.
  public struct Listener: Sendable {
    public var host: String
    public var port: Int
    /// PEM files; nil for plain HTTP.
    public var tls: (certificate: String, privateKey: String)?

    public init(host: String, port: Int, tls: (certificate: String, privateKey: String)? = nil) {
      self.host = host
      self.port = port
      self.tls = tls
    }
  }

  /// A server for each listener. They share the routes.
  ///
  /// - Parameters:
  ///   - asksForCertificates: whether clients may show one (RFC 8705).
  ///   - limits: of each listener.
  ///   - onRunning: called when a listener accepts connections, with its index.
  public func servers(
    _ listeners: [Listener], asksForCertificates: Bool, limits: ConnectionLimits = ConnectionLimits(),
    onRunning: @escaping @Sendable (Int) async -> Void
  ) throws -> [any Service] {
    let responder = responder()
    return try listeners.enumerated().map { index, listener in
      var configuration = ApplicationConfiguration(
        address: .hostname(listener.host, port: listener.port), serverName: nil)
      configuration.reuseAddress = true
      let places = Places(limits.connections, share: limits.connectionsPerAddress, isExempt: isProxy)
      return NamedListener(
        listener: listener,
        inner: Application(
          responder: StrictTransport(inner: responder, isOn: isStrict(listener)),
          server: try Self.server(listener, asksForCertificates, limits, places),
          configuration: configuration, onServerRunning: { _ in await onRunning(index) }, logger: quiet))
    }
  }

  private static func server(
    _ listener: Listener, _ asksForCertificates: Bool, _ limits: ConnectionLimits, _ places: Places
  ) throws -> HTTPServerBuilder {
    // Of connections of HTTP/1, and of streams of HTTP/2.
    let connection = HTTP1Channel.Configuration(
      additionalChannelHandlers: [RequestGate(), ExchangeWatch(limits), BodyPace(limits), RefusedExpectations()])
    let plain = HTTPServerBuilder { responder in
      WatchedChannel(
        inner: HTTP1Channel(responder: Expectations.answered(responder), configuration: connection), limits: limits,
        places: places)
    }
    guard let tls = listener.tls else { return plain }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.privateKey, format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    if asksForCertificates { configuration.certificateVerification = .optionalVerification }
    // The certificates are registered one by one and compared by their digest where they are used. What counts here
    // is that the client has the key, which TLS itself makes sure of.
    let accept: HummingbirdHTTP2.TLSChannelConfiguration.CustomVerificationCallback = { _, promise in
      promise.succeed(.certificateVerified)
    }
    let channel = HummingbirdHTTP2.TLSChannelConfiguration(
      tlsConfiguration: configuration, customVerificationCallback: asksForCertificates ? accept : nil)
    return HTTPServerBuilder { responder in
      WatchedChannel(
        inner: WithoutLateResets(
          inner: try HTTP2UpgradeChannel(
            tlsChannelConfiguration: channel, configuration: .init(streamConfiguration: connection),
            responder: Expectations.answered(responder)),
          handshake: TimeAmount(limits.handshake)),
        limits: limits, places: places)
    }
  }

  /// The framework's own lines are of interest only when something is wrong.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .warning)
    return logger
  }
}
