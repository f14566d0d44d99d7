import AuditLog
import Crypto
import Synchronization
import Testing
import TransparencyLog

/// A witness's word is looked at before it counts, and what the log shows does not depend on when it is asked.
@Suite("The word of a witness", .timeLimit(.minutes(2)))
struct WitnessWordTests {
  private let signed: SignatureLog
  private let witness: MemoryWitness
  private var log: MemoryLog { signed.log }

  init() throws {
    signed = try SignatureLog()
    witness = try MemoryWitness()
  }

  private func caller(
    _ witness: MemoryWitness? = nil, _ round: CheckpointRound? = nil, log: MemoryLog? = nil
  ) -> WitnessCaller {
    let (witness, log) = (witness ?? self.witness, log ?? self.log)
    let round = round ?? CheckpointRound(log, length: 0, milliseconds: { 0 })
    return WitnessCaller(witness.key, store: log, round: round, now: { MemoryWitness.now }) {
      try witness.answer($0)
    }
  }

  @Test(
    "a cosignature of a time that no clock has is not kept",
    arguments: [0, 5, 1_577_836_799, UInt64(MemoryWitness.now) + 301, UInt64(Int64.max)])
  func wrongTime(_ time: UInt64) async throws {
    try await signed.grow(10)
    witness.time.withLock { $0 = time }
    await #expect(throws: WitnessFault.malformed) { try await caller().offer() }
    #expect(log.state.withLock { $0.cosignatures.isEmpty })
  }

  @Test("a clock that is a little ahead, or far behind, is a witness's own", arguments: [1_577_836_800, 1_796_000_300])
  func rightTime(_ time: UInt64) async throws {
    try await signed.grow(10)
    witness.time.withLock { $0 = time }
    #expect(try await caller().offer() == 10)
    #expect(log.state.withLock { $0.cosignatures.count } == 1)
  }

  @Test(
    "422, and a conflict without a size, are a fork only if the witness then says the size that it had",
    arguments: [(0, 409), (0, 422), (1, 422)])
  func asksAgain(grows: Int, status: Int) async throws {
    for (second, body, fault) in [
      (409, "10\n", WitnessFault.forked(size: 10)), (409, "9\n", .unsettled), (409, "", .malformed),
      (409, "ten\n", .malformed), (422, "", .refused(status: status)), (503, "", .refused(status: 503)),
      (200, "", .malformed),
    ] {
      let (signed, witness) = (try SignatureLog(), try MemoryWitness())
      func offer() async throws -> UInt64? { try await caller(witness, log: signed.log).offer() }
      try await signed.grow(10)
      _ = try await offer()
      if grows > 0 { try await signed.grow(grows) }
      witness.others.withLock { $0 = [(status, []), (second, Array(body.utf8))] }
      await #expect(throws: fault) { try await offer() }
      #expect(witness.requests.withLock(\.self) == 3)
      #expect(try await offer() == UInt64(10 + grows))
    }
  }

  @Test("witnesses that are asked at different moments of a round cosign the same checkpoint of a log that grows")
  func rounds() async throws {
    let time = Mutex<Int64>(0)
    let round = CheckpointRound(log, length: 5000, milliseconds: { time.withLock(\.self) })
    let other = try MemoryWitness()
    let (quick, slow) = (caller(nil, round), caller(other, round))
    let files = PublishedLog(log, witnesses: [witness.key, other.key])
    for number in UInt64(1)...3 {
      try await signed.grow(10)
      #expect(try await quick.offer() == number * 20 - 10)
      time.withLock { $0 += 4999 }
      try await signed.grow(10)
      #expect(try await quick.offer() == nil)
      #expect(try await slow.offer() == number * 20 - 10)
      let kept = log.state.withLock { Array($0.cosignatures.values) }
      let newest = try #require(CosignedCheckpoint.all(of: kept).first)
      #expect(newest.count == 2 && newest.head.size == number * 20 - 10)
      #expect(try await files.file("checkpoint") == .checkpoint(newest.note.octets))
      time.withLock { $0 += 1 }
    }
    // One that knows more than the round's is offered what the store has.
    let ahead = caller(other, CheckpointRound(log, length: 0, milliseconds: { 0 }))
    _ = try await quick.offer()
    try await signed.grow(10)
    #expect(try await ahead.offer() == 70)
    #expect(try await slow.offer() == 70)
    let restarted = caller(other, round)
    #expect(try await restarted.offer() == 70)
  }

  @Test("what is published does not get smaller while the process lives")
  func neverBack() async throws {
    let (plain, cosigned) = (PublishedLog(log), PublishedLog(log, witnesses: [witness.key]))
    func shown() async throws -> [PublishedLog.File?] {
      [try await plain.file("checkpoint"), try await cosigned.file("checkpoint")]
    }
    try await signed.grow(10)
    _ = try await caller().offer()
    let older = log.state.withLock(\.self)
    try await signed.grow(10)
    _ = try await caller().offer()
    let newest = try await shown()
    #expect(newest.allSatisfy { $0 != nil })
    log.edit { $0 = older }
    #expect(try await shown() == newest)
    log.edit { $0.cosignatures = [:] }
    #expect(try await shown() == newest)
    // Another process knows nothing of it.
    #expect(try await PublishedLog(log).file("checkpoint") != newest[0])
  }

  @Test("a cosignature of an empty log witnesses nothing")
  func empty() throws {
    let text = try Checkpoint(origin: signed.key.name, head: .empty).text
    let signature = Array(try signed.secret.signature(for: text).derRepresentation)
    let note = try SignedNote(text: text, signatures: [NoteSignature(by: signed.key, signature)])
    let lines = try witness.answer(AddCheckpoint(old: 0, proof: [], checkpoint: note).body)
    #expect(lines.status == 200)
    let known = [(name: "empty", checkpoint: note.octets + lines.body)]
    let inspection = try LogInspection(key: signed.key, known: known, witnesses: [witness.key])
    #expect(throws: LogVerifier.Finding.unwitnessed(witness: "witness.example")) {
      try inspection.finish(try signed.read(inspection.readers))
    }
  }

  @Test("a tile or a checkpoint that was edited is not the witness's fault, and it is asked nothing")
  func edited() async throws {
    try await signed.grow(300)
    _ = try await caller().offer()
    try await signed.grow(10)
    log.edit { $0.tiles["hashes(level: 0) 1"]?[5] ^= 1 }
    await #expect(throws: TileFault.self) { try await caller().offer() }
    let round = CheckpointRound(log, length: 0, milliseconds: { 0 })
    #expect(try await round.checkpoint()?.head.size == 310)
    #expect(witness.requests.withLock(\.self) == 1)
  }
}
