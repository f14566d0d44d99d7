import AuditLog
import Enrolment
import RecordedCalls
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("Signers of partners", .timeLimit(.minutes(2)))
struct SignerServiceTests {
  private let fixture = EnrolmentFixture()
  private let alice = PersonalData(externalID: "c-4711", email: "alice@example.org", phone: "+4366012345678")

  private func revision(_ revision: Int64) -> @Sendable (Int64) -> Bool { { $0 == revision } }

  // MARK: Refusals

  @Test("an external id is taken once by each partner, also by a change")
  func externalID() async throws {
    _ = try await fixture.new(alice)
    await #expect(throws: SignerRefusal.externalIDTaken) { try await fixture.open(alice) }
    let second = try await fixture.new()
    await #expect(throws: SignerRefusal.externalIDTaken) {
      try await fixture.service.change(second.signer.id, of: EnrolmentFixture.partner, if: { _ in true }) {
        ($0, PersonalData(externalID: "c-4711", email: $1.email))
      }
    }
    // Another partner's customers have numbers of their own (pitfall 45).
    let others = try await fixture.new(alice, of: EnrolmentFixture.other)
    #expect(others.data == alice)
    #expect(fixture.store.signers.count == 3 && fixture.store.audit.entries.count == 3)
  }

  @Test("a representative is an open person of the same partner")
  func representative() async throws {
    let organisation = try await fixture.new(kind: .organisation)
    let others = try await fixture.new(of: EnrolmentFixture.other)
    let closed = try await fixture.new()
    fixture.store.tamper(signers: { signer in
      var signer = signer
      if signer.id == closed.signer.id { signer.state = .closed }
      return signer
    })
    for id in [SignerID("none"), organisation.signer.id, others.signer.id, closed.signer.id] {
      await #expect(throws: SignerRefusal.representativeUnknown) {
        try await fixture.open(kind: .organisation, representative: id)
      }
    }
    let person = try await fixture.new()
    let second = try await fixture.new(kind: .organisation, representative: person.signer.id)
    #expect(second.signer.representative == person.signer.id)
  }

  @Test("another partner's signer is unknown, as one that does not exist")
  func isolation() async throws {
    let signer = try await fixture.new(alice).signer
    for (id, partner) in [(signer.id, EnrolmentFixture.other), (SignerID("none"), EnrolmentFixture.partner)] {
      await #expect(throws: SignerRefusal.unknown) { try await fixture.service.signer(id, of: partner) }
      await #expect(throws: SignerRefusal.unknown) {
        try await fixture.service.change(id, of: partner, if: { _ in false }) { ($0, $1) }
      }
    }
    let selection = SignerSelection(limit: 10)
    #expect(
      try await fixture.service.signers(of: EnrolmentFixture.other, externalID: nil, selection).signers.isEmpty)
    #expect(
      try await fixture.service.signers(of: EnrolmentFixture.other, externalID: "c-4711", selection).signers.isEmpty)
    #expect(try await fixture.service.countOpened(by: EnrolmentFixture.other, in: 0..<Int64.max) == 0)
    #expect(try await fixture.service.countOpened(by: EnrolmentFixture.partner, in: 0..<Int64.max) == 1)
  }

  @Test("a closed signer is not changed")
  func closed() async throws {
    let signer = try await fixture.new(alice).signer
    fixture.store.tamper(signers: { signer in
      var signer = signer
      signer.state = .closed
      return signer
    })
    await #expect(throws: SignerRefusal.closed) {
      try await fixture.service.change(signer.id, of: EnrolmentFixture.partner, if: { _ in true }) { ("fr", $1) }
    }
  }

  // MARK: Calls

  @Test("the same call again has no effect and gets the same answer; another one with its key is refused")
  func repetition() async throws {
    let key = "0123456789abcdef"
    guard case .done(let signer, let answer) = try await fixture.open(alice, key: key) else {
      Issue.record("the first call was not new")
      return
    }
    #expect(answer == Array(signer.signer.id.rawValue.utf8))
    #expect(try await fixture.open(alice, key: key) == .repeated(answer))
    await #expect(throws: CallDiffers.self) { try await fixture.open(alice, key: key, body: 2) }
    #expect(fixture.store.signers.count == 1 && fixture.store.audit.entries.count == 1)
    // The other partner's client has keys of its own.
    let others = try await fixture.open(alice, of: EnrolmentFixture.other, key: key)
    #expect(others != .repeated(answer) && fixture.store.signers.count == 2)
  }

  @Test("a call that was refused is not recorded, and one that is over is new")
  func unrecorded() async throws {
    let key = "0123456789abcdef"
    await #expect(throws: SignerRefusal.representativeUnknown) {
      try await fixture.open(kind: .organisation, representative: SignerID("none"), key: key)
    }
    #expect(fixture.store.calls.isEmpty && fixture.store.signers.isEmpty)
    guard case .done = try await fixture.open(key: key) else {
      Issue.record("a call that was refused has an effect")
      return
    }
    fixture.clock.advance(RecordedCall.life)
    guard case .done = try await fixture.open(key: key, body: 2) else {
      Issue.record("the call of a month ago is known")
      return
    }
    #expect(fixture.store.signers.count == 2 && fixture.store.calls.count == 1)
  }

  // MARK: Changes

  @Test("a change counts the revision, keeps what it does not name, and none is no change")
  func changes() async throws {
    let first = try await fixture.new(alice)
    let changed = try await fixture.service.change(
      first.signer.id, of: EnrolmentFixture.partner, if: revision(1)
    ) { locale, data in
      var data = data
      data.phone = nil
      data.externalID = "c-4712"
      return ("\(locale)-AT", data)
    }
    #expect(changed.signer.revision == 2 && changed.signer.locale == "de-AT")
    #expect(changed.data == PersonalData(externalID: "c-4712", email: "alice@example.org"))
    #expect(try await fixture.service.signer(first.signer.id, of: EnrolmentFixture.partner) == changed)
    let selection = SignerSelection(limit: 10)
    #expect(
      try await fixture.service.signers(of: EnrolmentFixture.partner, externalID: "c-4712", selection).signers == [
        changed
      ])
    #expect(
      try await fixture.service.signers(of: EnrolmentFixture.partner, externalID: "c-4711", selection).signers.isEmpty)
    let same = try await fixture.service.change(
      first.signer.id, of: EnrolmentFixture.partner, if: revision(2)
    ) { ($0, $1) }
    #expect(same == changed && fixture.store.audit.entries.count == 2)
    await #expect(throws: SignerRefusal.changed) {
      try await fixture.service.change(
        first.signer.id, of: EnrolmentFixture.partner, if: revision(1)
      ) { ("fr", $1) }
    }
  }

  @Test("of changes at once each takes effect, or tells that it did not")
  func changesAtOnce() async throws {
    let signer = try await fixture.new().signer
    let (service, partner) = (fixture.service, EnrolmentFixture.partner)
    let done = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<10 {
        group.addTask {
          let changed = try? await service.change(signer.id, of: partner, if: { _ in true }) { locale, data in
            (locale, PersonalData(externalID: data.externalID, email: "a\(number)@example.org", phone: data.phone))
          }
          return changed != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    // Each attempt fails because another change took effect, so of so many at once at least these do.
    #expect(done >= 4)
    let last = try await service.signer(signer.id, of: partner)
    #expect(last.signer.revision == Int64(1 + done))
  }

  // MARK: Personal data

  @Test("neither the store nor the log has personal data in the clear")
  func clear() async throws {
    _ = try await fixture.new(alice)
    var octets: [UInt8] = []
    for signer in fixture.store.signers { octets += signer.sealed + (signer.external ?? []) + signer.dataKey.bytes }
    for entry in fixture.store.audit.entries { octets += entry.header + (entry.payload ?? []) }
    for call in fixture.store.calls { octets += call.call.name.digest + call.call.fingerprint + call.answer }
    for text in ["c-4711", "alice", "+4366012345678"] { #expect(octets.firstRange(of: Array(text.utf8)) == nil) }
  }

  @Test("personal data of one signer does not serve for another, and without its key it is gone")
  func boxes() async throws {
    let first = try await fixture.new(alice).signer
    let second = try await fixture.new(PersonalData(email: "bob@example.org")).signer
    let partner = EnrolmentFixture.partner
    // With its key, in another's row.
    fixture.store.tamper(signers: { signer in
      guard signer.id == second.id else { return signer }
      return Signer(
        id: second.id, partner: partner, kind: .person, representative: nil, created: second.created,
        dataKey: first.dataKey, state: .open, locale: "de", external: nil, sealed: first.sealed, revision: 1)
    })
    await #expect(throws: UnreadableData.self) { try await fixture.service.signer(second.id, of: partner) }
    #expect(try await fixture.service.signer(first.id, of: partner).data == alice)
    fixture.store.tamper(signers: { signer in
      Signer(
        id: signer.id, partner: partner, kind: .person, representative: nil, created: signer.created,
        dataKey: WrappedKey([]), state: .open, locale: "de", external: nil, sealed: signer.sealed, revision: 1)
    })
    await #expect(throws: (any Error).self) { try await fixture.service.signer(first.id, of: partner) }
  }

  @Test("secrets of one purpose or service are not those of another")
  func secrets() async throws {
    let (one, other) = (EnrolmentSecrets(secret: [1]), EnrolmentSecrets(secret: [2]))
    let all = [one.secret(for: "a"), one.secret(for: "b"), other.secret(for: "a")]
    #expect(Set(all).count == 3 && all.allSatisfy { $0.count == 32 })
    let device = SoftwareDevice()
    let derived = try await EnrolmentSecrets.derived(from: device, service: "s").secret(for: "a")
    #expect(try await EnrolmentSecrets.derived(from: device, service: "s").secret(for: "a") == derived)
    #expect(try await EnrolmentSecrets.derived(from: device, service: "t").secret(for: "a") != derived)
  }
}
