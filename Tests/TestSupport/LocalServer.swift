public import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// A server for the client to talk to.
public enum LocalServer {
  /// Runs `body` with the base URL of a running server.
  public static func with(
    _ gate: Gate = Gate(), _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    let router = Router()
    router.post("echo") { request, _ in
      Response(status: .ok, body: ResponseBody(byteBuffer: try await request.body.collect(upTo: 1000)))
    }
    router.get("redirect") { _, _ in Response.redirect(to: "/echo", type: .found) }
    router.get("large") { _, _ in
      Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 65, count: 5000)))
    }
    router.get("slow") { _, _ in
      try await Task.sleep(for: .seconds(1))
      return Response(status: .ok)
    }
    router.get("gate") { _, _ in
      await gate.pass()
      return Response(status: .ok)
    }
    try await serve(router, body)
  }

  public static func serve(
    _ router: Router<BasicRequestContext>, _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    try await serve(router, on: .http1(), scheme: "http", body)
  }

  static func serve(
    _ router: Router<BasicRequestContext>, on server: HTTPServerBuilder, scheme: String,
    _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    let (ports, port) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let application = Application(
      router: router, server: server,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      for await number in ports {
        try await body("\(scheme)://127.0.0.1:\(number)")
        break
      }
      group.cancelAll()
    }
  }
}
