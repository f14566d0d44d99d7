import AuditLog
import Octets
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

@Suite("Authorizations that wait for their customer", .timeLimit(.minutes(2)))
struct PendingTests {
  private struct Setting {
    let store: MemoryStore
    let fixture: SigningFixture
    let credential: Credential

    init(_ expression: String = "PAGE", scal: SCAL = .one) async throws {
      store = MemoryStore()
      fixture = SigningFixture(store: store)
      credential = try await fixture.createCredential(scal: scal, expression: expression)
    }

    func begin(
      count: Int = 1, digests: [[UInt8]] = [], presented: [FactorID: String] = [:], as principal: Principal? = nil
    ) async throws -> (handle: String, link: String) {
      var request = AuthorizationRequest(
        credential: credential.id, numSignatures: count, hashAlgorithm: digests.isEmpty ? nil : .sha256,
        digests: digests, presented: presented)
      request.outOfBand = [.page]
      request.description = "Order 7 of Alice"
      let outcome = try await fixture.service.authorizations.begin(request, as: principal ?? fixture.principal())
      guard case .pending(let handle) = outcome else { throw Refusal.policyNotSatisfied }
      return (handle, try #require(fixture.messenger.link))
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

    func approve(_ link: String, pin: String = SigningFixture.pin) async throws -> PendingConfirmation.State {
      try await fixture.service.authorizations.answer(.approve(pin: pin), link: link)
    }

    func deny(_ link: String) async throws -> PendingConfirmation.State {
      try await fixture.service.authorizations.answer(.deny, link: link)
    }
  }

  @Test("what nobody answers is ended by itself when its time is over, and the log says that it expired")
  func overdue() async throws {
    let setting = try await Setting()
    let service = setting.fixture.service
    let (handle, _) = try await setting.begin()
    setting.fixture.clock.advance(599)
    #expect(try await service.authorizations.endOverduePending() == 0)
    setting.fixture.clock.advance(2)
    #expect(try await service.authorizations.endOverduePending() == 1)
    #expect(try await service.authorizations.endOverduePending() == 0 && setting.store.count(.authorizationDenied) == 1)
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(handle) }
  }

  @Test("asked, shown, approved with the PIN: then the same SAD again and again, for what was shown")
  func approved() async throws {
    let setting = try await Setting(scal: .two)
    let (fixture, credential) = (setting.fixture, setting.credential)
    let (handle, link) = try await setting.begin(count: 2, digests: [digest("a"), digest("b")])
    #expect(try await setting.check(handle) == nil)

    let shown = try await fixture.service.authorizations.confirmation(link: link)
    #expect(shown.state == .waiting && shown.numSignatures == 2 && shown.digests == [digest("a"), digest("b")])
    #expect(shown.credential == credential && shown.description == "Order 7 of Alice" && shown.hashAlgorithm == .sha256)
    let message = try #require(fixture.messenger.delivered.first)
    #expect(message.recipient == "alice" && message.text.contains(link) && message.text.contains("2 signatures"))

    fixture.clock.advance(30)
    #expect(try await setting.approve(link) == .approved)
    fixture.clock.advance(10)
    let first = try #require(try await setting.check(handle))
    #expect(first.expiresIn == 290)
    fixture.clock.advance(5)
    let second = try #require(try await setting.check(handle))
    #expect(second.sad == first.sad && second.expiresIn == 285)
    await #expect(throws: Refusal.digestNotAuthorized) { try await fixture.sign(credential, first.sad, [digest("c")]) }
    _ = try await fixture.sign(credential, first.sad, [digest("b"), digest("a")])
    #expect(setting.store.count(.authorizationGranted) == 1 && setting.store.count(.authorizationConfirmed) == 1)
  }

  @Test("refused by the customer, or too many wrong PINs: over, and no PIN changes that")
  func over() async throws {
    let setting = try await Setting()
    let denied = try await setting.begin()
    #expect(try await setting.deny(denied.link) == .denied)
    let failed = try await setting.begin()
    for _ in 0..<2 {
      await #expect(throws: Refusal.wrongFactor(.page)) { try await setting.approve(failed.link, pin: "0") }
    }
    #expect(try await setting.approve(failed.link, pin: "0") == .failed)
    for (pending, state) in [(denied, PendingConfirmation.State.denied), (failed, .failed)] {
      #expect(try await setting.approve(pending.link) == state)
      #expect(try await setting.deny(pending.link) == state)
      await #expect(throws: Refusal.wrongFactor(.page)) { try await setting.check(pending.handle) }
    }
    #expect(setting.store.count(.authorizationDenied) == 2 && setting.store.count(.authorizationGranted) == 0)
  }

  @Test("five wrong PINs lock, over several authorizations: then what waits says so, until the partner unlocks")
  func locked() async throws {
    let setting = try await Setting()
    let (first, second) = (try await setting.begin(), try await setting.begin())
    for _ in 0..<2 { _ = try? await setting.approve(first.link, pin: "0") }
    #expect(try await setting.check(first.handle) == nil)
    for _ in 0..<2 { _ = try? await setting.approve(second.link, pin: "0") }
    // The fifth also ends the second authorization.
    #expect(try await setting.approve(second.link, pin: "0") == .failed)
    await #expect(throws: Refusal.lockedFactor(.page)) { try await setting.approve(first.link) }
    await #expect(throws: Refusal.lockedFactor(.page)) { try await setting.check(first.handle) }
    await #expect(throws: Refusal.wrongFactor(.page)) { try await setting.check(second.handle) }
    await #expect(throws: Refusal.lockedFactor(.page)) { try await setting.begin() }
    try await setting.fixture.service.credentials.unlock(
      .page, of: setting.credential.id, as: setting.fixture.principal(nil))
    #expect(try await setting.approve(first.link) == .approved)
    #expect(try await setting.check(first.handle) != nil)
  }

  @Test("the link is good for ten minutes, the approval for five")
  func times() async throws {
    let setting = try await Setting()
    let late = try await setting.begin()
    let inTime = try await setting.begin()
    setting.fixture.clock.advance(599)
    #expect(try await setting.check(late.handle) == nil)
    #expect(try await setting.approve(inTime.link) == .approved)
    setting.fixture.clock.advance(1)
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(late.handle) }
    await #expect(throws: Refusal.invalidHandle) { try await setting.approve(late.link) }
    await #expect(throws: Refusal.invalidHandle) {
      try await setting.fixture.service.authorizations.confirmation(link: late.link)
    }
    setting.fixture.clock.advance(298)
    #expect(try await setting.check(inTime.handle)?.expiresIn == 1)
    setting.fixture.clock.advance(1)
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(inTime.handle) }
  }

  @Test("an approval that nobody asked for in time makes no SAD")
  func forgotten() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    _ = try await setting.approve(pending.link)
    setting.fixture.clock.advance(300)
    await #expect(throws: Refusal.invalidHandle) { try await setting.check(pending.handle) }
    #expect(setting.store.count(.authorizationGranted) == 0)
  }

  @Test("another caller's handle, a made-up one, and a link in the place of a handle are invalid")
  func strangers() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    let other = Principal(partner: PartnerID("other"), signer: nil)
    for principal in [setting.fixture.principal("bob"), other] {
      await #expect(throws: Refusal.invalidHandle) { try await setting.check(pending.handle, as: principal) }
    }
    for handle in ["", "x", pending.link, String(pending.handle.dropLast())] {
      await #expect(throws: Refusal.invalidHandle) { try await setting.check(handle) }
    }
    for link in ["", pending.handle] {
      await #expect(throws: Refusal.invalidHandle) { try await setting.approve(link) }
    }
    // The partner's own server continues what its user began.
    #expect(try await setting.check(pending.handle, as: setting.fixture.principal(nil)) == nil)
  }

  @Test("five may wait for one customer; the next hears how long")
  func bound() async throws {
    let setting = try await Setting()
    var first: (handle: String, link: String)?
    for _ in 0..<5 {
      let pending = try await setting.begin()
      first = first ?? pending
      setting.fixture.clock.advance(10)
    }
    await #expect(throws: Refusal.tooManyMessages(retryAfter: 550)) { try await setting.begin() }
    _ = try await setting.deny(try #require(first).link)
    _ = try await setting.begin()
  }

  @Test("thirty messages an hour, however fast the customer answers")
  func flood() async throws {
    let setting = try await Setting()
    for _ in 0..<30 { _ = try await setting.deny(setting.begin().link) }
    await #expect(throws: Refusal.tooManyMessages(retryAfter: 3600)) { try await setting.begin() }
    #expect(setting.fixture.messenger.delivered.count == 30)
  }

  @Test("a messenger that is down: 503, and the authorization does not exist")
  func messengerDown() async throws {
    let setting = try await Setting()
    setting.fixture.messenger.fail(.unavailable)
    await #expect(throws: Refusal.unavailable) { try await setting.begin() }
    #expect(setting.store.count(.authorizationDenied) == 1)
    #expect(try await setting.store.read { try $0.waiting(setting.credential.id, at: 0) } == [])
    setting.fixture.messenger.fail(nil)
    for _ in 0..<5 { _ = try await setting.begin() }
  }

  @Test("factors of both kinds: those of the caller are checked first, and both are the SAD's evidence")
  func mixed() async throws {
    let setting = try await Setting("PIN AND PAGE")
    await #expect(throws: Refusal.factorMissing(.pin)) { try await setting.begin() }
    await #expect(throws: Refusal.wrongFactor(.pin)) { try await setting.begin(presented: [.pin: "0"]) }
    #expect(setting.fixture.messenger.delivered.isEmpty)
    #expect(try await setting.store.read { try $0.factorState(.pin, of: setting.credential.id) }.failures == 1)
    let pending = try await setting.begin(presented: [.pin: SigningFixture.pin])
    _ = try await setting.approve(pending.link)
    let authorization = try #require(try await setting.check(pending.handle))
    let activation = try await setting.store.read { try $0.activation(authorization.activation) }
    let binding = try #require(activation.flatMap { Binding(canonical: $0.binding) })
    #expect(Set(binding.evidence.map(\.factor)) == [.pin, .page])
  }

  @Test("the page's PIN cannot come through the caller, and without the page there is no SAD")
  func notInBand() async throws {
    let setting = try await Setting()
    let (fixture, credential) = (setting.fixture, setting.credential)
    await #expect(throws: Refusal.unknownFactor) {
      try await fixture.authorize(credential, presented: [.page: SigningFixture.pin])
    }
    await #expect(throws: Refusal.factorMissing(.page)) { try await fixture.authorize(credential, presented: [:]) }
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
    request.outOfBand = [.page]
    let asked = request
    await #expect(throws: Refusal.policyNotSatisfied) {
      try await fixture.service.authorizations.authorize(asked, as: fixture.principal())
    }
    request.outOfBand = []
    let direct = request
    await #expect(throws: Refusal.factorMissing(.page)) {
      _ = try await fixture.service.authorizations.begin(direct, as: fixture.principal())
    }
    await #expect(throws: InternalFault.contradictoryCredential(credential.id)) {
      var elsewhere = credential
      elsewhere.mode = .oauth2code
      let changed = elsewhere
      try await fixture.service.credentials.put(changed, events: [])
    }
  }

  @Test("a credential that was disabled meanwhile gives no SAD, and none can be approved for it")
  func disabled() async throws {
    let setting = try await Setting()
    let (one, two) = (try await setting.begin(), try await setting.begin())
    _ = try await setting.approve(one.link)
    var credential = setting.credential
    credential.isEnabled = false
    try await setting.fixture.service.credentials.put(credential, events: [])
    await #expect(throws: Refusal.credentialDisabled) { try await setting.check(one.handle) }
    await #expect(throws: Refusal.credentialDisabled) { try await setting.approve(two.link) }
    credential.isEnabled = true
    try await setting.fixture.service.credentials.put(credential, events: [])
    #expect(try await setting.check(one.handle) != nil)
  }

  @Test("a SAD that was revoked or replaced is not given out again")
  func revoked() async throws {
    let setting = try await Setting()
    for isExtended in [false, true] {
      let pending = try await setting.begin()
      _ = try await setting.approve(pending.link)
      let sad = try #require(try await setting.check(pending.handle)).sad
      if isExtended {
        _ = try await setting.fixture.service.authorizations.extend(
          ExtensionRequest(credential: setting.credential.id, sad: sad, hashAlgorithm: nil, digests: []),
          as: setting.fixture.principal())
      } else {
        try await setting.fixture.service.authorizations.revoke(sad, as: setting.fixture.principal())
      }
      await #expect(throws: Refusal.invalidHandle) { try await setting.check(pending.handle) }
    }
  }

  @Test("what the page showed cannot be exchanged by an extension")
  func extended() async throws {
    let setting = try await Setting(scal: .two)
    let pending = try await setting.begin(count: 2, digests: [digest("a")])
    _ = try await setting.approve(pending.link)
    let sad = try #require(try await setting.check(pending.handle)).sad
    func extend(_ digests: [[UInt8]]) async throws -> Authorization {
      try await setting.fixture.service.authorizations.extend(
        ExtensionRequest(credential: setting.credential.id, sad: sad, hashAlgorithm: .sha256, digests: digests),
        as: setting.fixture.principal())
    }
    await #expect(throws: Refusal.digestNotAuthorized) { try await extend([digest("b"), digest("c")]) }
    let new = try await extend([digest("b")]).sad
    _ = try await setting.fixture.sign(setting.credential, new, [digest("a"), digest("b")])
  }

  // MARK: Restart, races, faults

  @Test("all of it is in the store: the gateway may be restarted at every step")
  func restart() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    func restarted() -> SoleControlServices { SigningFixture(store: setting.store).service }
    guard
      case .pending = try await restarted().authorizations.check(
        handle: pending.handle, as: setting.fixture.principal())
    else {
      throw Refusal.invalidHandle
    }
    #expect(
      try await restarted().authorizations.answer(.approve(pin: SigningFixture.pin), link: pending.link) == .approved)
    guard
      case .granted(let first) = try await restarted().authorizations.check(
        handle: pending.handle, as: setting.fixture.principal()),
      case .granted(let second) = try await restarted().authorizations.check(
        handle: pending.handle, as: setting.fixture.principal())
    else { throw Refusal.invalidHandle }
    #expect(first.sad == second.sad)
  }

  @Test("20 calls at once after the approval: one SAD, and all get it")
  func pollingRace() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    _ = try await setting.approve(pending.link)
    let found = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      for _ in 0..<20 { group.addTask { try await setting.check(pending.handle)?.sad.octets } }
      return try await group.reduce(into: Set<[UInt8]?>()) { $0.insert($1) }
    }
    #expect(found.count == 1 && found.first != .some(nil))
    #expect(setting.store.count(.authorizationGranted) == 1)
  }

  @Test("approving and refusing at once: one of them, and everybody hears which", arguments: 0..<5)
  func answerRace(round: Int) async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    let states = try await withThrowingTaskGroup(of: PendingConfirmation.State.self) { group in
      for number in 0..<10 {
        group.addTask {
          number.isMultiple(of: 2) ? try await setting.approve(pending.link) : try await setting.deny(pending.link)
        }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert("\($1)") }
    }
    #expect(states.count == 1)
    #expect(setting.store.count(.authorizationConfirmed) + setting.store.count(.authorizationDenied) == 1)
  }

  @Test("ten wrong PINs at once are compared three times")
  func guessingRace() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<10 { group.addTask { _ = try? await setting.approve(pending.link, pin: "\(number)") } }
    }
    #expect(try await setting.store.read { try $0.factorState(.page, of: setting.credential.id) }.failures == 3)
    #expect(setting.store.count(.authorizationRefused) == 3)
  }

  // MARK: The edited store

  @Test("requests that were edited are neither shown nor approved nor used")
  func editedRequests() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    setting.store.tamper { (old: StoredPending) in
      let text = String(decoding: old.request.text, as: UTF8.self)
        .replacing("\"numSignatures\":1", with: "\"numSignatures\":9")
      return StoredPending(
        id: old.id, handle: old.handle, link: old.link, credential: old.credential,
        request: ProtectedRow(text: Array(text.utf8), mac: old.request.mac), expires: old.expires, state: old.state)
    }
    let fault = InternalFault.rowIntegrity(setting.credential.id)
    await #expect(throws: fault) { try await setting.fixture.service.authorizations.confirmation(link: pending.link) }
    await #expect(throws: fault) { try await setting.approve(pending.link) }
    await #expect(throws: fault) { try await setting.check(pending.handle) }
    #expect(setting.store.count(.integrityViolated) == 1)
  }

  @Test("an approval is for the handle that was asked with, by the person who got the link: neither can be exchanged")
  func takenOver() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    let own = "a secret of my own"
    let mine = digest(own)
    let fault = InternalFault.rowIntegrity(setting.credential.id)
    func put(handle: [UInt8]? = nil, link: [UInt8]? = nil, later seconds: UnixTime = 0) {
      setting.store.tamper { (old: StoredPending) in
        StoredPending(
          id: old.id, handle: handle ?? old.handle, link: link ?? old.link, credential: old.credential,
          request: old.request, expires: old.expires + seconds, state: old.state)
      }
    }
    let before = try #require(
      try await setting.store.read { try $0.pending(handle: digest(pending.handle)) })
    put(handle: mine)
    await #expect(throws: fault) { try await setting.check(own) }
    await #expect(throws: fault) { try await setting.approve(pending.link) }
    put(handle: before.handle, link: mine)
    await #expect(throws: fault) { try await setting.approve(own) }
    put(link: before.link, later: 600)
    await #expect(throws: fault) { try await setting.approve(pending.link) }
    put(later: -600)
    _ = try await setting.approve(pending.link)
    #expect(try await setting.check(pending.handle) != nil)
  }

  @Test("an editor of the store cannot approve, neither with made-up text nor with another authorization's approval")
  func forgedApproval() async throws {
    let setting = try await Setting()
    let (one, two) = (try await setting.begin(), try await setting.begin())
    let before = try await setting.store.read { try $0.pending(handle: digest(two.handle)) }
    let victim = try #require(before)
    _ = try await setting.approve(one.link)
    let approved = try await setting.store.read { try $0.pending(handle: digest(one.handle)) }
    guard case .approved(let real)? = approved?.state else { throw Refusal.invalidHandle }
    let madeUp = Approval(
      pending: victim.id, evidence: Evidence(factor: .page, id: "e"), time: setting.fixture.clock.now
    ).canonical()
    for forged in [
      real, ProtectedRow(text: madeUp, mac: real.mac), ProtectedRow(text: madeUp, mac: victim.request.mac),
    ] {
      try await setting.store.write { try $0.put(.approved(forged), ofPending: victim.id) }
      await #expect(throws: InternalFault.rowIntegrity(setting.credential.id)) { try await setting.check(two.handle) }
    }
    // Requests have the same key as approvals; one does not stand for the other.
    try await setting.store.write { try $0.put(.approved(victim.request), ofPending: victim.id) }
    await #expect(throws: InternalFault.rowIntegrity(setting.credential.id)) { try await setting.check(two.handle) }
    #expect(setting.store.count(.authorizationGranted) == 0)
  }

  @Test("the store has neither handle, link, PIN nor SAD, and the log not even the description")
  func secrecy() async throws {
    let setting = try await Setting()
    let pending = try await setting.begin()
    _ = try? await setting.approve(pending.link, pin: "87654321")
    _ = try await setting.approve(pending.link)
    let sad = try #require(try await setting.check(pending.handle)).sad
    let stored = try await setting.store.read {
      try $0.pending(handle: digest(pending.handle))
    }
    let text = try #require(stored).request.text
    guard case .issued(let sealed)? = stored?.state else { throw Refusal.invalidHandle }
    #expect(sealed.firstRange(of: sad.octets.prefix(16)) == nil)
    let log = setting.store.audit.entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
    for secret in [pending.handle, pending.link, SigningFixture.pin, "87654321", Hex.encode(sad.octets.prefix(16))] {
      #expect(!String(decoding: text, as: UTF8.self).contains(secret) && !log.contains(secret))
    }
    #expect(!log.contains("Order 7"))
  }
}
