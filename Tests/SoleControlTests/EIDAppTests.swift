import AuditLog
import Octets
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import SoleControl

@Suite("Authorizations that wait for an eID provider's app", .timeLimit(.minutes(2)))
struct EIDAppTests {
  struct Setting: Sendable {
    let store = MemoryStore()
    let fixture: SigningFixture
    let credential: Credential

    let device = CountingDevice()

    init(_ expression: String = "EIDAPP", scal: SCAL = .one) async throws {
      fixture = SigningFixture(store: store, device: device)
      credential = try await fixture.createCredential(scal: scal, expression: expression)
    }

    var app: StubBackchannel { fixture.app }

    func begin(
      count: Int = 1, digests: [[UInt8]] = [], presented: [FactorID: String] = [:], as principal: Principal? = nil
    ) async throws -> String {
      var request = AuthorizationRequest(
        credential: credential.id, numSignatures: count, hashAlgorithm: digests.isEmpty ? nil : .sha256,
        digests: digests, presented: presented)
      request.outOfBand = [.eidApp]
      request.description = "Order 7"
      guard
        case .pending(let handle) = try await fixture.service.authorizations.begin(
          request, as: principal ?? fixture.principal())
      else { throw Refusal.policyNotSatisfied }
      return handle
    }

    /// Nil while it waits.
    func check(_ handle: String, as principal: Principal? = nil) async throws -> Authorization? {
      switch try await fixture.service.authorizations.check(handle: handle, as: principal ?? fixture.principal()) {
      case .granted(let authorization): return authorization
      case .pending(let again):
        #expect(again == handle)
        return nil
      }
    }

    /// One poll later.
    func next(_ handle: String) async throws -> Authorization? {
      fixture.clock.advance(StubBackchannel.interval)
      return try await check(handle)
    }

    func statement(_ change: (inout BackchannelStatement) -> Void = { _ in }) -> BackchannelStatement {
      let now = fixture.clock.now
      var statement = BackchannelStatement(
        issuer: "https://eid.example", subject: "subject-1", level: .high, acr: "urn:loa:high", amr: ["pin", "hwk"],
        authenticationTime: now, issued: now, expires: now + 300, tokenDigest: digest("token \(app.polls.count)"))
      change(&statement)
      return statement
    }

    func log(_ kind: AuditEvent.Kind) -> [String] {
      store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.filter {
        $0.contains("\"kind\":\"\(kind.rawValue)\"")
      }
    }
  }

  @Test(
    "asked with what is signed, approved by the right person: then the same SAD again and again, for those digests")
  func approved() async throws {
    let setting = try await Setting(scal: .two)
    let (fixture, app, credential) = (setting.fixture, setting.app, setting.credential)
    let handle = try await setting.begin(count: 2, digests: [digest("a"), digest("b")])
    let asked = try #require(app.asked.first)
    #expect(app.asked.count == 1 && asked.issuer == "https://eid.example" && asked.loginHint == "hint of alice")
    #expect(asked.lifetime == 600 && asked.notificationToken.count == 64)
    let code = BindingMessage.code(of: [digest("a"), digest("b")])
    #expect(asked.bindingMessage == "portal: Order 7, 2 signatures, \(code)")
    let text = try #require(setting.store.pendings.first).request.text
    #expect(PendingRequest(canonical: text)?.bindingMessage == asked.bindingMessage)

    #expect(try await setting.next(handle) == nil)
    app.answer(.success(.approved(setting.statement())))
    let first = try #require(try await setting.next(handle))
    #expect(first.expiresIn == 300 && app.polls == ["request-1", "request-1"])
    fixture.clock.advance(20)
    let second = try #require(try await setting.check(handle))
    #expect(second.sad == first.sad && second.expiresIn == 280 && app.polls.count == 2)
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, first.sad, [digest("c")]) }
    _ = try await fixture.sign(credential, first.sad, [digest("b"), digest("a")])
    #expect(setting.store.count(.authorizationPending) == 1 && setting.store.count(.authorizationGranted) == 1)
  }

  @Test("the log tells who was authenticated how, and neither the person's name nor the provider's id of the request")
  func evidence() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    setting.app.answer(.success(.approved(setting.statement { $0.tokenID = "jti-7" })))
    #expect(try await setting.next(handle) != nil)
    let entry = try #require(setting.log(.authorizationConfirmed).first)
    for part in [
      #""provider":"https://eid.example""#, #""acr":"urn:loa:high""#, #""level":"high""#, #""amr":["pin","hwk"]"#,
      #""authTime":"#, #""factor":"EIDAPP""#, #""tokenID":"\#(Hex.encode(digest("jti-7")))""#, #""token":""#,
    ] {
      #expect(entry.contains(part), "\(part) in \(entry)")
    }
    let log = setting.store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
    #expect(!log.contains("subject-1") && !log.contains("hint of") && !log.contains("request-1"))
    #expect(!log.contains("Order 7") && !log.contains(handle))
  }

  @Test("not asked sooner than every interval; slow_down makes it 5 s longer; many checks at once make one call")
  func pace() async throws {
    let setting = try await Setting()
    let (clock, app) = (setting.fixture.clock, setting.app)
    let handle = try await setting.begin()
    func polls(after seconds: UnixTime) async throws -> Int {
      clock.advance(seconds)
      #expect(try await setting.check(handle) == nil)
      return app.polls.count
    }
    #expect(try await polls(after: 0) == 0)
    #expect(try await polls(after: 4) == 0)
    #expect(try await polls(after: 1) == 1)
    #expect(try await polls(after: 4) == 1)
    app.answer(.success(.slowDown))
    #expect(try await polls(after: 1) == 2)
    #expect(try await polls(after: 9) == 2)
    #expect(try await polls(after: 1) == 3)
    #expect(try await polls(after: 9) == 3)

    clock.advance(1)
    let gate = Gate()
    app.onPoll { await gate.pass() }
    let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 { group.addTask { try await setting.check(handle) == nil } }
      try await gate.waitForArrivals(1)
      // 19 come back while the one that asks still waits for the provider.
      for _ in 0..<19 { #expect(try await group.next() == true) }
      await gate.open()
      return try await group.next()
    }
    #expect(outcomes == true && app.polls.count == 4)
    // The one that asked gave its turn back.
    app.onPoll {}
    #expect(try await polls(after: 10) == 5)
  }

  @Test("a call that never comes back keeps the others from asking for a minute, not for ever")
  func lease() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    setting.fixture.clock.advance(5)
    let gate = Gate()
    setting.app.onPoll { await gate.pass() }
    let lost = Task { try await setting.check(handle) }
    try await gate.waitForArrivals(1)
    setting.app.onPoll {}
    setting.fixture.clock.advance(59)
    #expect(try await setting.check(handle) == nil)
    #expect(setting.app.polls.count == 1)
    setting.fixture.clock.advance(1)
    setting.app.answer(.success(.approved(setting.statement())))
    #expect(try await setting.check(handle) != nil)
    await gate.open()
    // The lost one brings that it waits, which changes nothing.
    #expect(try await lost.value == nil)
    #expect(try await setting.check(handle) != nil)
  }

  @Test(
    "refused, expired, failed: over for good, and the log says why",
    arguments: [
      (BackchannelResult.denied, "customer", Refusal.wrongFactor(.eidApp)), (.expired, "expired", .invalidHandle),
      (.failed("transaction_failed"), "transaction_failed", .wrongFactor(.eidApp)),
      (.failed("signature"), "signature", .wrongFactor(.eidApp)),
    ])
  func over(answer: BackchannelResult, reason: String, refusal: Refusal) async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    setting.app.answer(.success(answer), .success(.approved(setting.statement())))
    for _ in 0..<2 { await #expect(throws: refusal) { try await setting.next(handle) } }
    #expect(setting.app.polls.count == 1)
    #expect(setting.log(.authorizationDenied).count == 1 && setting.store.count(.authorizationGranted) == 0)
    #expect(setting.log(.authorizationDenied).allSatisfy { $0.contains(#""reason":"\#(reason)""#) })
  }

  @Test(
    "the approval of another person, of another provider, at a low level, too old, or made before the question: none")
  func wrongPerson() async throws {
    let setting = try await Setting()
    let changes: [(String, (inout BackchannelStatement) -> Void)] = [
      ("subject", { $0.subject = "subject-2" }), ("subject", { $0.subject = "subject-1\u{301}" }),
      ("issuer", { $0.issuer = "https://other.example" }), ("level", { $0.level = .low }),
      ("age", { $0.authenticationTime -= 601 }), ("age", { $0.authenticationTime = 0 }), ("iat", { $0.issued -= 90 }),
    ]
    for (reason, change) in changes {
      let handle = try await setting.begin()
      setting.app.answer(.success(.approved(setting.statement(change))))
      await #expect(throws: Refusal.wrongFactor(.eidApp)) { try await setting.next(handle) }
      await #expect(throws: Refusal.wrongFactor(.eidApp)) { try await setting.next(handle) }
      #expect(setting.log(.authorizationDenied).last?.contains(#""reason":"\#(reason)""#) == true, "\(reason)")
    }
    #expect(setting.store.count(.authorizationGranted) == 0 && setting.store.count(.authorizationConfirmed) == 0)
  }

  @Test("the same ID token approves once")
  func once() async throws {
    let setting = try await Setting()
    let (first, second) = (try await setting.begin(), try await setting.begin())
    let statement = setting.statement()
    setting.app.answer(.success(.approved(statement)), .success(.approved(statement)))
    #expect(try await setting.next(first) != nil)
    await #expect(throws: Refusal.wrongFactor(.eidApp)) { try await setting.check(second) }
    #expect(setting.log(.authorizationDenied).last?.contains(#""reason":"used""#) == true)
  }

  @Test(
    "a provider that does not answer at the start: 503, nothing waits, and what the caller presented is not used up")
  func unavailableAtStart() async throws {
    let setting = try await Setting("EIDAPP AND OTP")
    let code = try await setting.code()
    for failure in [BackchannelError.unavailable(), .misconfigured("invalid_client"), .refused("unknown_user_id")] {
      setting.app.fail(failure)
      let error = await #expect(throws: (any Error).self) { try await setting.begin(presented: [.otp: code]) }
      switch failure {
      case .unavailable: #expect(error as? Refusal == .providerUnavailable(retryAfter: 1))
      case .misconfigured(let reason): #expect(error as? InternalFault == .eidProvider(reason))
      case .refused: #expect(error as? Refusal == .wrongFactor(.eidApp))
      }
    }
    let id = setting.credential.id
    #expect(try await setting.store.read { try $0.waiting(id, at: 0) }.isEmpty)
    #expect(try await setting.store.read { try $0.factorState(.otp, of: id) } == .fresh)
    #expect(setting.log(.authorizationDenied).count == 2 && setting.log(.authorizationUnavailable).count == 1)
    #expect(setting.store.count(.authorizationPending) == 0)
    // The very same code is good when the provider answers again.
    setting.app.fail(nil)
    let handle = try await setting.begin(presented: [.otp: code])
    setting.app.answer(.success(.approved(setting.statement())))
    #expect(try await setting.next(handle) != nil)
    await #expect(throws: Refusal.wrongFactor(.otp)) { try await setting.begin(presented: [.otp: code]) }
  }

  @Test("an outage costs none of the questions that a person may be asked in an hour")
  func outageCostsNothing() async throws {
    let setting = try await Setting()
    setting.app.fail(.unavailable())
    for _ in 0..<70 { await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) { try await setting.begin() } }
    setting.app.fail(nil)
    let id = setting.credential.id
    #expect(try await setting.store.read { try $0.messages(.eidApp, of: id, after: 0) }.isEmpty)
    _ = try await setting.begin()
    #expect(try await setting.store.read { try $0.messages(.eidApp, of: id, after: 0) }.count == 1)
    // A refused request was made, and counts.
    setting.app.fail(.refused("unknown_user_id"))
    for _ in 0..<59 { await #expect(throws: Refusal.wrongFactor(.eidApp)) { try await setting.begin() } }
    await #expect(throws: Refusal.tooManyMessages(retryAfter: 3600)) { try await setting.begin() }
  }

  @Test("a question whose answer is lost may have reached the person, and counts among those of the hour")
  func lostAnswers() async throws {
    let setting = try await Setting()
    setting.app.fail(.unavailable(ProviderOutage(mayHaveArrived: true)))
    for _ in 0..<60 {
      await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) { try await setting.begin() }
    }
    await #expect(throws: Refusal.tooManyMessages(retryAfter: 3600)) { try await setting.begin() }
    // Each has its entry.
    #expect(setting.log(.authorizationUnavailable).count == 60)
  }

  @Test("an outage has one entry a minute for each credential and factor, with the number of calls that have none")
  func outageEntries() async throws {
    let setting = try await Setting("EIDAPP OR EID")
    let other = try await setting.fixture.createCredential("other", expression: "EIDAPP")
    setting.app.fail(.unavailable())
    setting.fixture.eid.set(.failure(.providerUnavailable()))
    func outage(_ credential: Credential, _ factor: FactorID) async throws {
      var request = AuthorizationRequest(
        credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [],
        presented: factor == .eid ? [.eid: "x"] : [:])
      request.outOfBand = factor == .eid ? [] : [factor]
      await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) {
        try await setting.fixture.service.authorizations.begin(request, as: setting.fixture.principal())
      }
    }
    func count() -> Int { setting.log(.authorizationUnavailable).count }
    for _ in 0..<5 { try await outage(setting.credential, .eidApp) }
    #expect(count() == 1)
    for _ in 0..<3 { try await outage(setting.credential, .eid) }
    try await outage(other, .eidApp)
    #expect(count() == 3)
    setting.fixture.clock.advance(59)
    try await outage(setting.credential, .eidApp)
    #expect(count() == 3)
    setting.fixture.clock.advance(1)
    try await outage(setting.credential, .eidApp)
    try await outage(setting.credential, .eid)
    try await outage(other, .eidApp)
    let entries = setting.log(.authorizationUnavailable)
    #expect(entries.count == 6 && entries[0...2].allSatisfy { !$0.contains("unlogged") })
    #expect(entries[3].contains(#""unlogged":5"#) && entries[3].contains(#""pending":""#))
    #expect(entries[4].contains(#""unlogged":2"#) && !entries[5].contains("unlogged"))
  }

  @Test("a provider that does not answer a poll: 503, and the authorization goes on waiting")
  func unavailableLater() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    setting.app.answer(.failure(.unavailable()), .failure(.misconfigured("invalid_client")))
    await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) { try await setting.next(handle) }
    await #expect(throws: InternalFault.eidProvider("invalid_client")) { try await setting.next(handle) }
    setting.app.answer(.success(.approved(setting.statement())))
    #expect(try await setting.next(handle) != nil)
  }

  @Test("wrong factors of the caller are counted and nobody is asked; with a code used meanwhile nothing waits")
  func presentedFactors() async throws {
    let setting = try await Setting("EIDAPP AND OTP")
    let id = setting.credential.id
    await #expect(throws: Refusal.wrongFactor(.otp)) { try await setting.begin(presented: [.otp: "000000"]) }
    #expect(setting.app.asked.isEmpty)
    #expect(try await setting.store.read { try $0.factorState(.otp, of: id).failures } == 1)
    await #expect(throws: Refusal.factorMissing(.otp)) { try await setting.begin() }
    #expect(setting.app.asked.isEmpty)

    // Two calls with one code: both pass the rehearsal, and one of them gets it.
    let code = try await setting.code()
    let gate = Gate()
    setting.app.onAsk { await gate.pass() }
    let results = try await withThrowingTaskGroup(of: Result<String, any Error>.self) { group in
      for _ in 0..<2 {
        group.addTask {
          do { return .success(try await setting.begin(presented: [.otp: code])) } catch { return .failure(error) }
        }
      }
      try await gate.waitForArrivals(2)
      await gate.open()
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let failures = results.compactMap { result in
      if case .failure(let error) = result { error as? Refusal } else { nil }
    }
    #expect(results.count == 2 && failures == [.wrongFactor(.otp)])
    #expect(try await setting.store.read { try $0.waiting(id, at: 0) }.count == 1)
  }

  @Test(
    "step-up: a partner's statement in the call and the person's approval in the app; the answer names what is missing")
  func stepUp() async throws {
    let setting = try await Setting("PARTNER AND (EIDAPP OR OTP)")
    let (fixture, app) = (setting.fixture, setting.app)
    let now = fixture.clock.now
    func state(_ id: String, subject: String = "customer-1") {
      fixture.statements.set(
        .success(
          PartnerStatement(
            issuer: "https://portal.example", subject: subject, id: id, issued: now, expires: now + 60,
            authenticationTime: now, acr: "two", level: .high, methods: ["pwd"], digest: digest(id))))
    }
    await #expect(throws: Refusal.factorMissing(.partner)) { try await setting.begin() }
    await #expect(throws: Refusal.factorsMissing([[.otp], [.eidApp]])) {
      try await fixture.authorize(setting.credential, presented: [.partner: "jws"])
    }
    state("1", subject: "customer-2")
    await #expect(throws: Refusal.wrongFactor(.partner)) { try await setting.begin(presented: [.partner: "jws"]) }
    #expect(app.asked.isEmpty)

    state("2")
    app.fail(.unavailable())
    await #expect(throws: Refusal.providerUnavailable(retryAfter: 1)) {
      try await setting.begin(presented: [.partner: "jws"])
    }
    app.fail(nil)
    let handle = try await setting.begin(presented: [.partner: "jws"])
    // The statement was not used up by the outage, but is now.
    await #expect(throws: Refusal.wrongFactor(.partner)) { try await setting.begin(presented: [.partner: "jws"]) }
    #expect(app.asked.count == 1)
    app.answer(.success(.approved(setting.statement())))
    let authorization = try #require(try await setting.next(handle))
    _ = try await fixture.sign(setting.credential, authorization.sad, [digest("a")])
    let granted = try #require(setting.log(.authorizationGranted).first)
    #expect(granted.contains(#""factor":"PARTNER""#) && granted.contains(#""factor":"EIDAPP""#))
    #expect(granted.contains(#""provider":"https://portal.example""#) && granted.contains(#""acr":"urn:loa:high""#))
  }

  @Test("five wait at most, however many ask at once, and nobody is asked more often")
  func limits() async throws {
    let setting = try await Setting()
    let results = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<12 { group.addTask { (try? await setting.begin()) != nil } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count { $0 } == 5 && setting.app.asked.count == 5)
  }

  @Test("another caller's handle, a made-up one, another credential's owner: invalid, and the provider is not asked")
  func strangers() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    setting.fixture.clock.advance(5)
    let other = Principal(partner: PartnerID("other"), signer: nil)
    for principal in [setting.fixture.principal("bob"), other] {
      await #expect(throws: Refusal.invalidHandle) { try await setting.check(handle, as: principal) }
      await #expect(throws: Refusal.invalidHandle) {
        try await setting.fixture.service.authorizations.cancel(handle: handle, as: principal)
      }
    }
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(String(handle.dropLast()) + "x") }
    #expect(setting.app.polls.isEmpty)
  }

  @Test("a value for EIDAPP in the call counts for nothing")
  func presentedValue() async throws {
    let setting = try await Setting()
    await #expect(throws: Refusal.unknownFactor) {
      try await setting.fixture.authorize(setting.credential, presented: [.eidApp: "approved"])
    }
  }

  // MARK: The store

  @Test("the store has no id of the provider's: it is encrypted under the handle")
  func storedID() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    let stored = try #require(setting.store.backchannelRequests.first)
    let octets = stored.sealed + stored.row.text + stored.request
    #expect(!String(decoding: octets, as: UTF8.self).contains("request-1"))
    #expect(SealedBox.requestID(handle: handle).openText(stored.sealed) == "request-1")
    #expect(SealedBox.requestID(handle: String(handle.reversed())).openText(stored.sealed) == nil)
    #expect(SealedBox.requestID(handle: handle).openText(Array(stored.sealed.dropLast())) == nil)
  }

  @Test("an editor of the store cannot put one approval under another authorization, not even with its handle")
  func tampered() async throws {
    let setting = try await Setting()
    let (first, second) = (try await setting.begin(), try await setting.begin())
    let stored = setting.store.backchannelRequests.sorted { $0.pending < $1.pending }
    let ids = Dictionary(
      uniqueKeysWithValues: stored.map { request in
        (request.pending, SealedBox.requestID(handle: first).openText(request.sealed) == nil ? second : first)
      })
    // As somebody does who has both handles: the other's id, encrypted under this handle, with all that belongs to it.
    setting.store.tamper { (request: StoredBackchannelRequest) in
      let other = stored.first { $0.pending != request.pending }!
      let id = SealedBox.requestID(handle: ids[other.pending]!).openText(other.sealed)!
      return StoredBackchannelRequest(
        pending: request.pending, request: other.request, row: other.row,
        sealed: try! SealedBox.requestID(handle: ids[request.pending]!).seal(Array(id.utf8)), schedule: other.schedule)
    }
    setting.fixture.clock.advance(5)
    for handle in [first, second] {
      await #expect(throws: InternalFault.rowIntegrity(setting.credential.id)) { try await setting.check(handle) }
    }
    #expect(setting.app.polls.isEmpty && setting.store.count(.integrityViolated) == 2)
  }

  // MARK: Ends

  @Test("what nobody asks for any more is ended and stands in the log as expired, waiting or approved")
  func overdue() async throws {
    let setting = try await Setting()
    let service = setting.fixture.service
    let (waiting, approved) = (try await setting.begin(), try await setting.begin())
    let digest = TestSupport.digest(approved)
    let row = ProtectedRow(text: [], mac: [])
    let id = try #require(try await setting.store.read { try $0.pending(handle: digest) }).id
    try await setting.store.write { try $0.put(.approved(row), ofPending: id) }
    setting.fixture.clock.advance(599)
    #expect(try await service.authorizations.endOverduePending() == 0)
    setting.fixture.clock.advance(1)
    #expect(try await service.authorizations.endOverduePending() == 1)
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(waiting) }
    setting.fixture.clock.advance(300)
    #expect(try await service.authorizations.endOverduePending() == 1)
    #expect(try await service.authorizations.endOverduePending() == 0)
    #expect(setting.log(.authorizationDenied).count == 2)
    #expect(setting.log(.authorizationDenied).allSatisfy { $0.contains(#""reason":"expired""#) })
    #expect(setting.app.polls.isEmpty)
  }

  @Test("cancelled by its caller, waiting or approved: over; a SAD that was made is revoked")
  func cancelled() async throws {
    let setting = try await Setting()
    let service = setting.fixture.service
    let principal = setting.fixture.principal()
    let waiting = try await setting.begin()
    try await service.authorizations.cancel(handle: waiting, as: principal)
    await #expect(throws: Refusal.invalidHandle) { try await setting.next(waiting) }
    await #expect(throws: Refusal.invalidHandle) {
      try await service.authorizations.cancel(handle: waiting, as: principal)
    }
    #expect(setting.app.polls.isEmpty)
    #expect(setting.log(.authorizationDenied).allSatisfy { $0.contains(#""reason":"cancelled""#) })

    let granted = try await setting.begin()
    setting.app.answer(.success(.approved(setting.statement())))
    let authorization = try #require(try await setting.next(granted))
    try await service.authorizations.cancel(handle: granted, as: setting.fixture.principal(nil))
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(granted) }
    await #expect(throws: Refusal.invalidSAD) {
      try await setting.fixture.sign(setting.credential, authorization.sad, [digest("a")])
    }
    #expect(setting.store.count(.authorizationRevoked) == 1)
  }

  @Test("cancelled while the provider is asked: the approval that comes then counts for nothing")
  func cancelledMeanwhile() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    setting.fixture.clock.advance(5)
    setting.app.answer(.success(.approved(setting.statement())))
    setting.app.onPoll {
      try? await setting.fixture.service.authorizations.cancel(handle: handle, as: setting.fixture.principal())
    }
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(handle) }
    #expect(setting.store.count(.authorizationConfirmed) == 0)
  }

  @Test("a credential that is disabled meanwhile takes no approval, and the provider is not asked for one")
  func disabled() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    var changed = setting.credential
    changed.isEnabled = false
    try await setting.fixture.service.credentials.put(changed, events: [])
    await #expect(throws: Refusal.credentialDisabled) { try await setting.next(handle) }
    #expect(setting.app.polls.isEmpty)
  }

  @Test("a credential that loses the factor ends what waits for its app, and the provider is not asked")
  func factorGone() async throws {
    let setting = try await Setting("PIN OR EIDAPP")
    let handle = try await setting.begin()
    #expect(try await setting.check(handle) == nil)
    var changed = setting.credential
    changed.expression = FactorExpression(parsing: "PIN")
    changed.authenticators.removeAll { $0.factor == .eidApp }
    try await setting.fixture.service.credentials.put(changed, events: [])
    setting.app.answer(.success(.approved(setting.statement())))
    for _ in 0..<2 { await #expect(throws: Refusal.invalidHandle) { try await setting.next(handle) } }
    #expect(setting.app.polls.isEmpty)
  }

  @Test("a configuration that loses the provider's app ends what waits for it; with the app there again, it goes on")
  func appGone() async throws {
    let setting = try await Setting()
    let fixture = setting.fixture
    let handle = try await setting.begin()
    let bare = setting.withoutApp
    fixture.clock.advance(StubBackchannel.interval)
    await #expect(throws: Refusal.invalidHandle) {
      try await bare.authorizations.check(handle: handle, as: fixture.principal())
    }
    #expect(setting.app.polls.isEmpty)
    setting.app.answer(.success(.approved(setting.statement())))
    #expect(try await setting.check(handle) != nil)
  }

  // MARK: Ping mode

  @Test("the provider's word makes the next check ask at once; a wrong token or an unknown id changes nothing")
  func ping() async throws {
    let setting = try await Setting()
    let service = setting.fixture.service
    let handle = try await setting.begin()
    let token = try #require(setting.app.asked.first?.notificationToken)
    let macs = setting.device.macs
    for (id, token) in [("request-1", "wrong"), ("request-2", token), ("", ""), ("request-1", ""), (handle, token)] {
      #expect(try await service.authorizations.receivePing(request: id, token: token) == false)
    }
    // Without the token no caller makes the device work.
    #expect(setting.device.macs == macs)
    #expect(try await setting.check(handle) == nil)
    #expect(setting.app.polls.isEmpty)
    #expect(try await service.authorizations.receivePing(request: "request-1", token: token))
    setting.app.answer(.success(.approved(setting.statement())))
    #expect(try await setting.check(handle) != nil)
    #expect(setting.app.polls.count == 1)
  }

  @Test("the provider's word that comes while it is asked is not lost, and does not make two calls at once")
  func pingMeanwhile() async throws {
    let setting = try await Setting()
    let handle = try await setting.begin()
    let token = try #require(setting.app.asked.first?.notificationToken)
    setting.fixture.clock.advance(5)
    setting.app.onPoll {
      #expect(
        (try? await setting.fixture.service.authorizations.receivePing(request: "request-1", token: token)) == true)
      do {
        let meanwhile = try await setting.check(handle)
        #expect(meanwhile == nil)
      } catch {
        Issue.record(error)
      }
    }
    #expect(try await setting.check(handle) == nil)
    #expect(setting.app.polls.count == 1)
    setting.app.onPoll {}
    setting.app.answer(.success(.approved(setting.statement())))
    // At once, not after the interval.
    #expect(try await setting.check(handle) != nil)
  }

  @Test("no provider with an app: a fault of the configuration, and nothing waits")
  func noApp() async throws {
    let setting = try await Setting()
    let bare = setting.withoutApp
    var request = AuthorizationRequest(
      credential: setting.credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [.eidApp]
    let asked = request
    await #expect(throws: InternalFault.eidProvider("no provider has an app")) {
      try await bare.authorizations.begin(asked, as: setting.fixture.principal())
    }
    #expect(setting.store.pendings.isEmpty)
  }
}

extension EIDAppTests.Setting {
  /// The same service, configured without a provider that has an app.
  fileprivate var withoutApp: SoleControlServices {
    SoleControlServices(
      fixture.service.context,
      outside: SigningFixture.outside(fixture.eid, fixture.messenger, fixture.statements, nil), verifier: OnlyTrue())
  }

  /// The code that the person's authenticator shows now.
  fileprivate func code() async throws -> String {
    TOTP.code(SigningFixture.otpSecret, at: fixture.clock.now)
  }
}
