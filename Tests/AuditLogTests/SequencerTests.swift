import AuditLog
import Crypto
import Synchronization
import Testing
import TransparencyLog

/// A log without a disk, as a sequencer sees it, that can be edited.
final class MemoryLog: SequencingStore, CosignatureStore {
  struct State {
    var entries: [AuditEntry] = []
    var lanes: [Int64: Lane] = [:]
    var stored = SequencedLog(checkpoint: [], time: 0, fence: 0, lanes: [])
    var size: Int64 = 0
    var tiles: [String: [UInt8]] = [:]
    /// Stored batches.
    var batches = 0
    /// Cosignatures by their witnesses.
    var cosignatures: [String: KeptCosignature] = [:]
  }

  let state = Mutex(State())

  func append(_ count: Int, lane id: Int64 = 7) {
    state.withLock { state in
      for _ in 0..<count {
        var lane = state.lanes[id] ?? Lane(id: id, instance: "a")
        state.entries.append(lane.append(AuditEvent(.keyMade, []), partner: [], at: 1, salt: []))
        state.lanes[id] = lane
      }
    }
  }

  func edit(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

  private static func name(_ row: Tile.Row, _ index: UInt64) -> String { "\(row) \(index)" }

  func takeSequencing() async throws -> SequencedLog {
    state.withLock { state in
      let old = state.stored
      state.stored = SequencedLog(
        checkpoint: old.checkpoint, time: old.time, fence: old.fence + 1, lanes: old.lanes)
      return state.stored
    }
  }

  func pendingEntries(after size: Int64, limit: Int, allLanes: Bool) async throws -> PendingEntries {
    state.withLock { state in
      let headers = state.entries.enumerated().dropFirst(Int(size)).prefix(limit).map {
        (position: Int64($0 + 1), octets: $1.header)
      }
      let named = Set(headers.compactMap { EntryHeader(octets: $0.octets)?.lane })
      return PendingEntries(
        headers: headers, isComplete: headers.count < limit,
        lanes: state.lanes.values.filter { allLanes || named.contains($0.id) }.sorted { $0.id < $1.id },
        fence: state.stored.fence)
    }
  }

  func checkpoint() async throws -> [UInt8]? {
    state.withLock { $0.stored.checkpoint.isEmpty ? nil : $0.stored.checkpoint }
  }

  func storedTile(_ row: Tile.Row, _ index: UInt64) async throws -> [UInt8]? {
    state.withLock { $0.tiles[Self.name(row, index)] }
  }

  func cosignatures() async throws -> [KeptCosignature] { state.withLock { Array($0.cosignatures.values) } }

  func keep(_ cosignature: KeptCosignature) async throws {
    state.withLock { $0.cosignatures[cosignature.witness] = cosignature }
  }

  func store(_ batch: SequencedBatch, fence: Int64) async throws {
    try state.withLock { state in
      guard state.stored.fence == fence, state.size == batch.from else { throw SequencingFault.overtaken }
      for tile in batch.tiles { state.tiles[Self.name(tile.tile.row, tile.tile.index)] = tile.octets }
      var lanes = Dictionary(uniqueKeysWithValues: state.stored.lanes.map { ($0.id, $0) })
      for lane in batch.lanes { lanes[lane.id] = lane }
      state.stored = SequencedLog(
        checkpoint: batch.checkpoint, time: batch.time, fence: fence, lanes: lanes.values.sorted { $0.id < $1.id })
      state.size = try Int64(Checkpoint(text: SignedNote(batch.checkpoint).text).head.size)
      state.batches += 1
    }
  }
}

@Suite("Sequencer of the audit log", .timeLimit(.minutes(2)))
struct SequencerTests {
  private let log = MemoryLog()
  private let key = P256.Signing.PrivateKey()
  private var environment: Sequencer.Environment { Self.environment(key, "example.com/log") }

  private static func environment(_ key: P256.Signing.PrivateKey, _ origin: String) -> Sequencer.Environment {
    let publicKey = Array(key.publicKey.derRepresentation)
    guard let noteKey = try? NoteKey(name: origin, kind: .ecdsaP256, publicKey: publicKey) else { fatalError() }
    return Sequencer.Environment(
      origin: origin, key: noteKey, sign: { Array(try key.signature(for: $0).derRepresentation) }, milliseconds: { 5 })
  }

  private func sequencer(known: [[UInt8]] = []) async throws -> Sequencer {
    try await Sequencer(log, environment, known: known)
  }

  private func head(_ checkpoint: [UInt8]?) throws -> TreeHead {
    let policy = try LogPolicy(origin: environment.origin, logKeys: [environment.key])
    return try policy.verify(checkpoint: #require(checkpoint)).checkpoint.head
  }

  /// The root computed from all entries.
  private var whole: TreeHead {
    log.state.withLock { state in
      let leaves = state.entries.map { MerkleHash.leaf($0.header) }
      return TreeHead(size: UInt64(leaves.count), root: MerkleHash.root(of: leaves))
    }
  }

  /// Steps until nothing is left.
  private func finish(_ sequencer: Sequencer) async throws {
    while try await sequencer.step() > 0 {}
  }

  @Test("entries of several lanes get into one tree, step by step, and each checkpoint is that of all of them")
  func growth() async throws {
    let sequencer = try await sequencer()
    #expect(try await sequencer.step() == 0)
    for count in [1, 1, 253, 1, 1, 300, 700] {
      log.append(count)
      log.append(count / 2, lane: 9)
      try await finish(sequencer)
      #expect(try await head(sequencer.checkpoint) == whole)
    }
    // Another process goes on with it, as does one that was stopped at once.
    for _ in 0..<3 {
      log.append(100, lane: 11)
      let next = try await self.sequencer(known: [try #require(await sequencer.checkpoint)])
      try await finish(next)
      #expect(try await head(next.checkpoint) == whole)
    }
  }

  @Test("more entries than a step takes come in several steps, and their lanes are compared at the last one")
  func backlog() async throws {
    log.append(70_000)
    let sequencer = try await sequencer()
    #expect(try await sequencer.step() == 65_536)
    #expect(try await sequencer.step() == 70_000 - 65_536)
    #expect(try await head(sequencer.checkpoint) == whole)
  }

  @Test("headers are published, but no bundle with an entry of lane 0, which is its own header")
  func published() async throws {
    let old = #"{"kind":"key.made","prev":"\#(String(repeating: "0", count: 64))","seq":1,"time":100}"#
    log.edit { state in
      let entry = AuditEntry(header: Array(old.utf8), salt: [], payload: [])
      state.entries = [entry]
      state.lanes[0] = Lane(id: 0, instance: "", count: 1, last: entry.leaf)
    }
    log.append(300)
    try await finish(try await sequencer())
    let files = PublishedLog(log)
    #expect(try await files.file("tile/entries/000") == nil)
    #expect(try await files.file("tile/0/000") != nil)
    #expect(try await files.file("tile/entries/001.p/45") != nil)
    #expect(try await files.file("tile/entries/001.p/46") == nil)
  }

  @Test("entries of a lane that has no row are not signed, not even as many as make a whole step")
  func laneWithoutRow() async throws {
    log.append(10)
    let sequencer = try await sequencer()
    try await finish(sequencer)
    log.append(65_536, lane: 99)
    log.edit { $0.lanes[99] = nil }
    await #expect(
      throws: SequencingFault.entries(.laneDiffers(lane: 99, expected: 0, found: 65_536))
    ) { try await sequencer.step() }
    #expect(log.state.withLock(\.batches) == 1)
  }

  @Test("a lane whose entries are all in the tree is compared again after a while")
  func oldLane() async throws {
    let time = Mutex<Int64>(0)
    let environment = environment
    let sequencer = try await Sequencer(
      log,
      Sequencer.Environment(
        origin: environment.origin, key: environment.key, sign: environment.sign,
        milliseconds: { time.withLock(\.self) }))
    log.append(10)
    log.append(1, lane: 9)
    try await finish(sequencer)
    log.edit { $0.lanes[9] = nil }
    log.append(1)
    try await finish(sequencer)
    time.withLock { $0 = 11_000 }
    await #expect(throws: SequencingFault.entries(.laneDiffers(lane: 9, expected: 0, found: 1))) {
      try await sequencer.step()
    }
  }

  @Test("a sequencer that was overtaken stores nothing, whenever that happens")
  func overtaken() async throws {
    let old = try await sequencer()
    log.append(3)
    let new = try await sequencer()
    await #expect(throws: SequencingFault.overtaken) { try await old.step() }
    #expect(log.state.withLock(\.batches) == 0)
    try await finish(new)
    #expect(try await head(new.checkpoint) == whole)
    // Also when the other one has put everything into the tree, and nothing came since.
    let last = try await sequencer()
    log.append(3)
    try await finish(last)
    await #expect(throws: SequencingFault.overtaken) { try await new.step() }
  }

  @Test("a device that does not sign leaves everything as it was, and the next one goes on")
  func deviceFails() async throws {
    struct Failure: Error {}
    log.append(3)
    let environment = environment
    let failing = try await Sequencer(
      log,
      Sequencer.Environment(
        origin: environment.origin, key: environment.key, sign: { _ in throw Failure() }, milliseconds: { 5 }))
    await #expect(throws: Failure.self) { try await failing.step() }
    #expect(log.state.withLock(\.batches) == 0)
    // A signature by another key is no signature.
    let other = P256.Signing.PrivateKey()
    let foreign = try await Sequencer(
      log,
      Sequencer.Environment(
        origin: environment.origin, key: environment.key,
        sign: { Array(try other.signature(for: $0).derRepresentation) }, milliseconds: { 5 }))
    await #expect(throws: Sequencer.WrongSignature.self) { try await foreign.step() }
    #expect(log.state.withLock(\.batches) == 0)
    let sequencer = try await sequencer()
    try await finish(sequencer)
    #expect(try await head(sequencer.checkpoint) == whole)
  }

  /// Edits of somebody who writes the database, before the sequencer's next step.
  enum Edit: String, CaseIterable, CustomTestStringConvertible {
    case changed, removed, cutOff, added, swapped, laneRemoved

    var testDescription: String { rawValue }

    func make(_ state: inout MemoryLog.State) {
      switch self {
      case .changed:
        var lane = Lane(id: 7, instance: "a", count: 5, last: state.entries[4].leaf)
        state.entries[5] = lane.append(AuditEvent(.serviceStarted, []), partner: [], at: 1, salt: [])
      case .removed: state.entries.remove(at: 5)
      case .cutOff: state.entries.removeLast()
      case .added:
        var lane = state.lanes[7] ?? Lane(id: 7, instance: "a")
        state.entries.append(lane.append(AuditEvent(.serviceStarted, []), partner: [], at: 1, salt: []))
      case .swapped: state.entries.swapAt(5, 6)
      case .laneRemoved: state.lanes[7] = nil
      }
    }
  }

  @Test("an entry that was edited before it was in the tree stops the sequencer", arguments: Edit.allCases)
  func edited(_ edit: Edit) async throws {
    log.append(4)
    let sequencer = try await sequencer()
    try await finish(sequencer)
    log.append(4)
    log.edit(edit.make)
    let error = await #expect(throws: SequencingFault.self) { try await finish(sequencer) }
    guard case .entries? = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(try head(log.state.withLock(\.stored.checkpoint)).size == 4)
  }

  @Test("a tree that was edited, and a checkpoint of another key or log, stop the next sequencer")
  func treeEdited() async throws {
    log.append(300)
    let sequencer = try await sequencer()
    try await finish(sequencer)
    let checkpoint = try #require(await sequencer.checkpoint)
    log.edit { $0.tiles["hashes(level: 0) 1"]?[5] ^= 1 }
    await #expect(throws: SequencingFault.treeDiffers) { _ = try await self.sequencer() }
    log.edit { $0.tiles["hashes(level: 0) 1"] = nil }
    await #expect(throws: SequencingFault.treeDiffers) { _ = try await self.sequencer() }
    for other in [Self.environment(P256.Signing.PrivateKey(), "example.com/log"), Self.environment(key, "other/log")] {
      await #expect(throws: SequencingFault.foreignCheckpoint) { _ = try await Sequencer(log, other) }
      // Nor does one count that lies elsewhere.
      await #expect(throws: SequencingFault.foreignKnownCheckpoint) {
        _ = try await Sequencer(MemoryLog(), other, known: [checkpoint])
      }
    }
  }

  @Test("a database that was put back to an older copy, or written anew, does not lead to the known checkpoint")
  func putBack() async throws {
    log.append(300)
    let sequencer = try await sequencer()
    try await finish(sequencer)
    let older = log.state.withLock(\.self)
    let first = try #require(await sequencer.checkpoint)
    log.append(300)
    try await finish(sequencer)
    let last = try #require(await sequencer.checkpoint)
    _ = try await self.sequencer(known: [first, last])
    log.edit { $0 = older }
    _ = try await self.sequencer(known: [first])
    await #expect(throws: SequencingFault.behind(size: 600)) { _ = try await self.sequencer(known: [last]) }
    // It grows beyond what was lost, with other entries.
    log.append(400, lane: 9)
    let other = try await self.sequencer()
    try await finish(other)
    _ = try await self.sequencer(known: [first])
    await #expect(throws: SequencingFault.behind(size: 600)) { _ = try await self.sequencer(known: [last]) }
  }
}
