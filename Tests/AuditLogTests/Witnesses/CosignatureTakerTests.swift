import AuditLog
import Crypto
import Octets
import Synchronization
import Testing
import TransparencyLog

/// Witnesses that fetch checkpoints and bring their cosignatures.
@Suite("Cosignatures that are brought", .timeLimit(.minutes(2)))
struct CosignatureTakerTests {
  private let signed: SignatureLog
  private let witness: MemoryWitness
  private let other: MemoryWitness
  private let forks = Forks()
  private var log: MemoryLog { signed.log }

  private final class Forks: Sendable {
    let found = Mutex<[WitnessFault]>([])
    let failures = Mutex(0)
  }

  init() throws {
    signed = try SignatureLog()
    witness = try MemoryWitness()
    other = try MemoryWitness()
  }

  private func taker(_ witnesses: [NoteKey]? = nil, roundLength: Int64 = 0) -> CosignatureTaker {
    CosignatureTaker(
      key: signed.key, witnesses: witnesses ?? [witness.key, other.key], store: log,
      round: CheckpointRound(log, length: roundLength, milliseconds: { 0 }), now: { MemoryWitness.now },
      onFork: { [forks] _, fault in forks.found.withLock { $0.append(fault) } },
      onFailure: { [forks] _ in forks.failures.withLock { $0 += 1 } })
  }

  private var kept: [String: KeptCosignature] { log.state.withLock(\.cosignatures) }

  /// A checkpoint that the log's key signed, of whatever tree.
  private func checkpoint(_ size: UInt64, origin: String? = nil, by secret: P256.Signing.PrivateKey? = nil) throws
    -> [UInt8]
  {
    let root = MerkleHash.leaf([UInt8(truncatingIfNeeded: size)])
    let head = size == 0 ? TreeHead.empty : TreeHead(size: size, root: root)
    let text = try Checkpoint(origin: origin ?? signed.key.name, head: head).text
    let secret = secret ?? signed.secret
    let key = try NoteKey(
      name: signed.key.name, kind: .ecdsaP256, publicKey: Array(secret.publicKey.derRepresentation))
    let signature = Array(try secret.signature(for: text).derRepresentation)
    return try SignedNote(text: text, signatures: [NoteSignature(by: key, signature)]).octets
  }

  @Test("a witness fetches a checkpoint, and what it brings is kept and published as of one that is asked")
  func brought() async throws {
    let taker = taker()
    #expect(try await taker.offered() == nil)
    try await signed.grow(300)
    let first = try #require(try await taker.offered())
    try await signed.grow(10)
    try await taker.take(try witness.cosigned(first))
    let files = PublishedLog(log, witnesses: [witness.key, other.key])
    func published(_ witnesses: [NoteKey]) async throws -> UInt64? {
      guard case .checkpoint(let octets)? = try await files.file("checkpoint") else { return nil }
      return try signed.policy(witnesses).verify(checkpoint: octets).checkpoint.head.size
    }
    #expect(try await published([witness.key]) == 300)
    // Two in one note, and a line of a stranger, which is left out.
    let stranger = try MemoryWitness()
    let second = try #require(try await taker.offered())
    try await taker.take(try stranger.cosigned(try other.cosigned(try witness.cosigned(second))))
    #expect(try await published([witness.key, other.key]) == 310)
    #expect(Set(kept.keys) == [witness.key.vkey, other.key.vkey])
    #expect(kept.values.allSatisfy { $0.checkpoint == second })
    // One that is asked besides goes on from there.
    let round = CheckpointRound(log, length: 0, milliseconds: { 0 })
    let head = try Checkpoint(text: SignedNote(second).text).head
    witness.last.withLock { $0 = head }
    let caller = WitnessCaller(witness.key, store: log, round: round, now: { MemoryWitness.now }) { [witness] in
      try witness.answer($0)
    }
    try await signed.grow(10)
    #expect(try await caller.offer() == 320)
  }

  @Test("in a round all fetch the same checkpoint")
  func rounds() async throws {
    let taker = taker(roundLength: 1000)
    try await signed.grow(10)
    let first = try #require(try await taker.offered())
    try await signed.grow(10)
    #expect(try await taker.offered() == first)
  }

  @Test("what is no note of this log and of a witness of it keeps nothing")
  func refused() async throws {
    try await signed.grow(10)
    let note = try #require(try await taker().offered())
    let stranger = try MemoryWitness()
    let good = try witness.cosigned(note)
    let blank = try #require(good.indices.dropFirst().first { good[$0] == 10 && good[$0 - 1] == 10 })
    var flipped = good
    // Within the last signature's base64.
    flipped[good.count - 40] = flipped[good.count - 40] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    let lines = String(decoding: good[(blank + 1)...], as: UTF8.self).split(separator: "\n")
    let unsigned = Array(good[...blank]) + Array("\(lines[1])\n".utf8)
    let otherText = try checkpoint(10)
    let transplanted = Array(try SignedNote(otherText).text) + [10] + Array(good[(blank + 1)...])
    let manyLines = try SignedNote(
      text: SignedNote(good).text,
      signatures: SignedNote(good).signatures + (0..<60).map { try NoteSignature(by: Self.key("x\($0)"), [1]) })
    let line = try #require(SignedNote(good).signatures.last)
    let doubled = try SignedNote(text: SignedNote(good).text, signatures: SignedNote(good).signatures + [line])
    for (octets, fault) in [
      (doubled.octets, .malformed), ([], .malformed), (Array("x".utf8), .malformed),
      (Array(note.dropLast()), .malformed),
      (good + [UInt8](repeating: 10, count: 17_000), .malformed), (manyLines.octets, .malformed),
      (Array(good[...blank]), .malformed), (note, .foreign), (try stranger.cosigned(note), .foreign),
      (flipped, .foreign), (unsigned, .foreign), (transplanted, .foreign),
      (try witness.cosigned(try checkpoint(10, by: P256.Signing.PrivateKey())), .foreign),
      (try witness.cosigned(try checkpoint(10, origin: "log.example/other")), .foreign),
      (try witness.cosigned(try checkpoint(0)), .malformed), (try witness.cosigned(note, at: 5), .malformed),
      (try witness.cosigned(note, at: UInt64(MemoryWitness.now) + 301), .malformed),
    ] as [([UInt8], CosignatureFault)] {
      await #expect(throws: fault, "\(String(decoding: octets.prefix(300), as: UTF8.self))") {
        try await taker().take(octets)
      }
    }
    await #expect(throws: CosignatureFault.foreign) { try await taker([]).take(good) }
    await #expect(throws: CosignatureFault.foreign) { try await taker([other.key]).take(good) }
    #expect(kept.isEmpty && forks.found.withLock(\.isEmpty))
    try await taker().take(good)
    #expect(kept.count == 1)
  }

  private static func key(_ name: String) throws -> NoteKey {
    try NoteKey(
      name: name, kind: .cosignature,
      publicKey: Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation))
  }

  @Test("what is older than what is kept takes no place, nor does the same checkpoint at an earlier time")
  func older() async throws {
    let taker = taker()
    try await signed.grow(10)
    let small = try #require(try await taker.offered())
    try await signed.grow(10)
    let large = try #require(try await taker.offered())
    let now = UInt64(MemoryWitness.now)
    try await taker.take(try witness.cosigned(large, at: now - 10))
    let newest = kept
    for octets in [try witness.cosigned(small), try witness.cosigned(large, at: now - 11)] {
      await #expect(throws: CosignatureFault.older(size: 20)) { try await taker.take(octets) }
    }
    // The same again is no mistake, and a later time counts.
    #expect(try await !taker.take(try witness.cosigned(large, at: now - 10)))
    #expect(kept == newest)
    try await taker.take(try witness.cosigned(large, at: now))
    #expect(kept != newest)
    // Of two in a note, the one that is new is kept.
    let before = kept
    try await taker.take(try other.cosigned(try witness.cosigned(small)))
    #expect(kept[other.key.vkey]?.size == 10 && kept[witness.key.vkey] == before[witness.key.vkey])
  }

  @Test("what the log signed and does not lead to shows that it was put back or written again")
  func forked() async throws {
    try await signed.grow(300)
    let older = log.state.withLock(\.self)
    try await signed.grow(300)
    let lost = try witness.cosigned(try #require(try await taker().offered()))
    log.edit { $0 = older }
    await #expect(throws: CosignatureFault.forked) { try await taker().take(lost) }
    // It has as many entries again, and then more; they are others.
    try await signed.grow(300, lane: 9)
    await #expect(throws: CosignatureFault.forked) { try await taker().take(lost) }
    try await signed.grow(1, lane: 9)
    await #expect(throws: CosignatureFault.forked) { try await taker().take(lost) }
    #expect(forks.found.withLock(\.self) == [.ahead(witness: 600, log: 300), .forked(size: 600), .forked(size: 600)])
    #expect(kept.isEmpty)
  }

  @Test("a tile that was edited is not the witness's fault")
  func edited() async throws {
    try await signed.grow(300)
    let note = try witness.cosigned(try #require(try await taker().offered()))
    try await signed.grow(10)
    log.edit { $0.tiles["hashes(level: 0) 1"]?[5] ^= 1 }
    await #expect(throws: TileFault.self) { try await taker().take(note) }
    #expect(kept.isEmpty && forks.found.withLock(\.isEmpty) && forks.failures.withLock(\.self) == 1)
    await #expect(throws: CosignatureFault.malformed) { try await taker().take([]) }
    #expect(forks.failures.withLock(\.self) == 1)
  }
}
