import AuditLog
import Crypto
import Synchronization
import Testing
import TransparencyLog
import WireJSON

/// A stored log in memory that remembers which headers were looked up.
private final class LookUps: StoredLog {
  var state: MemoryLog.State
  var headers: [Int64] = []

  init(_ state: MemoryLog.State) { self.state = state }

  func checkpoint() throws -> [UInt8] { state.stored.checkpoint }
  func entries(after position: Int64, _ accept: (AuditEntry, Int64) throws -> Void) throws {
    for (place, entry) in state.entries.enumerated().dropFirst(Int(position)) { try accept(entry, Int64(place + 1)) }
  }
  func header(at position: Int64) throws -> [UInt8]? {
    headers.append(position)
    return state.entries.indices.contains(Int(position) - 1) ? state.entries[Int(position) - 1].header : nil
  }
  func tile(_ level: Int, _ index: UInt64) throws -> [UInt8]? { state.tiles["hashes(level: \(level)) \(index)"] }
  func tiles(_ level: Int, from index: UInt64, _ accept: ([UInt8], UInt64) throws -> Void) throws {
    for index in index..<index + 100 { if let octets = try tile(level, index) { try accept(octets, index) } }
  }
  func lanes() throws -> [Lane] { Array(state.lanes.values) }
  func progress() throws -> [Lane] { state.stored.lanes }
  var kept: [KeptStamp] = []
  func cosignatures() throws -> [KeptCosignature] { Array(state.cosignatures.values) }
  func stamps(_ accept: (KeptStamp) throws -> Void) throws { for stamp in kept { try accept(stamp) } }
}

@Suite("Verifying a log from a checkpoint on", .timeLimit(.minutes(2)))
struct LogContinuationTests {
  private let signed: SignatureLog
  /// Of `begin` entries.
  private let since: [UInt8]
  private let begin = 700

  /// Lanes 7 and 8 before, of which 7 goes on, and 9 behind.
  init() async throws {
    let signed = try SignatureLog()
    signed.append([SignatureLog.issued])
    signed.log.append(begin - 2)
    signed.log.append(1, lane: 8)
    try await signed.sequence()
    since = signed.log.state.withLock(\.stored.checkpoint)
    signed.append([SignatureLog.granted(), SignatureLog.intended(), SignatureLog.made()])
    signed.log.append(500, lane: 9)
    try await signed.sequence()
    signed.log.append(5, lane: 9)
    self.signed = signed
  }

  private var lookUps: LookUps { LookUps(signed.log.state.withLock(\.self)) }

  private func verify(
    _ log: LookUps, since: [UInt8]? = nil, known: [(name: String, checkpoint: [UInt8])] = []
  ) throws -> LogContinuation.Result {
    try LogContinuation.verify(log, since: ("since", since ?? self.since), key: signed.key, known: known)
  }

  @Test(
    "what is behind the checkpoint is verified, and of what is before it the ends of lanes that go on alone are read")
  func whole() async throws {
    let log = lookUps
    let result = try verify(log)
    #expect(result.since == 700 && result.entries == 508 && result.inTree == 1203)
    // The credential's certificate.
    #expect(result.unresolved == 1)
    #expect(log.headers == [700, 699])
    // From each size on, also from the newest, and from the beginning.
    let newest = signed.log.state.withLock(\.stored.checkpoint)
    #expect(try verify(log, since: newest).entries == 5)
    #expect(try verify(log, known: [("newest", newest), ("since", since)]) == result)
    #expect(try verify(log, since: newest, known: [("older", since)]).entries == 5)
    let empty = try Checkpoint(origin: signed.key.name, head: .empty).text
    let signature = Array(try signed.secret.signature(for: empty).derRepresentation)
    let nothing = try SignedNote(text: empty, signatures: [NoteSignature(by: signed.key, signature)]).octets
    let all = try verify(log, since: nothing)
    #expect(all.entries == 1208 && all.unresolved == 0)
  }

  /// An edit of somebody who writes the database.
  private func edit(_ entry: Int, _ log: LookUps) {
    var lane = Lane(id: 7, instance: "a", count: 3, last: [UInt8](repeating: 9, count: 32))
    log.state.entries[entry - 1] = lane.append(AuditEvent(.keyMade, []), partner: [], at: 1, salt: [])
  }

  @Test("an edit before the checkpoint is not read, unless an entry behind it names that one")
  func before() throws {
    let log = lookUps
    edit(10, log)
    #expect(try verify(log).entries == 508)
    // The last entry of the lane that goes on, and one that was passed on the way to it.
    for position in [699, 700] {
      let log = lookUps
      edit(position, log)
      #expect(throws: LogVerifier.Finding.entries(.changed(position: Int64(position)))) { try verify(log) }
    }
    log.state.tiles["hashes(level: 0) 0"]?[5] ^= 1
    #expect(try verify(log).entries == 508)
    log.state.tiles["hashes(level: 0) 2"]?[5] ^= 1
    #expect(throws: LogVerifier.Finding.checkpoint(name: "since", size: 700, isShort: false)) { try verify(log) }
  }

  @Test("each edit behind the checkpoint is found")
  func behind() throws {
    for position in [701, 702, 703, 704, 900, 1203, 1204, 1208] {
      let log = lookUps
      edit(position, log)
      #expect(throws: LogVerifier.Finding.self, "\(position)") { try verify(log) }
    }
    let edits: [(inout MemoryLog.State) -> Void] = [
      { $0.entries.removeLast() }, { $0.entries.remove(at: 800) }, { $0.entries.swapAt(900, 901) },
      { $0.lanes[9] = nil }, { $0.lanes[7] = Lane(id: 7, instance: "gateway", count: 1) },
      { $0.tiles["hashes(level: 0) 3"]?[5] ^= 1 }, { $0.tiles["hashes(level: 0) 4"] = nil },
      { $0.tiles["hashes(level: 1) 0"]?[100] ^= 1 }, { $0.tiles["hashes(level: 0) 9"] = [1] },
    ]
    for (number, edit) in edits.enumerated() {
      let log = lookUps
      edit(&log.state)
      #expect(throws: LogVerifier.Finding.self, "\(number)") { try verify(log) }
    }
  }

  @Test("a log that was put back, or does not lead to the checkpoint, is none")
  func foreign() async throws {
    let log = lookUps
    let other = try SignatureLog()
    other.log.append(3)
    try await other.sequence()
    let stranger = other.log.state.withLock(\.stored.checkpoint)
    #expect(throws: LogVerifier.Finding.foreignCheckpoint(name: "since")) { try verify(log, since: stranger) }
    let newest = signed.log.state.withLock(\.stored.checkpoint)
    log.state.stored = SequencedLog(checkpoint: since, time: 5, fence: 1, lanes: log.state.stored.lanes)
    #expect(throws: LogVerifier.Finding.checkpoint(name: "since", size: 1203, isShort: true)) {
      try verify(log, since: newest)
    }
    log.state.stored = SequencedLog(checkpoint: [], time: 5, fence: 1, lanes: [])
    #expect(throws: LogVerifier.Finding.noCheckpoint) { try verify(log) }
  }

  // MARK: Others who have seen it

  @Test("a witness has to have cosigned the checkpoint or one behind it, to which the log leads")
  func witnessed() async throws {
    let witness = try MemoryWitness()
    let newest = signed.log.state.withLock(\.stored.checkpoint)
    func verify(
      kept: [UInt8]? = nil, since: [UInt8]? = nil, known: [(name: String, checkpoint: [UInt8])] = []
    ) throws -> [UInt64] {
      let log = try kept.map { try self.log($0, witness) } ?? lookUps
      return try LogContinuation.verify(
        log, since: ("since", since ?? self.since), key: signed.key, known: known,
        demands: .init(witnesses: [witness.key])
      ).witnessed.map(\.size)
    }
    let none = LogVerifier.Finding.unwitnessed(witness: "witness.example")
    #expect(throws: none) { try verify() }
    #expect(try verify(kept: newest) == [1203])
    #expect(try verify(kept: since) == [700])
    #expect(try verify(known: [("newest", try witness.cosigned(newest))]) == [1203])
    #expect(try verify(since: try witness.cosigned(since)) == [700])
    // One that is before says nothing about the rest.
    #expect(throws: none) { try verify(kept: since, since: newest) }
    #expect(throws: none) { try verify(since: newest, known: [("older", try witness.cosigned(since))]) }
    // One of another log of the same key.
    let twin = try SignatureLog(secret: signed.secret)
    twin.log.append(900)
    try await twin.sequence()
    let foreign = twin.log.state.withLock(\.stored.checkpoint)
    for since in [self.since, newest] {
      #expect(
        throws: LogVerifier.Finding.checkpoint(
          name: "the checkpoint that witness.example cosigned", size: 900, isShort: false)
      ) { try LogContinuation.verify(log(foreign, witness), since: ("since", since), key: signed.key) }
    }
  }

  /// The log with a cosignature of a checkpoint.
  private func log(_ checkpoint: [UInt8], _ witness: MemoryWitness) throws -> LookUps {
    let log = lookUps
    let line = try #require(try SignedNote(witness.cosigned(checkpoint)).signatures.last)
    log.state.cosignatures["one"] = KeptCosignature(
      witness: witness.key.vkey, checkpoint: checkpoint, signature: line.octets)
    return log
  }

  @Test("a checkpoint that is not before has to have a time-stamp, and each of those has to be good")
  func stamped() throws {
    struct Bad: Error, CustomStringConvertible { let description = "made up" }
    let newest = signed.log.state.withLock(\.stored.checkpoint)
    func verify(_ stamps: [KeptStamp], since: [UInt8]? = nil, isBad: Int64? = nil) throws -> LogInspection.Stamped? {
      let log = lookUps
      log.kept = stamps
      return try LogContinuation.verify(
        log, since: ("since", since ?? self.since), key: signed.key,
        demands: .init(verifyStamp: { if $0.day == isBad { throw Bad() } })
      ).stamps
    }
    let (early, late) = (
      KeptStamp(day: 7, checkpoint: since, token: [1]), KeptStamp(day: 9, checkpoint: newest, token: [2])
    )
    #expect(try verify([early, late]) == LogInspection.Stamped(count: 2, last: 9))
    #expect(try verify([early, late], since: newest, isBad: 7) == LogInspection.Stamped(count: 1, last: 9))
    #expect(throws: LogVerifier.Finding.stamp(size: 1203, reason: "made up")) { try verify([early, late], isBad: 9) }
    #expect(throws: LogVerifier.Finding.noStamp) { try verify([]) }
    #expect(throws: LogVerifier.Finding.noStamp) { try verify([early], since: newest) }
    #expect(try self.verify(lookUps).stamps == nil)
  }

  @Test("an authorization from long before the checkpoint cannot be used behind it; one that is over cannot either")
  func meaning() async throws {
    let signed = try SignatureLog()
    signed.append([SignatureLog.issued, SignatureLog.granted()])
    try await signed.sequence()
    let since = signed.log.state.withLock(\.stored.checkpoint)
    func verified(_ later: [AuditEvent], at hours: Int64) async throws -> LogContinuation.Result {
      let log = try SignatureLog(secret: signed.secret)
      log.log.edit { $0 = signed.log.state.withLock(\.self) }
      log.append([AuditEvent(.keyMade, [])])
      log.append(later, after: hours * 3_600_000)
      try await log.sequence()
      return try LogContinuation.verify(
        LookUps(log.log.state.withLock(\.self)), since: ("since", since), key: log.key)
    }
    let call = [SignatureLog.intended(), SignatureLog.made()]
    #expect(try await verified(call, at: 1).unresolved == 2)
    await #expect(throws: LogVerifier.Finding.meaning(.unauthorized(position: 4))) { try await verified(call, at: 3) }
    await #expect(throws: LogVerifier.Finding.meaning(.unauthorized(position: 5))) {
      try await verified([AuditEvent(.authorizationRevoked, [("activation", "a1")])] + call, at: 1)
    }
    await #expect(throws: LogVerifier.Finding.meaning(.exceeded(position: 6))) {
      try await verified(
        [SignatureLog.granted("a2"), SignatureLog.intended("o2", "a2"), SignatureLog.intended("o3", "a2")], at: 1)
    }
  }
}
