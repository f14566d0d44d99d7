import AuditLog
import Crypto
import Octets
import Synchronization
import Testing
import TransparencyLog

@Suite("Witnesses of the audit log", .timeLimit(.minutes(2)))
struct WitnessCallerTests {
  private let signed: SignatureLog
  private let witness: MemoryWitness
  private var log: MemoryLog { signed.log }

  init() throws {
    signed = try SignatureLog()
    witness = try MemoryWitness()
  }

  private func caller(_ witness: MemoryWitness? = nil) -> WitnessCaller {
    let witness = witness ?? self.witness
    return self.caller(witness.key, log) { try witness.answer($0) }
  }

  /// Without rounds: each offer is of the newest checkpoint.
  private func caller(
    _ key: NoteKey, _ log: MemoryLog, send: @escaping WitnessCaller.Send
  ) -> WitnessCaller {
    let round = CheckpointRound(log, length: 0, milliseconds: { 0 })
    return WitnessCaller(key, store: log, round: round, now: { MemoryWitness.now }, send: send)
  }

  private func grow(_ count: Int, lane: Int64 = 7) async throws { try await signed.grow(count, lane: lane) }

  private func kept() throws -> KeptCosignature {
    try #require(log.state.withLock { $0.cosignatures[witness.key.vkey] })
  }

  @Test("a witness cosigns each newest checkpoint once, from where it was; another process goes on")
  func grows() async throws {
    #expect(try await caller().offer() == nil)
    let first = caller()
    for (count, size) in [(1, 1), (255, 256), (1, 257), (600, 857)] {
      try await grow(count)
      #expect(try await first.offer() == UInt64(size))
      #expect(try await first.offer() == nil)
      let policy = try signed.policy([witness.key])
      let note = CosignedCheckpoint.all(of: [try kept()])[0].note
      #expect(try policy.verify(note).checkpoint.head.size == UInt64(size))
    }
    #expect(witness.requests.withLock(\.self) == 4)
    // The next process offers the same once, and then what is new.
    let next = caller()
    #expect(try await next.offer() == 857)
    #expect(try await next.offer() == nil)
    try await grow(1)
    #expect(try await next.offer() == 858)
    #expect(witness.requests.withLock(\.self) == 6)
  }

  @Test("who knows another size of the witness catches up from there")
  func catchesUp() async throws {
    try await grow(300)
    _ = try await caller().offer()
    // The store does not know of it.
    log.edit { $0.cosignatures = [:] }
    try await grow(10)
    #expect(try await caller().offer() == 310)
    // The witness was put back to an older state.
    let head = try #require(log.state.withLock { try? Checkpoint(text: SignedNote($0.stored.checkpoint).text).head })
    let known = caller()
    _ = try await known.offer()
    try await grow(10)
    witness.last.withLock { $0 = .empty }
    #expect(try await known.offer() == 320)
    witness.last.withLock { $0 = head }
    try await grow(10)
    #expect(try await known.offer() == 330)
  }

  @Test("another gateway that shows the witness a newer checkpoint of the same log is no fork")
  func overtaken() async throws {
    try await grow(5)
    let (slow, quick) = (caller(), caller())
    _ = try await slow.offer()
    try await grow(5)
    let racing = caller(witness.key, log) { [self] body in
      // While this request is on its way.
      if witness.last.withLock(\.size) < 15 {
        try await grow(5)
        _ = try await quick.offer()
      }
      return try witness.answer(body)
    }
    #expect(try await racing.offer() == 15)
  }

  @Test("a log that was put back, or written again, shows to the witness")
  func forks() async throws {
    try await grow(300)
    let older = log.state.withLock(\.self)
    try await grow(300)
    _ = try await caller().offer()
    log.edit { $0 = older }
    await #expect(throws: WitnessFault.ahead(witness: 600, log: 300)) { try await caller().offer() }
    // It has as many entries again, and then more; they are others.
    try await grow(300, lane: 9)
    await #expect(throws: WitnessFault.forked(size: 600)) { try await caller().offer() }
    try await grow(1, lane: 9)
    await #expect(throws: WitnessFault.forked(size: 600)) { try await caller().offer() }
    #expect(log.state.withLock { $0.cosignatures.isEmpty })
    #expect(WitnessFault.forked(size: 600).isFork && WitnessFault.ahead(witness: 600, log: 300).isFork)
  }

  @Test("an answer that is none keeps nothing and is no fork; the next time goes on")
  func outages() async throws {
    try await grow(10)
    let caller = caller()
    for (status, fault) in [
      (200, WitnessFault.malformed), (503, .refused(status: 503)), (404, .refused(status: 404)),
      (422, .refused(status: 422)), (409, .malformed),
    ] {
      witness.others.withLock { $0 = [(status, [])] }
      await #expect(throws: fault) { try await caller.offer() }
      #expect(!fault.isFork)
    }
    witness.others.withLock { $0 = (1...3).map { (409, Array("\($0)\n".utf8)) } }
    await #expect(throws: WitnessFault.unsettled) { try await caller.offer() }
    #expect(log.state.withLock { $0.cosignatures.isEmpty })
    #expect(try await caller.offer() == 10)
  }

  @Test("the log publishes the newest checkpoint that one of its witnesses cosigned, with all cosignatures of it")
  func published() async throws {
    let other = try MemoryWitness()
    let files = PublishedLog(log, witnesses: [witness.key, other.key])
    func served() async throws -> VerifiedCheckpoint? {
      guard case .checkpoint(let octets)? = try await files.file("checkpoint") else { return nil }
      let witnesses = [witness.key, other.key]
      return try LogPolicy(origin: signed.key.name, logKeys: [signed.key], witnesses: witnesses, quorum: 0)
        .verify(checkpoint: octets)
    }
    try await grow(10)
    #expect(try await served() == nil)
    let (own, others) = (caller(), caller(other))
    _ = try await own.offer()
    #expect(try await served()?.cosignatures.map(\.witness) == [witness.key])
    _ = try await others.offer()
    #expect(try await served()?.cosignatures.count == 2)
    try await grow(10)
    #expect(try await served()?.checkpoint.head.size == 10)
    _ = try await others.offer()
    #expect(try await served()?.checkpoint.head.size == 20)
    #expect(try await served()?.cosignatures.map(\.witness) == [other.key])
    // One that is in no configuration any more does not count.
    guard case .checkpoint(let octets)? = try await PublishedLog(log, witnesses: [witness.key]).file("checkpoint")
    else {
      Issue.record("nothing is published")
      return
    }
    #expect(try signed.policy([witness.key]).verify(checkpoint: octets).checkpoint.head.size == 10)
    #expect(try await PublishedLog(log).file("checkpoint") == .checkpoint(try #require(try await log.checkpoint())))
  }

  @Test("an auditor asks for a witness: the log leads to what it cosigned, and how far that goes is told")
  func inspected() async throws {
    func inspect(_ witnesses: [NoteKey], _ known: [(name: String, checkpoint: [UInt8])] = []) throws
      -> LogInspection.Result
    {
      let inspection = try LogInspection(key: signed.key, known: known, witnesses: witnesses)
      return try inspection.finish(try signed.read(inspection.readers))
    }
    try await grow(10)
    #expect(throws: LogVerifier.Finding.unwitnessed(witness: "witness.example")) { try inspect([witness.key]) }
    _ = try await caller().offer()
    let early = try kept()
    try await grow(300)
    #expect(
      try inspect([witness.key]).witnessed == [.init(witness: witness.key, size: 10, time: UInt64(MemoryWitness.now))])
    #expect(try inspect([]).witnessed == [])
    let other = try MemoryWitness()
    #expect(throws: LogVerifier.Finding.unwitnessed(witness: "witness.example")) { try inspect([other.key]) }
    // One that comes from elsewhere counts as well.
    _ = try await caller().offer()
    let later = CosignedCheckpoint.all(of: [try kept()])[0].note.octets
    log.edit { $0.cosignatures[witness.key.vkey] = early }
    #expect(try inspect([witness.key], [("later", later)]).witnessed.map(\.size) == [310])
    // A cosignature that is not one.
    for edit in [
      KeptCosignature(
        witness: early.witness, checkpoint: early.checkpoint, signature: [UInt8](repeating: 1, count: 72)),
      KeptCosignature(witness: early.witness, checkpoint: later, signature: early.signature),
      KeptCosignature(witness: signed.key.vkey, checkpoint: early.checkpoint, signature: early.signature),
      KeptCosignature(witness: early.witness, checkpoint: [], signature: early.signature),
    ] {
      log.edit { $0.cosignatures = ["one": edit] }
      #expect(throws: LogVerifier.Finding.cosignature(witness: edit.witness)) { try inspect([]) }
    }
  }

  @Test("a receipt has the checkpoint that most witnesses cosigned, if it covers the signature")
  func receipt() async throws {
    let signature = try SignatureLog()
    signature.append(SignatureLog.signature)
    try await signature.sequence()
    #expect(try signature.verify(try signature.receipt()).checkpoint.cosignatures == [])
    let caller = self.caller(witness.key, signature.log) { [witness] in try witness.answer($0) }
    let size = try await caller.offer()
    signature.log.append(300, lane: 11)
    try await signature.sequence()
    let receipt = try signature.receipt(witnesses: [witness.key])
    let verified = try Receipt.verify(receipt, policy: signature.policy([witness.key]))
    #expect(verified.checkpoint.checkpoint.head.size == size)
    #expect(verified.checkpoint.cosignatures.map(\.witness) == [witness.key])
    // Others than those that the caller names do not count, as many as there are: the newest is taken.
    for named in [[], [try MemoryWitness().key]] {
      let checkpoint = try signature.verify(try signature.receipt(witnesses: named)).checkpoint
      #expect(checkpoint.checkpoint.head.size == UInt64(signature.log.state.withLock(\.entries.count)))
    }
  }
}
