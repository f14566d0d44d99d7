import OAuth
import Synchronization
import Registry
import TestSupport
import Testing
import Vocabulary

@testable import Throttling

/// Guessing passwords and client secrets: by name, by client and by address.
@Suite("Brute force at log-in and token endpoint", .timeLimit(.minutes(2)))
struct ThrottlingTests {
  private typealias Refusal = TokenService.Refusal

  private static func origin(_ number: Int) -> Origin { Origin(address: "192.0.2.\(number)", kind: .endUser) }

  /// Result of a try: `right`, `wrong`, or the seconds to wait.
  private func attempt(
    _ fixture: ServerFixture, _ name: String, _ password: String = "wrong", from number: Int = 1, client: String? = nil
  ) async throws -> String {
    do {
      _ = try await fixture.tokens.verify(
        username: name, password: password, from: Self.origin(number), client: client)
      return "right"
    } catch Refusal.loginFailed { return "wrong" } catch Refusal.tooManyFailures(let seconds) {
      return "\(seconds)"
    } catch is PasswordHasherBusy {
      return "busy"
    }
  }

  @Test("a name from one address: five wrong passwords, then waits that double up to a quarter of an hour")
  func backOff() async throws {
    // One that exists and one that does not are the same at every step.
    for name in ["alice", "nobody"] {
      let fixture = try await ServerFixture()
      for _ in 0..<6 { #expect(try await attempt(fixture, name) == "wrong") }
      for wait in [30, 60, 120, 240, 480, 900, 900] {
        #expect(try await attempt(fixture, name, ServerFixture.password) == "\(wait)", "\(name)")
        fixture.clock.advance(Int64(wait) - 1)
        // A try that comes too early is not counted.
        #expect(try await attempt(fixture, name) == "1")
        fixture.clock.advance(1)
        #expect(try await attempt(fixture, name) == "wrong", "\(name) after \(wait)")
      }
      // From another address, and with another name, there is no wait.
      #expect(try await attempt(fixture, "acct-20931", ServerFixture.password) == "right")
      #expect(try await attempt(fixture, name, from: 2) == "wrong")
      fixture.clock.advance(900)
      #expect(try await attempt(fixture, name, ServerFixture.password) == (name == "alice" ? "right" : "wrong"))
      // It starts again.
      if name == "alice" { for _ in 0..<6 { #expect(try await attempt(fixture, name) == "wrong") } }
    }
  }

  @Test("one name from many addresses waits as a whole, but not where its owner logged in before")
  func distributed() async throws {
    let fixture = try await ServerFixture(hasher: CountingHasher())
    #expect(try await attempt(fixture, "alice", ServerFixture.password, from: 250) == "right")
    for number in 1...21 { #expect(try await attempt(fixture, "alice", from: number) == "wrong") }
    #expect(try await attempt(fixture, "alice", from: 22) == "30")
    #expect(try await attempt(fixture, "alice", ServerFixture.password, from: 251) == "30", "an unknown address")
    #expect(try await attempt(fixture, "alice", ServerFixture.password, from: 250) == "right", "the owner's")
    #expect(try await attempt(fixture, "acct-20931", ServerFixture.password, from: 22) == "right")
    // Strangers who keep on, each time as soon as they may, have 20 tries an hour, and the owner waits 4 minutes at
    // most.
    let begin = fixture.clock.now
    var (tries, longest) = (0, 0 as Int64)
    while fixture.clock.now < begin + 10 * 3600 {
      let result = try await attempt(fixture, "alice", from: 30 + tries % 200)
      if result == "wrong" { tries += 1 }
      let wait = Int64(result) ?? 0
      longest = max(longest, wait)
      fixture.clock.advance(max(1, wait))
    }
    #expect((195...210).contains(tries) && (200...240).contains(longest), "\(tries) tries, \(longest) s")
    #expect(try await attempt(fixture, "alice", ServerFixture.password, from: 250) == "right")
    // An address is known for 30 days.
    fixture.clock.advance(30 * 86400 - 1000)
    for number in 1...21 { _ = try await attempt(fixture, "alice", from: number) }
    #expect(try await attempt(fixture, "alice", ServerFixture.password, from: 250) == "right")
  }

  @Test("one password on many names waits by address, and by the client's pages")
  func spraying() async throws {
    let fixture = try await ServerFixture(hasher: CountingHasher())
    for number in 0...100 { #expect(try await attempt(fixture, "name-\(number)") == "wrong") }
    #expect(try await attempt(fixture, "name-101") == "30")
    #expect(try await attempt(fixture, "alice", ServerFixture.password) == "30")
    #expect(try await attempt(fixture, "alice", ServerFixture.password, from: 2, client: "app") == "right")
    for number in 0...1000 {
      #expect(try await attempt(fixture, "other-\(number)", from: 3 + number % 200, client: "app") == "wrong")
    }
    #expect(try await attempt(fixture, "new", from: 254, client: "app") == "5")
    #expect(try await attempt(fixture, "new", from: 254, client: "old") == "wrong", "another client's pages")
    #expect(try await attempt(fixture, "alice", ServerFixture.password, from: 2, client: "app") == "right", "known")
    fixture.clock.advance(5)
    #expect(try await attempt(fixture, "new", from: 253, client: "app") == "wrong")
  }

  private func together(_ fixture: ServerFixture, _ count: Int, _ password: String = "wrong") async throws -> [String:
    Int]
  {
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<count { group.addTask { try await attempt(fixture, "alice", password) } }
      return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    }
  }

  @Test("tries at once are counted one after the other")
  func atOnce() async throws {
    let fixture = try await ServerFixture(hasher: CountingHasher())
    let results = try await together(fixture, 100)
    #expect(results["wrong"] == 6 && (results["30"] ?? 0) + (results["busy"] ?? 0) == 94, "\(results)")
  }

  @Test("who logged in from an address before does not wait there for others: behind a portal's server are many people")
  func behindOneServer() async throws {
    let fixture = try await ServerFixture(hasher: CountingHasher())
    #expect(try await attempt(fixture, "acct-20931", ServerFixture.password) == "right")
    for number in 0...100 { #expect(try await attempt(fixture, "name-\(number)") == "wrong") }
    #expect(try await attempt(fixture, "alice", ServerFixture.password) == "30")
    #expect(try await attempt(fixture, "acct-20931", ServerFixture.password) == "right")
    // Guessed there, it has five tries like any other.
    for _ in 0..<6 { #expect(try await attempt(fixture, "acct-20931") == "wrong") }
    #expect(try await attempt(fixture, "acct-20931", ServerFixture.password) == "30")
  }

  @Test("right passwords at once are all right, and count as nothing")
  func rightAtOnce() async throws {
    let fixture = try await ServerFixture(hasher: CountingHasher())
    #expect(try await together(fixture, 20, ServerFixture.password) == ["right": 20])
    for _ in 0..<6 { #expect(try await attempt(fixture, "alice") == "wrong") }
    #expect(try await attempt(fixture, "alice") == "30")
  }

  @Test("who fails now and then never waits: one failure after the other is forgotten")
  func forgetting() async throws {
    let fixture = try await ServerFixture(hasher: CountingHasher())
    for number in 0..<30 {
      #expect(try await attempt(fixture, "alice", from: 1 + number) == "wrong")
      fixture.clock.advance(50 * 60)
    }
    for _ in 0..<12 {
      #expect(try await attempt(fixture, "alice", from: 99) == "wrong")
      fixture.clock.advance(5 * 3600)
    }
    // In steps that are shorter than an interval nothing is lost either.
    let rule = ThrottleRule(free: 10, firstWait: 1, longestWait: 9, memory: 100)
    var record = ThrottleRecord(failures: 10, last: 0, until: 0, succeeded: 0)
    for second in 1...99 { record = record.forgetting(by: rule, at: Int64(second)) }
    #expect(record.failures == 1 && record.forgetting(by: rule, at: 100).failures == 0)
  }

  @Test("a password that nobody could look at counts as nothing")
  func busy() async throws {
    let hasher = CountingHasher()
    let fixture = try await ServerFixture(hasher: hasher)
    for isKnownBusy in [true, false] {
      hasher.set(isKnownBusy ? .busy : .failing)
      for _ in 0..<30 { #expect(try await attempt(fixture, "alice") == "busy") }
    }
    hasher.set(.idle)
    #expect(try await attempt(fixture, "alice", ServerFixture.password) == "right")
  }

  @Test("a wrong password and a name that does not exist cost one hash each, a wait costs none for either")
  func work() async throws {
    let hasher = CountingHasher()
    let fixture = try await ServerFixture(hasher: hasher)
    for name in ["alice", "nobody"] {
      let before = hasher.count
      for _ in 0..<6 { _ = try await attempt(fixture, name) }
      #expect(hasher.count == before + 6, "\(name)")
      for _ in 0..<3 { _ = try await attempt(fixture, name) }
      #expect(hasher.count == before + 6, "\(name)")
    }
  }

  @Test("what can be no password costs as much as a wrong one, and counts as one")
  func impossiblePassword() async throws {
    let hasher = CountingHasher()
    let fixture = try await ServerFixture(hasher: hasher)
    for _ in 0..<6 { #expect(try await attempt(fixture, "alice", "\t") == "wrong") }
    #expect(hasher.count == 6)
    #expect(try await attempt(fixture, "alice", ServerFixture.password) == "30")
  }

  @Test("the right password of an account that may not log in here counts as a wrong one")
  func foreignAccount() async throws {
    let fixture = try await ServerFixture()
    for _ in 0..<6 {
      await #expect(throws: Refusal.loginFailed) {
        try await fixture.tokens.verify(
          username: "mallory", password: ServerFixture.password, from: Self.origin(1), client: "app"
        ) { $0.partner == "portal" }
      }
    }
    #expect(try await attempt(fixture, "mallory", ServerFixture.password) == "30")
  }

  @Test("the operator opens a name again, wherever the tries came from; others stay as they are")
  func unlock() async throws {
    let fixture = try await ServerFixture()
    for name in ["alice", "nobody"] { for _ in 0..<6 { _ = try await attempt(fixture, name) } }
    for number in 2...22 { _ = try await attempt(fixture, "alice", from: number) }
    #expect(try await attempt(fixture, "alice", ServerFixture.password) != "right")
    // The name waits after 21 failures, so 16 addresses got through, and the name has a count of its own.
    #expect(try await fixture.tokens.unlock(username: "alice") == 17)
    #expect(try await attempt(fixture, "alice", ServerFixture.password) == "right")
    #expect(try await attempt(fixture, "nobody") == "30")
    // The record of the owner's address survives, so the next flood does not reach it.
    #expect(try await fixture.tokens.unlock(username: "alice") > 0)
    for number in 30...51 { _ = try await attempt(fixture, "alice", from: number) }
    #expect(try await attempt(fixture, "alice", from: 60) != "wrong")
    #expect(try await attempt(fixture, "alice", ServerFixture.password) == "right")
  }

  // MARK: Clients

  private func authenticate(
    _ fixture: ServerFixture, _ id: String, _ secret: String, from number: Int = 1
  ) async throws -> String {
    let presented = PresentedClient(
      basic: (id, [Array(secret.utf8)]), certificate: nil, audiences: [], origin: Self.origin(number))
    do {
      return try await ClientAuthentication(fixture.server).authenticate(presented, Parameters([])).id.rawValue
    } catch let
      error as OAuthError
    {
      return error.retryAfter.map { "\($0)" } ?? error.text
    }
  }

  @Test("a client's secret: 20 wrong ones from an address, 100 from everywhere, then waits; its own server is exempt")
  func clientSecrets() async throws {
    let fixture = try await ServerFixture()
    let wrong = "Invalid parameter client_secret"
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret, from: 250) == "client-42")
    for _ in 0..<21 { #expect(try await authenticate(fixture, "client-42", "guess") == wrong) }
    #expect(try await authenticate(fixture, "client-42", "guess") == "30")
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret) == "30")
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret, from: 250) == "client-42")
    for number in 0..<80 { #expect(try await authenticate(fixture, "client-42", "guess", from: 2 + number) == wrong) }
    #expect(try await authenticate(fixture, "client-42", "guess", from: 100) == "5")
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret, from: 101) == "5", "an unknown address")
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret, from: 250) == "client-42")
    #expect(try await authenticate(fixture, "two", ServerFixture.secret, from: 100) != "two", "it has secret_post only")
    fixture.clock.advance(30)
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret) == "client-42")
    // A right one resets the count.
    for _ in 0..<10 { _ = try await authenticate(fixture, "client-42", "guess") }
    fixture.clock.advance(60)
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret) == "client-42")
  }

  @Test("a caller with nothing to guess is never held up: public clients, and names of clients")
  func notGuessing() async throws {
    let fixture = try await ServerFixture()
    for _ in 0..<200 {
      #expect(try await authenticate(fixture, "unknown", "x") == "Invalid parameter client_id")
      #expect(try await authenticate(fixture, "app", "") == "app")
    }
    #expect(try await authenticate(fixture, "client-42", ServerFixture.secret) == "client-42")
  }

  @Test("waits double, and end")
  func rules() {
    let rule = ThrottleRule(free: 2, firstWait: 3, longestWait: 20, memory: 100)
    #expect((0...7).map(rule.wait) == [0, 0, 0, 3, 6, 12, 20, 20])
    #expect(rule.wait(after: .max) == 20)
    for kind in ThrottleKind.allCases {
      // A lock-out lasts a quarter of an hour at most, and the record outlives the wait.
      #expect(kind.rule.longestWait <= 900 && kind.rule.memory >= kind.rule.longestWait && kind.rule.free > 0)
    }
    #expect(ThrottleKey(.client, "a", "bc") != ThrottleKey(.client, "ab", "c"))
  }
}

/// Knows one password, and counts how often it is asked.
private final class CountingHasher: PasswordHasher {
  enum State { case idle, busy, failing }

  private let calls = Mutex(0)
  private let state = Mutex(State.idle)
  var count: Int { calls.withLock { $0 } }
  var isBusy: Bool { state.withLock { $0 == .busy } }

  func set(_ new: State) { state.withLock { $0 = new } }

  func hash(_ password: PreparedPassword) async throws -> String { "known" }
  func isRight(_ password: PreparedPassword, for hash: String) async throws -> Bool {
    calls.withLock { $0 += 1 }
    if state.withLock({ $0 == .failing }) { throw PasswordHasherBusy() }
    return hash == "known" && password == PreparedPassword(ServerFixture.password)
  }
}
