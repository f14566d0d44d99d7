import OAuth
import TestSupport
import Testing

@Suite("The way through the pages")
struct TransactionTests {
  private func begin(_ bench: ServerBench, _ changes: [String: String?] = [:]) async throws -> TransactionKey {
    let request = try await bench.server.request(
      ServerBench.parameters("app", changes), .v2, reader: ServerBench.reader)
    return try await bench.server.begin(request, browserSecret: nil)
  }

  @Test("another browser, another form and an old one are refused")
  func belongs() async throws {
    let bench = try await ServerBench()
    let key = try await begin(bench)
    let token = bench.server.formToken(key)
    _ = try await bench.server.transaction(key, formToken: token)
    let other = try await begin(bench)
    for (key, token) in [
      (TransactionKey(id: key.id, browserSecret: other.browserSecret), token),
      (key, bench.server.formToken(other)), (key, ""), (key, String(token.dropLast())),
      (TransactionKey(id: other.id, browserSecret: key.browserSecret), token),
    ] {
      await #expect(throws: TransactionRefusal.unknown) { try await bench.server.transaction(key, formToken: token) }
    }
    bench.clock.advance(600)
    await #expect(throws: TransactionRefusal.unknown) { try await bench.server.transaction(key, formToken: token) }
  }

  @Test("one browser can have two windows")
  func windows() async throws {
    let bench = try await ServerBench()
    let first = try await begin(bench)
    let request = try await bench.server.request(ServerBench.parameters(), .v2, reader: ServerBench.reader)
    let second = try await bench.server.begin(request, browserSecret: first.browserSecret)
    #expect(first.id != second.id && bench.server.formToken(first) != bench.server.formToken(second))
    _ = try await bench.server.logIn(first, username: "alice", password: ServerBench.password)
    #expect(try await bench.server.transaction(second, formToken: nil).user == nil)
  }

  @Test("a wrong password, another partner's user, another account than named: the same refusal, five times at most")
  func logIn() async throws {
    let bench = try await ServerBench()
    let key = try await begin(bench)
    for (name, password) in [
      ("alice", "wrong"), ("nobody", ServerBench.password), ("mallory", ServerBench.password), ("alice", ""),
    ] {
      await #expect(throws: TransactionRefusal.wrongPassword) {
        try await bench.server.logIn(key, username: name, password: password)
      }
    }
    #expect(
      try await bench.server.logIn(key, username: "alice", password: ServerBench.password).user?.signer
        == "signer-alice")
    for _ in 0..<5 {
      await #expect(throws: TransactionRefusal.wrongPassword) {
        try await bench.server.logIn(key, username: "nobody", password: "wrong")
      }
    }
    await #expect(throws: TransactionRefusal.tooManyLogIns) {
      try await bench.server.logIn(key, username: "alice", password: ServerBench.password)
    }
  }

  @Test("a code needs a log-in, and a transaction gives one")
  func once() async throws {
    let bench = try await ServerBench()
    let key = try await begin(bench)
    let before = try await bench.server.transaction(key, formToken: nil)
    await #expect(throws: TransactionRefusal.unknown) { try await bench.server.issueCode(key, before, granted: nil) }
    let transaction = try await bench.server.logIn(key, username: "alice", password: ServerBench.password)
    let codes = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<10 {
        group.addTask { try? await bench.server.issueCode(key, transaction, granted: nil) }
      }
      return await group.reduce(into: [String?]()) { $0.append($1) }.compactMap(\.self)
    }
    #expect(codes.count == 1)
    let declined = try await begin(bench)
    let known = try await bench.server.logIn(declined, username: "alice", password: ServerBench.password)
    try await bench.server.deny(declined)
    await #expect(throws: TransactionRefusal.unknown) {
      try await bench.server.issueCode(declined, known, granted: nil)
    }
  }

  @Test("what the eID visit gave is readable with the browser's secret only")
  func eidVisit() async throws {
    let bench = try await ServerBench()
    let key = try await begin(bench)
    let visit = AuthorizationTransaction.EIDVisit(state: "s", nonce: "n", codeVerifier: "v", issuer: "i")
    #expect(try await bench.server.beginEIDVisit(key, visit).eid == visit)
    let after = try await bench.server.endEIDVisit(key, idToken: "the token")
    #expect(after.eid == nil && after.hasEIDToken)
    let again = try await bench.server.transaction(key, formToken: nil)
    #expect(try bench.server.eidToken(key, again) == "the token")
    #expect(throws: (any Error).self) {
      try bench.server.eidToken(TransactionKey(id: key.id, browserSecret: "other"), again)
    }
  }

  @Test("of too many requests for one client the oldest go, but not those of people who have logged in")
  func limit() async throws {
    let bench = try await ServerBench { $0.maximumRequests = 3 }
    func isOpen(_ key: TransactionKey) async -> Bool {
      (try? await bench.server.transaction(key, formToken: nil)) != nil
    }
    var keys: [TransactionKey] = []
    for _ in 0..<3 {
      keys.append(try await begin(bench))
      bench.clock.advance(1)
    }
    _ = try await bench.server.logIn(keys[0], username: "alice", password: ServerBench.password)
    // Whoever tries passwords has proved nothing.
    await #expect(throws: TransactionRefusal.wrongPassword) {
      try await bench.server.logIn(keys[1], username: "alice", password: "wrong")
    }
    let elsewhere = try await begin(bench, ["client_id": "two"])
    for _ in 0..<2 {
      keys.append(try await begin(bench))
      bench.clock.advance(1)
    }
    var open: [Bool] = []
    for key in keys { open.append(await isOpen(key)) }
    #expect(open == [true, false, true, true, true])
    #expect(await isOpen(elsewhere))
  }

  @Test("large requests count by their octets")
  func octets() async throws {
    let bench = try await ServerBench { $0.maximumRequestOctets = 10_000 }
    func large() async throws -> TransactionKey {
      defer { bench.clock.advance(1) }
      return try await begin(bench, ["scope": "credential", "credentialID": String(repeating: "x", count: 6_000)])
    }
    let (first, second) = (try await large(), try await large())
    await #expect(throws: TransactionRefusal.unknown) { try await bench.server.transaction(first, formToken: nil) }
    #expect(try await bench.server.transaction(second, formToken: nil).request.scope == .credential)
  }

  @Test("pushed requests of a public client too, which anybody can send; others are its own")
  func pushed() async throws {
    let bench = try await ServerBench { $0.maximumRequests = 1 }
    for (client, isKept) in [("app", false), ("two", true)] {
      func push() async throws -> String {
        defer { bench.clock.advance(1) }
        return try await bench.server.push(
          ServerBench.parameters(client), .v2, client: bench.client(client), reader: ServerBench.reader)
      }
      let (first, second) = (try await push(), try await push())
      for (uri, isGood) in [(first, isKept), (second, true)] {
        let parameters = Parameters([(name: "client_id", value: client), (name: "request_uri", value: uri)])
        let request = try? await bench.server.request(parameters, .v2, reader: ServerBench.reader)
        #expect((request != nil) == isGood, "\(client)")
      }
    }
  }
}
