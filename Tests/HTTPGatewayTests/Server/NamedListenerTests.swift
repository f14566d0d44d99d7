import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import HTTPGateway

@Suite("Listeners", .timeLimit(.minutes(5)))
struct NamedListenerTests {
  @Test("an address that is taken is named, with what to do", .timeLimit(.minutes(5)))
  func taken() async throws {
    let other = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(other.localAddress?.port)
    let listener = Gateway.Listener(host: "127.0.0.1", port: port)
    let servers = try await GatewayFixture().gateway.servers([listener]) { _ in }
    let error = await #expect(throws: CannotListen.self) { try await servers[0].run() }
    #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(port) (Address already in use); stop") == true)
    try await other.close()
  }
}
