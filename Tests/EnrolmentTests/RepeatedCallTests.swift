import Enrolment
import RecordedCalls
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("Calls that come again, and what they cost", .timeLimit(.minutes(2)))
struct RepeatedCallTests {
  private let fixture = EnrolmentFixture()
  private let alice = PersonalData(externalID: "c-4711", email: "alice@example.org")
  private let key = "0123456789abcdef"

  @Test("a call is known also when the clock was ahead as it came")
  func clockBack() async throws {
    fixture.clock.advance(600)
    guard case .done(_, let answer) = try await fixture.open(key: key) else {
      Issue.record("the first call was not new")
      return
    }
    fixture.clock.advance(-600)
    #expect(try await fixture.open(key: key) == .repeated(answer))
    #expect(fixture.store.signers.count == 1)
  }

  @Test("a call that comes again or is refused has the device make no key")
  func cheap() async throws {
    _ = try await fixture.open(alice, key: key)
    #expect(fixture.device.made == 1)
    for _ in 0..<3 { _ = try await fixture.open(alice, key: key) }
    await #expect(throws: CallDiffers.self) { try await fixture.open(alice, key: key, body: 2) }
    await #expect(throws: SignerRefusal.externalIDTaken) { try await fixture.open(alice) }
    await #expect(throws: SignerRefusal.representativeUnknown) {
      try await fixture.open(kind: .organisation, representative: SignerID("none"))
    }
    #expect(fixture.device.made == 1)
  }

  @Test("a list has the device compute the keys of what it shows, and at most 16 in one job")
  func jobs() async throws {
    for _ in 0..<36 { _ = try await fixture.new(PersonalData(email: "a@example.org")) }
    let before = fixture.device.computed.count
    let page = try await fixture.service.signers(
      of: EnrolmentFixture.partner, externalID: nil, SignerSelection(limit: 35))
    #expect(page.signers.count == 35 && page.next == page.signers.last?.signer.place)
    #expect(fixture.device.computed.dropFirst(before) == [16, 16, 3])
  }

  @Test("the answer of a call can be forgotten with its signer")
  func forgotten() async throws {
    let first = try await fixture.new(alice).signer
    let second = try await fixture.new().signer
    #expect(Set(fixture.store.calls.map(\.signer)) == [first.id, second.id])
    try await fixture.store.writeEnrolment { try $0.forgetCalls(about: first.id) }
    #expect(fixture.store.calls.map(\.signer) == [second.id])
  }

  @Test("calls that are over are removed also if none comes")
  func old() async throws {
    _ = try await fixture.new(alice)
    fixture.clock.advance(RecordedCall.life)
    try await fixture.service.removeOldCalls()
    #expect(fixture.store.calls.count == 1)
    fixture.clock.advance(1)
    try await fixture.service.removeOldCalls()
    #expect(fixture.store.calls.isEmpty)
  }

  @Test("a signer whose data cannot be read is left out of its page, named, and ends nothing")
  func unreadable() async throws {
    var made: [SignerID] = []
    for _ in 0..<3 {
      made.append(try await fixture.new(PersonalData(email: "a@example.org")).signer.id)
      fixture.clock.advance(1)
    }
    let second = made[1]
    fixture.store.tamper(signers: { signer in
      var signer = signer
      if signer.id == second { signer.sealed[20] ^= 1 }
      return signer
    })
    let page = try await fixture.service.signers(
      of: EnrolmentFixture.partner, externalID: nil, SignerSelection(limit: 3))
    #expect(page.signers.map(\.signer.id) == [made[0], made[2]] && page.unreadable == [second])
    await #expect(throws: UnreadableData.self) {
      try await fixture.service.signer(second, of: EnrolmentFixture.partner)
    }
  }

  @Test("texts that look the same are two, and changing one into the other is a change")
  func equivalent() async throws {
    let (composed, decomposed) = ("m\u{FC}ller", "mu\u{308}ller")
    #expect(composed == decomposed)
    #expect(PersonalData(externalID: composed) != PersonalData(externalID: decomposed))
    #expect(PersonalData(email: composed) != PersonalData() && PersonalData(phone: "1") == PersonalData(phone: "1"))
    let signer = try await fixture.new(PersonalData(externalID: composed)).signer
    let changed = try await fixture.service.change(signer.id, of: EnrolmentFixture.partner, if: { _ in true }) {
      ($0, PersonalData(externalID: decomposed, email: $1.email))
    }
    #expect(changed.signer.revision == 2)
  }
}
