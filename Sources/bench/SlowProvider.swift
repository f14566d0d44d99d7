import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization
import WireJSON

/// An eID provider that lets everybody wait before it says whose an access token is.
final class SlowProvider: Sendable {
  static let subject = "bench"

  private let delay: Duration
  private let arrived = Mutex(0)
  private let base = Mutex("")
  private let server = Mutex<Task<Void, any Error>?>(nil)

  init(delay: Duration) { self.delay = delay }

  var issuer: String { base.withLock { $0 } }
  /// Questions that were asked so far.
  var questions: Int { arrived.withLock { $0 } }

  func start() async {
    let router = Router()
    router.get(".well-known/openid-configuration") { _, _ in
      func endpoint(_ name: String) -> JSONValue { .string(self.issuer + "/" + name) }
      return Self.response([
        "issuer": .string(self.issuer), "jwks_uri": endpoint("jwks"), "token_endpoint": endpoint("token"),
        "introspection_endpoint": endpoint("introspect"),
      ])
    }
    router.post("introspect") { request, _ in
      // Each token is another one.
      let form = String(buffer: try await request.body.collect(upTo: 4096))
      self.arrived.withLock { $0 += 1 }
      try await Task.sleep(for: self.delay)
      let now = Int64(Date().timeIntervalSince1970)
      return Self.response([
        "active": true, "client_id": "bench", "sub": .string(Self.subject), "acr": "high", "jti": .string(form),
        "auth_time": .integer(now), "iat": .integer(now), "exp": .integer(now + 300),
      ])
    }
    let (ports, port) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "slow provider")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    server.withLock { $0 = Task { try await application.run() } }
    for await number in ports {
      base.withLock { $0 = "http://127.0.0.1:\(number)" }
      break
    }
  }

  func stop() { server.withLock { $0?.cancel() } }

  private static func response(_ json: JSONValue) -> Response {
    Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.compact())))
  }
}
