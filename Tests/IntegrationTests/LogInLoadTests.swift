import Foundation
import OutboundHTTP
import Synchronization
import TestSupport
import Testing
import WireJSON

extension SandboxTests {
  /// What log-ins that anybody can send cost everybody else.
  @Test("sixty wrong log-ins at once hold up neither the health check nor a partner's call")
  func logInLoad() async throws {
    let sandbox = try await SandboxProcess(folder: try temporaryFolder())
    defer { _ = sandbox.stop() }
    let base = try #require(sandbox.description["baseURL"]?.string)
    let token = try #require(sandbox.user("alice")["serviceToken"]?.string)
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    let calm = HTTPClient(settings)
    // Log-ins stand back for everything else on the machine.
    settings.timeout = .seconds(120)
    let flood = HTTPClient(settings)
    defer {
      flood.stop()
      calm.stop()
    }
    let calls: [HTTPClient.Request] = [
      .init(url: "\(base)/health/live"),
      .init(
        url: "\(base)/csc/v1/credentials/list", body: Array("{}".utf8),
        headers: ["Content-Type: application/json", "Authorization: Bearer \(token)"]),
    ]
    /// The longest time that one of them took.
    @Sendable func longest() async throws -> Duration {
      var longest = Duration.zero
      for call in calls {
        let start = ContinuousClock.now
        #expect(try await calm.perform(call).status == 200)
        longest = max(longest, ContinuousClock.now - start)
      }
      return longest
    }
    var quiet = Duration.zero
    for _ in 0..<10 { quiet = max(quiet, try await longest()) }

    let running = Counter(60)
    async let logIns = withThrowingTaskGroup(of: Int.self) { [running] group in
      for number in 0..<60 {
        let proof = Data("name-\(number):wrong".utf8).base64EncodedString()
        group.addTask {
          defer { running.add(-1) }
          return try await flood.perform(
            .init(
              url: "\(base)/csc/v1/auth/login", body: Array("{}".utf8),
              headers: ["Content-Type: application/json", "Authorization: Basic \(proof)"])
          ).status
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    var worst = Duration.zero
    var rounds = 0
    while running.value > 0 {
      worst = max(worst, try await longest())
      rounds += 1
    }
    let statuses = try await logIns
    #expect(statuses.allSatisfy { $0 == 400 || $0 == 503 } && statuses.contains(400), "\(statuses)")
    #expect(rounds > 3, "the log-ins were over before anybody could be held up")
    #expect(worst < quiet * 10 + .seconds(1), "\(worst), and \(quiet) in quiet")
  }
}

private final class Counter: Sendable {
  private let count: Mutex<Int>

  init(_ count: Int) { self.count = Mutex(count) }

  var value: Int { count.withLock { $0 } }
  func add(_ change: Int) { count.withLock { $0 += change } }
}
