import Octets
import Testing
import Vocabulary

@testable import Certificates

/// Answers, held against those that OpenSSL makes of the same facts.
@Suite("Answers on status", .timeLimit(.minutes(5)))
struct StatusResponseTests {
  private func response(
    _ states: [(StatusHash, UInt8, StatusAnswer.State)], at time: UnixTime, nonce: [UInt8]? = nil
  ) throws -> StatusResponse {
    let issuer = try StatusFixture.issuer
    return try StatusResponse(
      responderKey: StatusFixture.key(of: "responder"), algorithm: StatusFixture.algorithm,
      certificates: [StatusFixture.certificate(of: "responder")], producedAt: time,
      answers: states.map { hash, number, state in
        StatusAnswer(
          try #require(issuer.identifier(of: StatusFixture.serial(number), hash: hash)), state, thisUpdate: time,
          nextUpdate: time + 3600, archiveCutoff: nil)
      }, nonce: nonce)
  }

  @Test("good, revoked, on hold and unknown are the octets of OpenSSL's answers, signed or not")
  func vectors() throws {
    let revoked = StatusAnswer.State.revoked(at: StatusFixture.day(2026, 1, 1, hour: 12), .keyCompromise)
    let hold = StatusAnswer.State.revoked(at: StatusFixture.day(2026, 1, 2, hour: 12), .certificateHold)
    let nonce = try StatusRequest(StatusFixture.file("nonce.request")).nonce
    #expect(nonce != nil)
    for (name, states, nonce) in [
      ("good", [(StatusHash.sha1, 1, StatusAnswer.State.good)], nil), ("revoked", [(.sha1, 2, revoked)], nonce),
      ("several", [(.sha1, 1, .good), (.sha256, 2, revoked), (.sha256, 3, hold)], nil),
      ("unknown", [(.sha256, 4, .unknown)], nil),
    ] as [(String, [(StatusHash, UInt8, StatusAnswer.State)], [UInt8]?)] {
      let expected = try StatusFixture.answer(name)
      let response = try self.response(states, at: expected.producedAt, nonce: nonce)
      #expect(response.octetsToSign == expected.toSign, "\(name)")
      #expect(try response.signed(expected.signature) == StatusFixture.file("\(name).ocsp"), "\(name)")
    }
  }

  private func octets(_ state: StatusAnswer.State, archiveCutoff: UnixTime? = nil) throws -> [UInt8] {
    let identifier = try #require(StatusFixture.issuer.identifier(of: [1], hash: .sha1))
    return try StatusResponse(
      responderKey: [1], algorithm: StatusFixture.algorithm, certificates: [[1]], producedAt: 1_800_000_000,
      answers: [
        StatusAnswer(
          identifier, state, thisUpdate: 1_800_000_000, nextUpdate: 1_800_003_600, archiveCutoff: archiveCutoff)
      ]
    ).octetsToSign
  }

  @Test("ArchiveCutoff stands with the certificate that it is for, and no reason is told by its absence")
  func forms() throws {
    // [1] { { { 1.3.6.1.5.5.7.48.1.6, "20200101000000Z" } } }
    let cutoff = try #require(
      Hex.decodeAnyCase("A122302030" + "1E06092B06010505073001060411180F32303230303130313030303030305A"))
    #expect(try octets(.good, archiveCutoff: StatusFixture.day(2020, 1, 1)).suffix(cutoff.count) == cutoff[...])
    let told = try octets(.revoked(at: 1_700_000_000, .superseded))
    let untold = try octets(.revoked(at: 1_700_000_000, .unspecified))
    #expect(told.count == untold.count + 5)
  }

  @Test(
    "an answer without a signature says why",
    arguments: [
      (StatusRefusal.malformedRequest, "30030a0101"), (.internalError, "30030a0102"), (.tryLater, "30030a0103"),
      (.unauthorized, "30030a0106"),
    ])
  func refusals(refusal: StatusRefusal, octets: String) {
    #expect(Hex.encode(refusal.octets) == octets)
  }

  @Test("facts that no answer can have are refused")
  func faults() throws {
    let now: UnixTime = 1_800_000_000
    let identifier = try #require(StatusFixture.issuer.identifier(of: [1], hash: .sha1))
    func answer(
      _ state: StatusAnswer.State = .good, from: UnixTime = now, until: UnixTime = now + 1, cutoff: UnixTime? = nil
    ) -> StatusAnswer {
      StatusAnswer(identifier, state, thisUpdate: from, nextUpdate: until, archiveCutoff: cutoff)
    }
    func make(
      _ answers: [StatusAnswer], certificates: [[UInt8]] = [[1]], at time: UnixTime = now, nonce: [UInt8]? = nil
    ) throws {
      _ = try StatusResponse(
        responderKey: [1], algorithm: StatusFixture.algorithm, certificates: certificates, producedAt: time,
        answers: answers, nonce: nonce)
    }
    for (wrong, fault) in [
      (answer(from: now + 1, until: now + 2), .time), (answer(until: now), .time), (answer(from: -1), .time),
      (answer(until: RevocationListDraft.lastNextUpdate + 1), .time), (answer(cutoff: now + 1), .time),
      (answer(cutoff: -1), .time), (answer(.revoked(at: now + 1, .superseded)), .time),
      (answer(.revoked(at: -1, .superseded)), .time), (answer(.revoked(at: now, .removeFromCRL)), .reason),
      (answer(.revoked(at: now, .aaCompromise)), .reason), (answer(.revoked(at: now, .caCompromise)), .reason),
      (answer(from: now - 9, until: now), .time), (answer(from: now - 9, until: now - 1), .time),
    ] as [(StatusAnswer, StatusFault)] {
      #expect(throws: fault, "\(wrong)") { try make([wrong]) }
    }
    #expect(throws: StatusFault.count) { try make([]) }
    #expect(throws: StatusFault.count) { try make([StatusAnswer](repeating: answer(), count: 17)) }
    #expect(throws: StatusFault.certificates) { try make([answer()], certificates: []) }
    #expect(throws: StatusFault.certificates) { try make([answer()], certificates: [[1], []]) }
    #expect(throws: StatusFault.time) { try make([answer()], at: -1) }
    #expect(throws: StatusFault.nonce) { try make([answer()], nonce: []) }
    #expect(throws: StatusFault.nonce) { try make([answer()], nonce: [UInt8](repeating: 0, count: 129)) }
    try make([StatusAnswer](repeating: answer(), count: 16), nonce: [UInt8](repeating: 0, count: 128))
    try make([answer(until: RevocationListDraft.lastNextUpdate)])
  }
}
