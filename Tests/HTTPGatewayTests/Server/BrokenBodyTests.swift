import Logging
import Synchronization
import TestSupport
import Testing

@testable import HTTPGateway

/// Clients that hang up in the middle of a body.
@Suite("Broken bodies", .timeLimit(.minutes(5)))
struct BrokenBodyTests {
  private final class Lines: LogHandler, Sendable {
    let lines = Mutex<[(level: Logger.Level, text: String)]>([])
    var metadata: Logger.Metadata {
      get { [:] }
      set {}
    }
    var logLevel: Logger.Level {
      get { .info }
      set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { nil }
      set {}
    }
    func log(event: LogEvent) {
      lines.withLock { $0.append((event.level, "\(event.message) \(event.metadata ?? [:])")) }
    }
  }

  @Test("a hang-up is an event, and no failure of the gateway", arguments: [true, false])
  func hangUp(chunked: Bool) async throws {
    let lines = Lines()
    var fixture = try await GatewayFixture(logger: Logger(label: "test") { _ in lines })
    let budget = OctetBudget()
    fixture.gateway.octetBudget = budget
    @Sendable func calls() -> [(level: Logger.Level, text: String)] {
      lines.lines.withLock { $0.filter { $0.text.contains("signDoc") } }
    }
    try await fixture.serving { [fixture] port in
      let connection = try await RawConnection.open(port)
      let head = fixture.chunkedHead("signatures/signDoc", token: fixture.alice)
      try await connection.send(
        chunked
          ? head + "5\r\n{\"a\""
          : head.replacing("Transfer-Encoding: chunked", with: "Content-Length: 1000") + "{\"a\"")
      try await eventually { budget.held > 0 }
      await connection.close()
      try await eventually { !calls().isEmpty }
    }
    // The gateway has ended, so nothing comes any more.
    #expect(calls().count == 1 && calls().allSatisfy { $0.level == .info && $0.text.contains("400") }, "\(calls())")
  }
}
