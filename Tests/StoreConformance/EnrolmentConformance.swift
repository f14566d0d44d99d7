import Enrolment
import RecordedCalls
import SoleControl
import TestSupport
import Testing
import Vocabulary

extension StoreConformance {
  private func enrolmentStore() throws -> any EnrolmentStore { try enrolment(makeStore()) }

  private static func signer(
    _ id: String, partner: String = "p", created: Int64 = 10, external: [UInt8]? = nil, state: SignerState = .open,
    kind: SubjectKind = .person, representative: String? = nil
  ) -> Signer {
    Signer(
      id: SignerID(id), partner: PartnerID(partner), kind: kind, representative: representative.map { SignerID($0) },
      created: created, dataKey: WrappedKey(Array("key of \(id)".utf8)), state: state, locale: "de",
      external: external, sealed: Array("data of \(id)".utf8), revision: 1)
  }

  func signers() async throws {
    let store = try enrolmentStore()
    let person = Self.signer("a", external: [1, 2])
    let organisation = Self.signer("b", kind: .organisation, representative: "a")
    #expect(try await store.readEnrolment { try $0.signer(person.id, of: PartnerID("p")) } == nil)
    try await store.writeEnrolment { transaction in
      try transaction.add(person)
      try transaction.add(organisation)
    }
    #expect(try await store.readEnrolment { try $0.signer(person.id, of: PartnerID("p")) } == person)
    #expect(try await store.readEnrolment { try $0.signer(organisation.id, of: PartnerID("p")) } == organisation)
    #expect(try await store.readEnrolment { try $0.signer(person.id, of: PartnerID("q")) } == nil)
    #expect(try await store.readEnrolment { try $0.signer(of: PartnerID("p"), external: [1, 2]) } == person.id)
    #expect(try await store.readEnrolment { try $0.signer(of: PartnerID("p"), external: [1]) } == nil)
    #expect(try await store.readEnrolment { try $0.signer(of: PartnerID("q"), external: [1, 2]) } == nil)
    var changed = person
    changed.state = .closed
    changed.locale = "fr-CH"
    changed.external = nil
    changed.sealed = []
    changed.revision = 2
    try await store.writeEnrolment { [changed] in try $0.put(changed) }
    #expect(try await store.readEnrolment { try $0.signer(person.id, of: PartnerID("p")) } == changed)
    #expect(try await store.readEnrolment { try $0.signer(of: PartnerID("p"), external: [1, 2]) } == nil)
    await #expect(throws: StoreError.corrupt) { try await store.writeEnrolment { try $0.add(person) } }
    await #expect(throws: StoreError.corrupt) { try await store.writeEnrolment { try $0.put(Self.signer("none")) } }
  }

  func signerPages() async throws {
    let store = try enrolmentStore()
    try await store.writeEnrolment { transaction in
      for signer in [
        Self.signer("d", created: 20), Self.signer("c", created: 20, state: .closed), Self.signer("a", created: 30),
        Self.signer("b", external: [7]), Self.signer("x", partner: "q", created: 20, external: [7]),
      ] {
        try transaction.add(signer)
      }
    }
    func ids(_ limit: Int = 10, _ change: @Sendable (inout SignerSelection) -> Void = { _ in }) async throws -> String {
      var selection = SignerSelection(limit: limit)
      change(&selection)
      let found = try await store.readEnrolment { [selection] in try $0.signers(of: PartnerID("p"), selection) }
      return found.signers.map(\.id.rawValue).joined() + (found.next.map { ">\($0.id)" } ?? "")
    }
    #expect(try await ids() == "bcda")
    #expect(try await ids(2) == "bc>c")
    #expect(try await ids(4) == "bcda")
    #expect(try await ids { $0.isDescending = true } == "adcb")
    let place = SignerSelection.Place(created: 20, id: SignerID("c"))
    #expect(try await ids { $0.after = place } == "da")
    #expect(try await ids(1) { $0.after = place } == "d>d")
    #expect(
      try await ids {
        $0.after = place
        $0.isDescending = true
      } == "b")
    // A place need not be one of a signer that there is.
    #expect(try await ids { $0.after = SignerSelection.Place(created: 20, id: SignerID("cc")) } == "da")
    #expect(try await ids { $0.state = .closed } == "c")
    #expect(try await ids { $0.external = [7] } == "b")
    #expect(try await ids { $0.external = [8] } == "")
    for (times, count) in [(10..<20, 1), (20..<30, 2), (20..<31, 3), (31..<99, 0)] as [(Range<Int64>, Int)] {
      #expect(try await store.readEnrolment { try $0.countSigners(of: PartnerID("p"), created: times) } == count)
    }
  }

  func externalNames() async throws {
    let store = try enrolmentStore()
    try await store.writeEnrolment { transaction in
      try transaction.add(Self.signer("a", external: [1]))
      try transaction.add(Self.signer("b"))
      try transaction.add(Self.signer("c"))
      try transaction.add(Self.signer("x", partner: "q", external: [1]))
    }
    await #expect(throws: StoreError.corrupt) {
      try await store.writeEnrolment { try $0.add(Self.signer("d", external: [1])) }
    }
    await #expect(throws: StoreError.corrupt) {
      try await store.writeEnrolment { try $0.put(Self.signer("b", external: [1])) }
    }
    #expect(try await store.readEnrolment { try $0.signer(SignerID("d"), of: PartnerID("p")) } == nil)
    #expect(try await store.readEnrolment { try $0.signer(SignerID("b"), of: PartnerID("p")) }?.external == nil)
  }

  private static func call(
    _ number: UInt8, client: String = "c", fingerprint: UInt8 = 1, expires: Int64 = 100, answer: [UInt8] = [5],
    signer: String? = nil
  ) -> RecordedCall {
    RecordedCall(
      call: IncomingCall(
        name: CallKey(client: ClientID(client), digest: [number]), fingerprint: [fingerprint]),
      answer: answer, expires: expires, signer: signer.map { SignerID($0) })
  }

  func recordedCalls() async throws {
    let store = try enrolmentStore()
    let (first, others) = (Self.call(1), Self.call(1, client: "d", fingerprint: 2))
    func call(_ recorded: RecordedCall) async throws -> RecordedCall? {
      try await store.writeEnrolment { try $0.call(recorded.call.name) }
    }
    #expect(try await call(first) == nil)
    try await store.writeEnrolment { transaction in
      try transaction.put(first)
      try transaction.put(others)
      try transaction.put(Self.call(2, expires: 50))
      try transaction.put(Self.call(3, answer: []))
    }
    #expect(try await call(first) == first)
    #expect(try await call(others) == others)
    #expect(try await call(Self.call(3)) == Self.call(3, answer: []))
    try await store.writeEnrolment { try $0.removeCalls(expiredBefore: 51) }
    #expect(try await call(Self.call(2)) == nil)
    #expect(try await call(first) == first)
    let again = Self.call(1, fingerprint: 9, expires: 200, answer: [6], signer: "a")
    try await store.writeEnrolment { try $0.put(again) }
    #expect(try await call(first) == again)
    #expect(try await call(others) == others)
    try await store.writeEnrolment { transaction in
      try transaction.put(Self.call(4, signer: "b"))
      try transaction.forgetCalls(about: SignerID("a"))
    }
    #expect(try await call(first) == nil)
    #expect(try await call(others) == others)
    #expect(try await call(Self.call(4))?.signer == SignerID("b"))
  }

  /// 20 callers bring the same call: one has its effect, and all get its answer.
  func equalCallsAtOnce() async throws {
    let store = try enrolmentStore()
    let call = Self.call(1).call
    let outcomes = try await withThrowingTaskGroup(of: CallOutcome<String>.self) { group in
      for number in 0..<20 {
        group.addTask {
          let recording = CallRecording<String>(call) { Array($0.utf8) }
          let signer = Self.signer("s\(number)")
          return try await store.writeEnrolment { transaction in
            try recording.once(in: transaction, at: 10) {
              try transaction.add(signer)
              return signer.id.rawValue
            }
          }
        }
      }
      return try await group.reduce(into: [CallOutcome<String>]()) { $0.append($1) }
    }
    let done = outcomes.compactMap { outcome -> String? in if case .done(let id, _) = outcome { id } else { nil } }
    #expect(done.count == 1)
    let id = try #require(done.first)
    #expect(outcomes.count { $0 == .repeated(Array(id.utf8)) } == 19)
    let all = try await store.readEnrolment { try $0.signers(of: PartnerID("p"), SignerSelection(limit: 99)) }
    #expect(all.signers.map(\.id.rawValue) == [id])
  }
}
