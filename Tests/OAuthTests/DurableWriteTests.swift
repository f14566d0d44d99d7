import OAuth
import Synchronization
import TestSupport
import Testing
import Throttling
import Vocabulary

/// Each write is durable when it returns, so it waits for the disk.
@Suite("Durable writes", .timeLimit(.minutes(5)))
struct DurableWriteTests {
  @Test("of a person on the pages: begin, count, know, end, exchange; a wrong password only counts")
  func way() async throws {
    let writes = Writes()
    let fixture = try await ServerFixture(seen: { CountingStore($0, writes) })
    let server = fixture.server
    let request = try await server.request(ServerFixture.parameters(), .v2, reader: ServerFixture.reader)
    let key = try await server.begin(request, browserSecret: nil).key
    #expect(writes.taken() == 1)
    await #expect(throws: TransactionRefusal.wrongPassword) {
      try await server.logIn(key, username: "alice", password: "wrong")
    }
    #expect(writes.taken() == 1)
    let transaction = try await server.logIn(key, username: "alice", password: ServerFixture.password)
    // Counted before it is compared, and then known.
    #expect(writes.taken() == 2)
    let code = try await fixture.code(key, transaction)
    #expect(writes.taken() == 1)
    _ = try await fixture.redeem(code)
    #expect(writes.taken() == 1)
  }

  /// A reader would not see the wrong guesses that wait for their commit (Specs/decisions/0027-brute-force.md).
  @Test("a client's right proof stands in the writer's line with the wrong ones, and changes its record once a day")
  func client() async throws {
    let writes = Writes()
    let fixture = try await ServerFixture(seen: { CountingStore($0, writes) })
    let parameters = Parameters([("client_id", "old"), ("client_secret", ServerFixture.secret)])
    let presented = PresentedClient(basic: nil, certificate: nil, audiences: [])
    let pair = ThrottleKey(
      .clientPair, "old", Origin.local.address, owner: ThrottleKey.owner(ofClient: "old"))
    var seen: [Int64] = []
    for advance in [0, 10, 10, 86_401] as [Int64] {
      fixture.clock.advance(advance)
      _ = try await ClientAuthentication(fixture.server).authenticate(presented, parameters)
      #expect(writes.taken() == 1)
      let record = try await fixture.store.readOAuth { try $0.throttleRecord(pair) }
      seen.append(record.succeeded)
    }
    #expect(seen[0] == seen[1] && seen[1] == seen[2] && seen[2] < seen[3])
  }
}

private final class Writes: Sendable {
  private let count = Mutex(0)

  func note() { count.withLock { $0 += 1 } }

  /// Since it was asked last.
  func taken() -> Int {
    count.withLock { count in
      defer { count = 0 }
      return count
    }
  }
}

private struct CountingStore: OAuthStore {
  let inner: MemoryStore
  let writes: Writes

  init(_ inner: MemoryStore, _ writes: Writes) {
    self.inner = inner
    self.writes = writes
  }

  func readOAuth<Result: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthReading) throws -> Result
  ) async throws -> Result { try await inner.readOAuth(reading: keys(), body) }

  func writeOAuth<Result: Sendable>(
    reading keys: @autoclosure () -> [OAuthKey], _ body: @escaping @Sendable (any OAuthWriting) throws -> Result
  ) async throws -> Result {
    writes.note()
    return try await inner.writeOAuth(reading: keys(), body)
  }
}
