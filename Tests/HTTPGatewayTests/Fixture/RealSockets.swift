import HTTPGateway
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

/// A connection on which a test says every octet itself.
final class RawConnection: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private struct State {
    var octets: [UInt8] = []
    var isClosed = false
    var hasEnded = false
    var channel: (any Channel)?
  }

  private let state = Mutex(State())

  /// - Parameters:
  ///   - address: from which it comes.
  ///   - protocols: what TLS offers (RFC 7301), whose certificate is not looked at; nil: without TLS.
  ///   - receiveBuffer: octets of the system's buffer, as far as it allows small ones.
  static func open(
    _ port: Int, from address: String = "127.0.0.1", tls protocols: [String]? = nil, receiveBuffer: Int? = nil
  ) async throws -> RawConnection {
    let connection = RawConnection()
    let tls = try protocols.map { protocols in
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.certificateVerification = .none
      configuration.applicationProtocols = protocols
      // A test that closes waits for no goodbye.
      configuration.shutdownTimeout = .milliseconds(10)
      return try NIOSSLContext(configuration: configuration)
    }
    var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .bind(to: try SocketAddress(ipAddress: address, port: 0))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls {
            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
          }
          try channel.pipeline.syncOperations.addHandler(connection)
        }
      }
    if let receiveBuffer {
      bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer)
    }
    let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    connection.state.withLock { $0.channel = channel }
    return connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    state.withLock { $0.octets += part.readableBytesView }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // The other end closed its side. Ours stays open, as with a client that does not notice.
    if case ChannelEvent.inputClosed? = event as? ChannelEvent { state.withLock { $0.hasEnded = true } }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    state.withLock {
      $0.isClosed = true
      $0.hasEnded = true
    }
  }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// All that has come so far, as octets and as text.
  var octets: [UInt8] { state.withLock(\.octets) }
  var received: String { String(decoding: octets, as: UTF8.self) }
  /// Whether nothing comes any more.
  var isClosed: Bool { state.withLock(\.hasEnded) }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ octets: [UInt8]) async throws {
    try await state.withLock(\.channel)?.writeAndFlush(ByteBuffer(bytes: octets)).get()
  }

  /// Takes nothing any more of what comes, or everything again.
  func setReading(_ reads: Bool) async throws {
    try await state.withLock(\.channel)?.setOption(.autoRead, value: reads).get()
  }

  /// Takes so many octets at most.
  func read(atMost octets: Int) async throws {
    guard let channel = state.withLock(\.channel) else { return }
    let allocator = FixedSizeRecvByteBufferAllocator(capacity: octets)
    try await channel.setOption(.recvAllocator, value: allocator).get()
    try await channel.setOption(.maxMessagesPerRead, value: 1).get()
    channel.read()
  }

  func closeOutput() async throws { try await state.withLock(\.channel)?.close(mode: .output).get() }

  func close() async { try? await state.withLock(\.channel)?.close().get() }

  /// Waits until what has come satisfies the condition.
  func wait(
    _ limit: Duration = .seconds(10), until condition: (String) -> Bool, location: SourceLocation = #_sourceLocation
  ) async throws {
    do {
      try await eventually(within: limit, location: location) { condition(received) }
    } catch let late as NotInTime {
      Issue.record(late, "\(received.prefix(500))", sourceLocation: location)
    }
  }

  /// Waits until the other end has closed, and tells after how long; nil if it did not.
  func closed(within limit: Duration) async throws -> Duration? {
    let start = ContinuousClock.now
    do { try await eventually(within: limit) { isClosed } } catch is NotInTime { return nil }
    return ContinuousClock.now - start
  }

  /// The status line, or nothing if there is no whole head yet.
  var status: String? {
    received.contains("\r\n\r\n") ? received.split(separator: "\r\n").first.map(String.init) : nil
  }
}

extension GatewayFixture {
  /// Serves the gateway on a socket, by the code with which the service itself listens.
  func serving<Output: Sendable>(
    _ limits: ConnectionLimits = .init(), tls: (certificate: String, privateKey: String)? = nil,
    asksForCertificates: Bool = false, certificates: ServerCertificates? = nil,
    _ body: @escaping @Sendable (_ port: Int) async throws -> Output
  ) async throws -> Output {
    let reserved = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(reserved.localAddress?.port)
    try await reserved.close().get()
    let (running, isRunning) = AsyncStream<Void>.makeStream()
    let listener = Gateway.Listener(host: "127.0.0.1", port: port, tls: tls, asksForCertificates: asksForCertificates)
    let servers = try gateway.servers([listener], certificates: certificates, limits: limits) { _ in
      isRunning.yield()
    }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let group = ServiceGroup(services: servers, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      defer { tasks.cancelAll() }
      for await _ in running { break }
      return try await body(port)
    }
  }

  /// The head of a call without the length of its body.
  func chunkedHead(_ method: String, token: String) -> String {
    """
    POST /csc/v2/\(method) HTTP/1.1\r
    Host: test\r
    Authorization: Bearer \(token)\r
    Content-Type: application/json\r
    Transfer-Encoding: chunked\r
    \r

    """
  }

  static func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n" }
}
