import AuditLog
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

@Suite("One-time codes by message", .timeLimit(.minutes(2)))
struct SMSFactorTests {
  private func fixture() async throws -> (store: MemoryStore, fixture: SigningFixture, credential: Credential) {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    return (store, fixture, try await fixture.createCredential(expression: "PIN AND SMS"))
  }

  private func send(_ fixture: SigningFixture, _ credential: Credential, _ description: String? = nil) async throws {
    try await fixture.service.factors.sendCode(for: credential.id, description: description, as: fixture.principal())
  }

  private func authorize(_ fixture: SigningFixture, _ credential: Credential, _ code: String) async throws {
    _ = try await fixture.authorize(credential, presented: [.pin: SigningFixture.pin, .sms: code])
  }

  /// Six digits that differ from the code.
  private func wrong(_ code: String) -> String { code == "000000" ? "000001" : "000000" }

  @Test("the code that was sent opens one authorization; PIN and code are both needed")
  func once() async throws {
    let (store, fixture, credential) = try await fixture()
    await #expect(throws: Refusal.factorMissing(.sms)) { try await fixture.authorize(credential) }
    try await send(fixture, credential)
    let code = try #require(fixture.messenger.code)
    #expect(code.count == 6 && code.allSatisfy(\.isNumber))
    try await authorize(fixture, credential, code)
    await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, credential, code) }
    let message = try #require(fixture.messenger.delivered.first)
    #expect(message.recipient == "alice" && message.credential == credential.id && message.text.contains(code))
    #expect(store.count(.codeSent) == 1 && store.count(.authorizationGranted) == 1)
  }

  @Test("v1's OTP is the code that was sent, and that of the app where no message is in the policy")
  func nameInV1() async throws {
    let (_, fixture, credential) = try await fixture()
    try await send(fixture, credential)
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [],
      presented: [.pin: SigningFixture.pin], oneTimeCode: fixture.messenger.code)
    _ = try await fixture.service.authorizations.authorize(request, as: fixture.principal())
    request.presented[.sms] = "000000"
    await #expect(throws: Refusal.unknownFactor) {
      try await fixture.service.authorizations.authorize(request, as: fixture.principal())
    }
    let app = try await fixture.createCredential("app", expression: "OTP")
    #expect(app.oneTimeCodeFactor == .otp)
    request = AuthorizationRequest(
      credential: app.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:], oneTimeCode: "x")
    await #expect(throws: Refusal.wrongFactor(.otp)) {
      try await fixture.service.authorizations.authorize(request, as: fixture.principal())
    }
  }

  @Test("a wrong PIN does not use the code up")
  func wrongPIN() async throws {
    let (_, fixture, credential) = try await fixture()
    try await send(fixture, credential)
    let code = try #require(fixture.messenger.code)
    await #expect(throws: Refusal.wrongFactor(.pin)) {
      try await fixture.authorize(credential, presented: [.pin: "0", .sms: code])
    }
    try await authorize(fixture, credential, code)
  }

  @Test("three wrong codes lock, over several codes; no code is sent or accepted then, until the partner unlocks")
  func lock() async throws {
    let (store, fixture, credential) = try await fixture()
    for tries in [2, 1] {
      try await send(fixture, credential)
      let code = try #require(fixture.messenger.code)
      for _ in 0..<tries {
        await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, credential, wrong(code)) }
      }
      fixture.clock.advance(30)
    }
    await #expect(throws: Refusal.lockedFactor(.sms)) {
      try await authorize(fixture, credential, fixture.messenger.code ?? "")
    }
    await #expect(throws: Refusal.lockedFactor(.sms)) { try await send(fixture, credential) }
    #expect(fixture.messenger.delivered.count == 2)
    #expect(store.count(.authorizationRefused) == 3)
    try await fixture.service.credentials.unlock(.sms, of: credential.id, as: fixture.principal(nil))
    try await authorize(fixture, credential, fixture.messenger.code ?? "")
  }

  @Test("a right code resets the count")
  func reset() async throws {
    let (_, fixture, credential) = try await fixture()
    for _ in 0..<3 {
      try await send(fixture, credential)
      let code = try #require(fixture.messenger.code)
      for _ in 0..<2 { try? await authorize(fixture, credential, wrong(code)) }
      try await authorize(fixture, credential, code)
      fixture.clock.advance(30)
    }
  }

  @Test("100 guesses at once are not compared more than three times")
  func parallelGuesses() async throws {
    let (_, fixture, credential) = try await fixture()
    try await send(fixture, credential)
    let code = try #require(fixture.messenger.code)
    let refusals = await withTaskGroup(of: Refusal?.self) { group in
      for _ in 0..<100 {
        group.addTask {
          do { try await authorize(fixture, credential, wrong(code)) } catch { return error as? Refusal }
          return nil
        }
      }
      return await group.reduce(into: [Refusal?]()) { $0.append($1) }
    }
    #expect(refusals.filter { $0 == .wrongFactor(.sms) }.count == 3)
    #expect(refusals.filter { $0 == .lockedFactor(.sms) }.count == 97)
  }

  @Test("the same code from 20 connections at once opens one authorization")
  func race() async throws {
    let (_, fixture, credential) = try await fixture()
    try await send(fixture, credential)
    let code = try #require(fixture.messenger.code)
    let opened = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 { group.addTask { (try? await authorize(fixture, credential, code)) != nil } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(opened == 1)
  }

  @Test("a new code takes the place of the old one")
  func replaced() async throws {
    let (_, fixture, credential) = try await fixture()
    try await send(fixture, credential)
    let old = try #require(fixture.messenger.code)
    fixture.clock.advance(30)
    try await send(fixture, credential)
    let new = try #require(fixture.messenger.code)
    if old != new {
      await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, credential, old) }
    }
    try await authorize(fixture, credential, new)
  }

  @Test("a code is good for its own credential and for five minutes; a right one that comes too late is not counted")
  func times() async throws {
    let (_, fixture, credential) = try await fixture()
    let other = try await fixture.createCredential("other", expression: "PIN AND SMS")
    try await send(fixture, credential)
    let code = try #require(fixture.messenger.code)
    await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, other, code) }
    fixture.clock.advance(299)
    try await authorize(fixture, credential, code)

    try await send(fixture, credential)
    let late = try #require(fixture.messenger.code)
    fixture.clock.advance(300)
    // Refused, however often, and not counted: it was right.
    for _ in 0..<4 {
      await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, credential, late) }
    }
    try await send(fixture, credential)
    try await authorize(fixture, credential, fixture.messenger.code ?? "")
  }

  @Test("a messenger that is down: the code is dead, neither limits nor tries count against the customer")
  func messengerDown() async throws {
    let (store, fixture, credential) = try await fixture()
    fixture.messenger.fail(.unavailable)
    for _ in 0..<6 { await #expect(throws: Refusal.unavailable) { try await send(fixture, credential) } }
    #expect(store.count(.codeUndelivered) == 6)
    // A code that is entered now is no guess.
    for _ in 0..<5 {
      await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, credential, "123456") }
    }
    #expect(store.count(.authorizationRefused) == 0)
    #expect(try await store.read { try $0.oneTimeCode(.sms, of: credential.id) } == nil)
    fixture.messenger.fail(nil)
    try await send(fixture, credential)
    try await authorize(fixture, credential, fixture.messenger.code ?? "")
  }

  @Test("a partner without a messenger is a mistake in the configuration")
  func noMessenger() async throws {
    let (_, fixture, credential) = try await fixture()
    fixture.messenger.fail(.notConfigured)
    await #expect(throws: InternalFault.noMessenger(SigningFixture.partner)) { try await send(fixture, credential) }
  }

  @Test("who may not use the credential, a disabled one, and one without messages get no code")
  func refusals() async throws {
    let (_, fixture, credential) = try await fixture()
    await #expect(throws: Refusal.unknownCredential) {
      try await fixture.service.factors.sendCode(for: credential.id, description: nil, as: fixture.principal("bob"))
    }
    await #expect(throws: Refusal.unknownCredential) {
      try await fixture.service.factors.sendCode(for: CredentialID("x"), description: nil, as: fixture.principal())
    }
    let plain = try await fixture.createCredential("plain", expression: "PIN AND OTP")
    await #expect(throws: Refusal.noChallenge) { try await send(fixture, plain) }
    var disabled = credential
    disabled.isEnabled = false
    try await fixture.service.credentials.put(disabled, events: [])
    await #expect(throws: Refusal.credentialDisabled) { try await send(fixture, disabled) }
    #expect(fixture.messenger.delivered.isEmpty)
  }

  @Test("50 calls at once send one message")
  func parallelSends() async throws {
    let (_, fixture, credential) = try await fixture()
    let refusals = await withTaskGroup(of: Refusal?.self) { group in
      for _ in 0..<50 {
        group.addTask {
          do { try await send(fixture, credential) } catch { return error as? Refusal }
          return nil
        }
      }
      return await group.reduce(into: [Refusal?]()) { $0.append($1) }
    }
    #expect(fixture.messenger.delivered.count == 1)
    #expect(refusals.filter { $0 == .tooManyMessages(retryAfter: 30) }.count == 49)
  }

  @Test("one partner's customers together get no more than the partner's bound, and other partners' still do")
  func partnerBound() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "SMS")
    let other = try await fixture.createCredential("other", expression: "SMS", partner: PartnerID("other"))
    let now = fixture.clock.now
    try await store.write { transaction in
      for number in 0..<600 {
        try transaction.add(
          SentMessage(
            id: "m\(number)", partner: SigningFixture.partner, credential: CredentialID("c\(number)"), factor: .sms,
            time: now - 20), forgotten: 0)
      }
    }
    await #expect(throws: Refusal.tooManyMessages(retryAfter: 40)) { try await send(fixture, credential) }
    try await fixture.service.factors.sendCode(
      for: other.id, description: nil, as: Principal(partner: PartnerID("other"), signer: nil))
    fixture.clock.advance(40)
    try await send(fixture, credential)
  }

  @Test("neither store nor log has the code")
  func secrecy() async throws {
    let (store, fixture, credential) = try await fixture()
    try await send(fixture, credential)
    let code = try #require(fixture.messenger.code)
    try await authorize(fixture, credential, code)
    for entry in store.audit.entries {
      let body = String(decoding: entry.text, as: UTF8.self)
      // Six digits can occur inside a time or a hash; as a value of their own they must not.
      #expect(!body.contains("\"\(code)\"") && !body.contains(":\(code),") && !body.contains(":\(code)}"))
    }
    fixture.clock.advance(30)
    try await send(fixture, credential)
    let open = try #require(try await store.read { try $0.oneTimeCode(.sms, of: credential.id) })
    #expect(open.mac.count == 32 && open.id.count == 32)
  }

  @Test("the same code sent twice would have another MAC: what it covers has the id of the sending in it")
  func macs() async throws {
    let (_, fixture, credential) = try await fixture()
    var messages: Set<[UInt8]> = []
    for _ in 0..<3 {
      try await send(fixture, credential)
      let factor = try #require(credential.authenticator(SMSFactor.self))
      let request = AuthorizationRequest(
        credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [], presented: [:])
      let check = try await factor.prepare(
        PresentedFactor(
          value: "123456", credential: credential, request: request, evidenceID: "e", now: fixture.clock.now),
        in: fixture.service.factors)
      messages.insert(check.deviceMessages[0].message)
      fixture.clock.advance(30)
    }
    #expect(messages.count == 3)
  }

  @Test("a MAC copied from another credential or another sending does not open")
  func copiedMAC() async throws {
    let (store, fixture, credential) = try await fixture()
    let other = try await fixture.createCredential("other", expression: "PIN AND SMS")
    try await send(fixture, credential)
    let mine = try #require(try await store.read { try $0.oneTimeCode(.sms, of: credential.id) })
    let code = try #require(fixture.messenger.code)
    try await store.write { transaction in
      try transaction.put(
        OneTimeCode(id: mine.id, credential: other.id, factor: .sms, mac: mine.mac, expires: mine.expires))
    }
    await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, other, code) }
    try await store.write { transaction in
      try transaction.put(
        OneTimeCode(id: "another", credential: credential.id, factor: .sms, mac: mine.mac, expires: mine.expires))
    }
    await #expect(throws: Refusal.wrongFactor(.sms)) { try await authorize(fixture, credential, code) }
  }
}

@Suite("Limits of messages", .timeLimit(.minutes(2)))
struct MessageLimitsTests {
  /// Seconds before now at which messages were sent, and which failed.
  private func wait(_ ages: [Int64], failed: Set<Int> = []) -> Int64? {
    let sent = ages.enumerated().map { index, age in
      SentMessage(
        id: "\(index)", partner: PartnerID("p"), credential: CredentialID("c"), factor: .sms, time: 10_000 - age,
        hasFailed: failed.contains(index))
    }
    return MessageLimits().wait(sent, now: 10_000)
  }

  @Test("one in 30 s, five in an hour, twenty attempts in an hour")
  func table() {
    #expect(wait([]) == nil)
    #expect(wait([29]) == 1)
    #expect(wait([30]) == nil)
    #expect(wait([0], failed: [0]) == nil)
    #expect(wait([400, 300, 200, 100]) == nil)
    #expect(wait([500, 400, 300, 200, 100]) == 3100)
    #expect(wait([3599, 400, 300, 200, 100]) == 1)
    #expect(wait([3599, 400, 300, 200, 5]) == 25)
    #expect(wait([500, 400, 300, 200, 100], failed: [2]) == nil)
    #expect(wait((1...19).reversed().map { $0 }, failed: Set(0..<19)) == nil)
    #expect(wait((1...20).reversed().map { $0 }, failed: Set(0..<20)) == 3580)
    // A clock that was ahead when they were sent, and was set right.
    #expect(wait([-100_000]) == nil)
    #expect(wait([-100_004, -100_003, -100_002, -100_001, -100_000]) == nil)
    #expect(wait([400, 300, 200, 100, -100_000]) == nil)
  }

  @Test("a message of another call that began a second later and was faster causes no wait but the gap's own")
  func overtaken() {
    let sent = SentMessage(
      id: "a", partner: PartnerID("p"), credential: CredentialID("c"), factor: .eidApp, time: 10_001)
    #expect(MessageLimits(gap: 0, perHour: 30, attemptsPerHour: 60).wait([sent], now: 10_000) == nil)
    #expect(MessageLimits().wait([sent], now: 10_000) == 30)
  }
}

@Suite("Texts of messages", .timeLimit(.minutes(2)))
struct MessageTextTests {
  private func text(_ language: String?, service: String = "en", _ description: String? = nil) -> String {
    var rules = ServiceContext.Rules(service: "g", instance: "i")
    rules.language = service
    return MessageText(MessageRecipient(name: "a", language: language), rules)
      .oneTimeCode("012345", partner: "Portal", minutes: 5, description: description)
  }

  @Test("the recipient's language, else the service's, else English")
  func languages() {
    #expect(text("de-AT").contains("Gültig"))
    #expect(text(nil, service: "de").contains("Gültig"))
    #expect(text("fr", service: "de").contains("Gültig"))
    #expect(text("EN", service: "de").contains("Valid for 5 minutes"))
    #expect(text("fr", service: "it").contains("Valid"))
  }

  @Test("plain sentences that say what to do, in the right number")
  func sentences() {
    let rules = ServiceContext.Rules(service: "g", instance: "i")
    let (english, german) = (
      MessageText(MessageRecipient(name: "a", language: "en"), rules),
      MessageText(MessageRecipient(name: "a", language: "de"), rules)
    )
    #expect(
      english.oneTimeCode("012345", partner: "Portal", minutes: 5, description: nil)
        == "012345 is your code for signing at Portal. Valid for 5 minutes. Do not share it with anyone.")
    #expect(
      german.oneTimeCode("012345", partner: "Portal", minutes: 1, description: nil)
        == "012345 ist Ihr Code zum Unterschreiben bei Portal. Gültig für 1 Minute. Geben Sie ihn an niemanden weiter.")
    #expect(
      english.confirmation("https://a/b", partner: "Portal", count: 1, minutes: 1, description: nil)
        == "Portal asks you for your signature. Check the request and confirm it within 1 minute: https://a/b")
    #expect(
      german.confirmation("https://a/b", partner: "Portal", count: 2, minutes: 10, description: "Vertrag")
        == "Portal bittet Sie um 2 Unterschriften (Vertrag). Bitte prüfen Sie die Anfrage und bestätigen Sie sie innerhalb von 10 Minuten: https://a/b"
    )
  }

  @Test("partner, code and description are in it; the description stays on the line and short")
  func description() {
    #expect(text("en", "Order 7").hasPrefix("012345 is your code for signing at Portal (Order 7)."))
    #expect(text("en", nil) == text("en", " \n\u{202e} "))
    #expect(text("en", "a\r\nb\u{202e}c").contains("(a b c)"))
    let long = text("en", String(repeating: "e\u{301}", count: 10_000))
    #expect(long.unicodeScalars.count < 300 && long.contains("…"))
  }
}
