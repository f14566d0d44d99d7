import Registry
import Synchronization
import TestSupport
import Testing

@testable import OAuth
import Vocabulary

@Suite("The way through the pages", .timeLimit(.minutes(2)))
struct TransactionTests {
  private func begin(_ fixture: ServerFixture, _ changes: [String: String?] = [:]) async throws -> TransactionKey {
    let request = try await fixture.server.request(
      ServerFixture.parameters("app", changes), .v2, reader: ServerFixture.reader)
    return try await fixture.server.begin(request, browserSecret: nil).key
  }

  @Test("another browser and an old one are refused; a form is good for its own browser, transaction and page only")
  func belongs() async throws {
    let fixture = try await ServerFixture()
    let server = fixture.server
    let key = try await begin(fixture)
    let transaction = try await server.transaction(key)
    let token = server.formToken(key, .logIn(transaction))
    #expect(server.isForm(token, key, .logIn(transaction)))
    let other = try await begin(fixture)
    for (key, token) in [
      (TransactionKey(id: key.id, browserSecret: other.browserSecret), token),
      (key, server.formToken(other, .logIn(try await server.transaction(other)))), (key, ""),
      (key, String(token.dropLast())), (TransactionKey(id: other.id, browserSecret: key.browserSecret), token),
    ] {
      #expect(!server.isForm(token, key, .logIn(transaction)))
    }
    #expect(!server.isForm(token, key, .consent(transaction, offer: [])))
    for wrong in [
      TransactionKey(id: key.id, browserSecret: other.browserSecret),
      TransactionKey(id: other.id, browserSecret: key.browserSecret), TransactionKey(id: "x", browserSecret: "y"),
    ] {
      await #expect(throws: TransactionRefusal.unknown) { try await server.transaction(wrong) }
    }
    fixture.clock.advance(600)
    await #expect(throws: TransactionRefusal.unknown) { try await server.transaction(key) }
  }

  @Test("a form covers every member of the request, who is logged in, and what else the page shows")
  func covered() async throws {
    let fixture = try await ServerFixture()
    let server = fixture.server
    let rich: [String: String?] = ["authorization_details": "[\"digest A\"]", "lang": "de"]
    let key = try await begin(fixture, rich)
    let entry = try #require(try await fixture.store.readOAuth { try $0.entry(.transaction, key.digest) })
    let known = try await server.logIn(key, username: "alice", password: ServerFixture.password)
    let stored = try #require(try await fixture.store.readOAuth { try $0.entry(.transaction, key.digest) })
    let text = String(decoding: stored.body, as: UTF8.self)
    let token = server.formToken(key, .consent(known, offer: [1]))
    #expect(server.isForm(token, key, .consent(known, offer: [1])))
    #expect(!server.isForm(token, key, .consent(known, offer: [2])))
    let edits = [
      ("digest A", "digest B"), ("https://app.example.org/cb", "https://mallory.example/cb"), ("\"s 1\"", "\"s 2\""),
      ("\"client\":\"app\"", "\"client\":\"two\""), ("\"partner\":\"portal\"", "\"partner\":\"rival\""),
      (ServerFixture.challenge, String(ServerFixture.challenge.reversed())), ("\"v2\"", "\"v1\""), ("\"de\"", "\"en\""),
      ("\"scope\":\"credential\"", "\"scope\":\"service\""), ("\"isRich\":true", "\"isRich\":false"),
      ("\"username\":\"alice\"", "\"username\":\"mallory\""), ("signer-alice", "signer-mallory"),
      ("\"namesRedirectURI\":true", "\"namesRedirectURI\":false"),
    ]
    for (old, new) in edits {
      #expect(text.contains(old), "\(old)")
      let edited = OAuthEntry(
        kind: stored.kind, digest: stored.digest, expires: stored.expires,
        body: Array(text.replacing(old, with: new).utf8))
      // Those that cannot be read, or whose client is not registered so, are refused before.
      if let transaction = AuthorizationTransaction(edited) {
        #expect(!server.isForm(token, key, .consent(transaction, offer: [1])), "\(old)")
      }
      try await fixture.store.writeOAuth { try $0.put(edited) }
      await #expect(throws: TransactionRefusal.unknown, "\(old)") { try await fixture.code(key, known) }
    }
    try await fixture.store.writeOAuth { try $0.put(entry) }
    let logIn = server.formToken(key, .logIn(known))
    #expect(server.isForm(logIn, key, .logIn(try await server.transaction(key))))
  }

  @Test("a client that lost its redirect URI, its grant, or its place at the partner gets nothing that began before")
  func registration() async throws {
    let store = MemoryStore()
    func client(_ partner: String, _ uris: [String], _ grants: Set<Client.Grant>) -> Client {
      Client(
        id: ClientID("moving"), partner: PartnerID(partner), name: "moving", methods: [.none], secret: nil,
        keys: nil, certificate: nil, redirectURIs: uris, grants: grants, requiresPKCE: true)
    }
    let uri = ServerFixture.redirectURI
    let before = try await ServerFixture(clients: [client("portal", [uri], [.authorizationCode])], store: store)
    let parameters = ServerFixture.parameters("moving")
    let request = try await before.server.request(parameters, .v2, reader: ServerFixture.reader)
    let key = try await before.server.begin(request, browserSecret: nil).key
    let known = try await before.server.logIn(key, username: "alice", password: ServerFixture.password)
    let code = try await before.code("moving")
    let pushed = try await before.server.push(
      parameters, .v2, client: before.client("moving"), reader: ServerFixture.reader)
    let opening = Parameters([(name: "client_id", value: "moving"), (name: "request_uri", value: pushed)])
    for changed in [
      client("rival", [uri], [.authorizationCode]), client("portal", [uri + "/new"], [.authorizationCode]),
    ] {
      let after = try await ServerFixture(clients: [changed], store: store)
      await #expect(throws: TransactionRefusal.unknown) { try await after.server.transaction(key) }
      await #expect(throws: TransactionRefusal.unknown) { try await after.code(key, known) }
      await #expect(throws: OAuthError.invalidGrant("Invalid parameter code")) {
        try await after.redeem(code, "moving")
      }
      await #expect(throws: CodeRequestRefusal.self) {
        try await after.server.request(opening, .v2, reader: ServerFixture.reader)
      }
    }
    _ = try await before.server.request(opening, .v2, reader: ServerFixture.reader)
    _ = try await before.code(key, known)
    _ = try await before.redeem(code, "moving")
  }

  @Test("one browser can have two windows")
  func windows() async throws {
    let fixture = try await ServerFixture()
    let first = try await begin(fixture)
    let request = try await fixture.server.request(ServerFixture.parameters(), .v2, reader: ServerFixture.reader)
    let second = try await fixture.server.begin(request, browserSecret: first.browserSecret).key
    let shown = ShownPage.logIn(try await fixture.server.transaction(first))
    #expect(first.id != second.id && fixture.server.formToken(first, shown) != fixture.server.formToken(second, shown))
    _ = try await fixture.server.logIn(first, username: "alice", password: ServerFixture.password)
    #expect(try await fixture.server.transaction(second).user == nil)
  }

  @Test("a wrong password, another partner's user, another account than named: the same refusal, five times at most")
  func logIn() async throws {
    let fixture = try await ServerFixture()
    let key = try await begin(fixture)
    for (name, password) in [
      ("alice", "wrong"), ("nobody", ServerFixture.password), ("mallory", ServerFixture.password), ("alice", ""),
    ] {
      await #expect(throws: TransactionRefusal.wrongPassword) {
        try await fixture.server.logIn(key, username: name, password: password)
      }
    }
    #expect(
      try await fixture.server.logIn(key, username: "alice", password: ServerFixture.password).user?.signer
        == "signer-alice")
    for _ in 0..<5 {
      await #expect(throws: TransactionRefusal.wrongPassword) {
        try await fixture.server.logIn(key, username: "nobody", password: "wrong")
      }
    }
    await #expect(throws: TransactionRefusal.tooManyLogIns) {
      try await fixture.server.logIn(key, username: "alice", password: ServerFixture.password)
    }
  }

  @Test("a code needs a log-in, and a transaction gives one")
  func once() async throws {
    let fixture = try await ServerFixture()
    let key = try await begin(fixture)
    let before = try await fixture.server.transaction(key)
    await #expect(throws: TransactionRefusal.unknown) { try await fixture.code(key, before) }
    let transaction = try await fixture.server.logIn(key, username: "alice", password: ServerFixture.password)
    let codes = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<10 { group.addTask { try? await fixture.code(key, transaction) } }
      return await group.reduce(into: [String?]()) { $0.append($1) }.compactMap(\.self)
    }
    #expect(codes.count == 10 && Set(codes).count == 1)
    let declined = try await begin(fixture)
    let known = try await fixture.server.logIn(declined, username: "alice", password: ServerFixture.password)
    let denial = try await fixture.server.deny(declined, known, .accessDenied, form: "form")
    #expect(denial.first?.value == "access_denied")
    // The first answer counts.
    let late = try await fixture.server.issueCode(
      declined, known, of: fixture.server.visited(declined).client, granted: nil, form: "form")
    #expect(late.first?.value == "access_denied")
  }

  @Test("the same form of the same browser gets the same answer again, while the code is unused")
  func repeated() async throws {
    let fixture = try await ServerFixture()
    let server = fixture.server
    let key = try await begin(fixture)
    let known = try await server.logIn(key, username: "alice", password: ServerFixture.password)
    let form = server.formToken(key, .consent(known, offer: []))
    let code = try await fixture.code(key, known, form: form)
    let ended = try await server.transaction(key)
    for token in [form, server.formToken(key, .logIn(ended))] {
      #expect(try server.answer(key, ended, form: token)?.map(\.value) == [code])
    }
    for token in ["", "x", server.formToken(key, .consent(known, offer: [1]))] {
      #expect(throws: TransactionRefusal.unknown) { try server.answer(key, ended, form: token) }
    }
    // Nothing in the store is the code, and the store without the browser's secret does not give it.
    let body = try #require(try await fixture.store.readOAuth { try $0.entry(.transaction, key.digest) }).body
    #expect(!String(decoding: body, as: UTF8.self).contains(code))
    #expect(throws: (any Error).self) {
      try server.answer(TransactionKey(id: key.id, browserSecret: "other"), ended, form: form)
    }
    await #expect(throws: TransactionRefusal.unknown) {
      try await server.logIn(key, username: "alice", password: ServerFixture.password)
    }
    _ = try await fixture.redeem(code)
    await #expect(throws: TransactionRefusal.unknown) { try await server.transaction(key) }

    let slow = try await begin(fixture)
    let person = try await server.logIn(slow, username: "alice", password: ServerFixture.password)
    _ = try await fixture.code(slow, person, form: form)
    fixture.clock.advance(60)
    let late = try await server.transaction(slow)
    #expect(throws: TransactionRefusal.unknown) { try server.answer(slow, late, form: form) }
  }

  @Test("forms of one transaction are handled one after the other")
  func turns() async throws {
    let fixture = try await ServerFixture()
    let key = try await begin(fixture)
    let running = Gauge()
    let done = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<30 {
        group.addTask {
          await fixture.server.inTurn(key) {
            running.change(by: 1)
            try? await Task.sleep(for: .milliseconds(2))
            running.change(by: -1)
          } != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(running.most == 1 && done >= 11)
  }

  @Test("what the eID visit gave is readable with the browser's secret only")
  func eidVisit() async throws {
    let fixture = try await ServerFixture()
    let key = try await begin(fixture)
    let visit = AuthorizationTransaction.EIDVisit(state: "s", nonce: "n", codeVerifier: "v", issuer: "i")
    #expect(try await fixture.server.beginEIDVisit(key, visit).eid == visit)
    let after = try await fixture.server.endEIDVisit(key, answer: "c-1", idToken: "the token")
    #expect(after.eid == nil && after.hasEIDToken)
    #expect(after.hasTaken(eidAnswer: "c-1") && !after.hasTaken(eidAnswer: "c-2"))
    let again = try await fixture.server.transaction(key)
    #expect(try fixture.server.eidToken(key, again) == "the token")
    #expect(throws: (any Error).self) {
      try fixture.server.eidToken(TransactionKey(id: key.id, browserSecret: "other"), again)
    }
  }

  @Test("of too many requests for one client the oldest go, but not those of people who have logged in")
  func limit() async throws {
    let fixture = try await ServerFixture { $0.maximumRequests = 3 }
    func isOpen(_ key: TransactionKey) async -> Bool {
      (try? await fixture.server.transaction(key)) != nil
    }
    var keys: [TransactionKey] = []
    for _ in 0..<3 {
      keys.append(try await begin(fixture))
      fixture.clock.advance(1)
    }
    _ = try await fixture.server.logIn(keys[0], username: "alice", password: ServerFixture.password)
    // A try at a password proves nothing.
    await #expect(throws: TransactionRefusal.wrongPassword) {
      try await fixture.server.logIn(keys[1], username: "alice", password: "wrong")
    }
    let elsewhere = try await begin(fixture, ["client_id": "two"])
    for _ in 0..<2 {
      keys.append(try await begin(fixture))
      fixture.clock.advance(1)
    }
    var open: [Bool] = []
    for key in keys { open.append(await isOpen(key)) }
    #expect(open == [true, false, true, true, true])
    #expect(await isOpen(elsewhere))
  }

  @Test("large requests count by their octets")
  func octets() async throws {
    let fixture = try await ServerFixture { $0.maximumRequestOctets = 10_000 }
    func large() async throws -> TransactionKey {
      defer { fixture.clock.advance(1) }
      return try await begin(fixture, ["scope": "credential", "credentialID": String(repeating: "x", count: 6_000)])
    }
    let (first, second) = (try await large(), try await large())
    await #expect(throws: TransactionRefusal.unknown) { try await fixture.server.transaction(first) }
    #expect(try await fixture.server.transaction(second).request.scope == .credential)
  }

  @Test("pushed requests of a public client too, which anybody can send; others are its own")
  func pushed() async throws {
    let fixture = try await ServerFixture { $0.maximumRequests = 1 }
    for (client, isKept) in [("app", false), ("two", true)] {
      func push() async throws -> String {
        defer { fixture.clock.advance(1) }
        return try await fixture.server.push(
          ServerFixture.parameters(client), .v2, client: fixture.client(client), reader: ServerFixture.reader)
      }
      let (first, second) = (try await push(), try await push())
      for (uri, isGood) in [(first, isKept), (second, true)] {
        let parameters = Parameters([(name: "client_id", value: client), (name: "request_uri", value: uri)])
        let request = try? await fixture.server.request(parameters, .v2, reader: ServerFixture.reader)
        #expect((request != nil) == isGood, "\(client)")
      }
    }
  }
}

/// How many were at it at the same time.
private final class Gauge: Sendable {
  private let state = Mutex((now: 0, most: 0))
  var most: Int { state.withLock { $0.most } }
  func change(by number: Int) {
    state.withLock { $0 = ($0.now + number, max($0.most, $0.now + number)) }
  }
}
