import Attempts
import OAuth
import Synchronization
import TestSupport
import Testing

/// Guessing passwords and client secrets: by name, by client and by address.
@Suite("Brute force at log-in and token endpoint")
struct AttemptTests {
  private typealias Refusal = TokenService.Refusal

  private static func origin(_ number: Int) -> Origin { Origin(address: "192.0.2.\(number)", isPerson: true) }

  /// What a try gets: `right`, `wrong`, or the seconds to wait.
  private func attempt(
    _ bench: ServerBench, _ name: String, _ password: String = "wrong", from number: Int = 1, client: String? = nil
  ) async throws -> String {
    do {
      _ = try await bench.tokens.verify(
        username: name, password: password, from: Self.origin(number), client: client)
      return "right"
    } catch Refusal.loginFailed { return "wrong" } catch Refusal.tooManyFailures(let seconds) { return "\(seconds)" }
  }

  @Test("a name from one address: five wrong passwords, then waits that double up to a quarter of an hour")
  func backOff() async throws {
    // One that exists and one that does not are the same at every step.
    for name in ["alice", "nobody"] {
      let bench = try await ServerBench()
      for _ in 0..<6 { #expect(try await attempt(bench, name) == "wrong") }
      for wait in [30, 60, 120, 240, 480, 900, 900] {
        #expect(try await attempt(bench, name, ServerBench.password) == "\(wait)", "\(name)")
        bench.clock.advance(Int64(wait) - 1)
        // Who comes too early is not counted.
        #expect(try await attempt(bench, name) == "1")
        bench.clock.advance(1)
        #expect(try await attempt(bench, name) == "wrong", "\(name) after \(wait)")
      }
      // From another address, and with another name, nobody waits.
      #expect(try await attempt(bench, "acct-20931", ServerBench.password) == "right")
      #expect(try await attempt(bench, name, from: 2) == "wrong")
      bench.clock.advance(900)
      #expect(try await attempt(bench, name, ServerBench.password) == (name == "alice" ? "right" : "wrong"))
      // It begins anew.
      if name == "alice" { for _ in 0..<6 { #expect(try await attempt(bench, name) == "wrong") } }
    }
  }

  @Test("one name from many addresses waits as a whole, but not where its owner logged in before")
  func distributed() async throws {
    let bench = try await ServerBench()
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 250) == "right")
    for number in 1...21 { #expect(try await attempt(bench, "alice", from: number) == "wrong") }
    #expect(try await attempt(bench, "alice", from: 22) == "30")
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 251) == "30", "an unknown address")
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 250) == "right", "the owner's")
    #expect(try await attempt(bench, "acct-20931", ServerBench.password, from: 22) == "right")
    // Strangers who keep on can make it a quarter of an hour, and no more.
    for _ in 0..<12 {
      bench.clock.advance(900)
      _ = try await attempt(bench, "alice", from: 22)
    }
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 251) == "900")
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 250) == "right")
    // An address is known for 30 days.
    bench.clock.advance(30 * 86400 - 1000)
    for number in 1...21 { _ = try await attempt(bench, "alice", from: number) }
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 250) == "right")
  }

  @Test("one password on many names waits by address, and by the client's pages")
  func spraying() async throws {
    let bench = try await ServerBench(hasher: CountingHasher())
    for number in 0...100 { #expect(try await attempt(bench, "name-\(number)") == "wrong") }
    #expect(try await attempt(bench, "name-101") == "30")
    #expect(try await attempt(bench, "alice", ServerBench.password) == "30")
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 2, client: "app") == "right")
    for number in 0...1000 {
      #expect(try await attempt(bench, "other-\(number)", from: 3 + number % 200, client: "app") == "wrong")
    }
    #expect(try await attempt(bench, "new", from: 254, client: "app") == "5")
    #expect(try await attempt(bench, "new", from: 254, client: "old") == "wrong", "another client's pages")
    #expect(try await attempt(bench, "alice", ServerBench.password, from: 2, client: "app") == "right", "known")
    bench.clock.advance(5)
    #expect(try await attempt(bench, "new", from: 253, client: "app") == "wrong")
  }

  @Test("tries at once are counted one after the other")
  func atOnce() async throws {
    let bench = try await ServerBench(hasher: CountingHasher())
    let results = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<100 { group.addTask { try await attempt(bench, "alice") } }
      return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    }
    #expect(results == ["wrong": 6, "30": 94])
  }

  @Test("a wrong password and a name that does not exist cost one hash each, a wait costs none for either")
  func work() async throws {
    let hasher = CountingHasher()
    let bench = try await ServerBench(hasher: hasher)
    for name in ["alice", "nobody"] {
      let before = hasher.count
      for _ in 0..<6 { _ = try await attempt(bench, name) }
      #expect(hasher.count == before + 6, "\(name)")
      for _ in 0..<3 { _ = try await attempt(bench, name) }
      #expect(hasher.count == before + 6, "\(name)")
    }
  }

  @Test("the right password of an account that may not log in here counts as a wrong one")
  func foreignAccount() async throws {
    let bench = try await ServerBench()
    for _ in 0..<6 {
      await #expect(throws: Refusal.loginFailed) {
        try await bench.tokens.verify(
          username: "mallory", password: ServerBench.password, from: Self.origin(1), client: "app"
        ) { $0.partner == "portal" }
      }
    }
    #expect(try await attempt(bench, "mallory", ServerBench.password) == "30")
  }

  @Test("the operator opens a name again, wherever the tries came from; others stay as they are")
  func unlock() async throws {
    let bench = try await ServerBench()
    for name in ["alice", "nobody"] { for _ in 0..<6 { _ = try await attempt(bench, name) } }
    for number in 2...22 { _ = try await attempt(bench, "alice", from: number) }
    #expect(try await attempt(bench, "alice", ServerBench.password) != "right")
    // The name waits after 21 failures, so 16 addresses got through, and the name has a count of its own.
    #expect(try await bench.tokens.unlock(username: "alice") == 17)
    #expect(try await attempt(bench, "alice", ServerBench.password) == "right")
    #expect(try await attempt(bench, "nobody") == "30")
  }

  // MARK: Clients

  private func authenticate(
    _ bench: ServerBench, _ id: String, _ secret: String, from number: Int = 1
  ) async throws -> String {
    let presented = PresentedClient(
      basic: (id, [Array(secret.utf8)]), certificate: nil, audiences: [], origin: Self.origin(number))
    do { return try await bench.server.authenticate(presented, Parameters([])).id } catch let error as OAuthError {
      return error.retryAfter.map { "\($0)" } ?? error.text
    }
  }

  @Test("a client's secret: 20 wrong ones from an address, 100 from everywhere, then waits; its own server is spared")
  func clientSecrets() async throws {
    let bench = try await ServerBench()
    let wrong = "Invalid parameter client_secret"
    #expect(try await authenticate(bench, "client-42", ServerBench.secret, from: 250) == "client-42")
    for _ in 0..<21 { #expect(try await authenticate(bench, "client-42", "guess") == wrong) }
    #expect(try await authenticate(bench, "client-42", "guess") == "30")
    #expect(try await authenticate(bench, "client-42", ServerBench.secret) == "30")
    #expect(try await authenticate(bench, "client-42", ServerBench.secret, from: 250) == "client-42")
    for number in 0..<80 { #expect(try await authenticate(bench, "client-42", "guess", from: 2 + number) == wrong) }
    #expect(try await authenticate(bench, "client-42", "guess", from: 100) == "5")
    #expect(try await authenticate(bench, "client-42", ServerBench.secret, from: 101) == "5", "an unknown address")
    #expect(try await authenticate(bench, "client-42", ServerBench.secret, from: 250) == "client-42")
    #expect(try await authenticate(bench, "two", ServerBench.secret, from: 100) != "two", "it has secret_post only")
    bench.clock.advance(30)
    #expect(try await authenticate(bench, "client-42", ServerBench.secret) == "client-42")
    // A right one begins anew.
    for _ in 0..<10 { _ = try await authenticate(bench, "client-42", "guess") }
    bench.clock.advance(60)
    #expect(try await authenticate(bench, "client-42", ServerBench.secret) == "client-42")
  }

  @Test("whoever has nothing to guess is never held up: public clients, and names of clients")
  func notGuessing() async throws {
    let bench = try await ServerBench()
    for _ in 0..<200 {
      #expect(try await authenticate(bench, "unknown", "x") == "Invalid parameter client_id")
      #expect(try await authenticate(bench, "app", "") == "app")
    }
    #expect(try await authenticate(bench, "client-42", ServerBench.secret) == "client-42")
  }

  @Test("waits double, and end")
  func rules() {
    let rule = AttemptRule(free: 2, firstWait: 3, longestWait: 20, memory: 100)
    #expect((0...7).map(rule.wait) == [0, 0, 0, 3, 6, 12, 20, 20])
    #expect(rule.wait(after: .max) == 20)
    for kind in AttemptKind.allCases {
      // Nobody is locked out for longer than a quarter of an hour, and what is remembered outlives the wait.
      #expect(kind.rule.longestWait <= 900 && kind.rule.memory >= kind.rule.longestWait && kind.rule.free > 0)
    }
    #expect(AttemptKey(.client, "a", "bc") != AttemptKey(.client, "ab", "c"))
  }
}

/// Knows one password, and counts how often it is asked.
private final class CountingHasher: PasswordHasher {
  private let calls = Mutex(0)
  var count: Int { calls.withLock { $0 } }

  func hash(_ password: String) async throws -> String { "known" }
  func isRight(_ password: String, for hash: String) async throws -> Bool {
    calls.withLock { $0 += 1 }
    return hash == "known" && password == ServerBench.password
  }
}
