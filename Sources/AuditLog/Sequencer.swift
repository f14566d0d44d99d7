public import TransparencyLog

/// Puts the entries of all lanes into one tree, and signs what it is then.
///
/// One process does it at a time. Each step reads what is new, holds it against the lanes, computes the tree, signs its
/// checkpoint and stores everything in one transaction, which fails if somebody else is the sequencer by then or the
/// tree is not as it was. So no checkpoint that differs from the stored tree is ever seen by anybody, and a crash
/// between two steps leaves nothing to mend.
public actor Sequencer {
  /// Needs of a sequencer from outside.
  public struct Environment: Sendable {
    /// The log's name in its checkpoints (C2SP tlog-checkpoint, "origin").
    public let origin: String
    /// The key with which checkpoints are signed.
    public let key: NoteKey
    /// The signature of octets under that key: ECDSA with SHA-256, DER.
    public let sign: @Sendable ([UInt8]) async throws -> [UInt8]
    /// UTC, milliseconds since 1970.
    public let milliseconds: @Sendable () -> Int64

    public init(
      origin: String, key: NoteKey, sign: @escaping @Sendable ([UInt8]) async throws -> [UInt8],
      milliseconds: @escaping @Sendable () -> Int64
    ) {
      self.origin = origin
      self.key = key
      self.sign = sign
      self.milliseconds = milliseconds
    }
  }

  /// Entries in one step.
  public static let mostEntries = 65_536
  /// Milliseconds after which all lanes are compared again, not only those that have new entries.
  private static let gap: Int64 = 10_000
  /// The device made a signature that does not verify. Trying again may help.
  public struct WrongSignature: Error {}

  private let store: any SequencingStore
  private let environment: Environment
  private let fence: Int64
  private var writer: TileWriter
  private var lanes: LaneVerifier
  /// When all lanes were compared; nil before the first time.
  private var compared: Int64?
  /// The newest checkpoint; nil before the first.
  public private(set) var checkpoint: [UInt8]?

  /// Takes over where the last sequencer stopped.
  ///
  /// - Parameter known: checkpoints that the log once had, kept elsewhere than in the store.
  /// - Throws: `SequencingFault`.
  public init(_ store: any SequencingStore, _ environment: Environment, known: [[UInt8]] = []) async throws {
    let stored = try await store.takeSequencing()
    let head = try Self.head(of: stored.checkpoint, environment)
    var heads: [TreeHead] = []
    self.store = store
    self.environment = environment
    fence = stored.fence
    checkpoint = stored.checkpoint.isEmpty ? nil : stored.checkpoint
    writer = try await Self.writer(head, store)
    lanes = LaneVerifier(after: stored.lanes, count: Int64(head.size))
    for known in known {
      guard let head = try? Self.head(of: known, environment) else { throw SequencingFault.foreignKnownCheckpoint }
      heads.append(head)
    }
    for known in heads { try await check(known, in: head) }
  }

  private static func head(of checkpoint: [UInt8], _ environment: Environment) throws -> TreeHead {
    guard !checkpoint.isEmpty else { return .empty }
    guard let policy = try? LogPolicy(origin: environment.origin, logKeys: [environment.key]),
      let verified = try? policy.verify(checkpoint: checkpoint)
    else { throw SequencingFault.foreignCheckpoint }
    return verified.checkpoint.head
  }

  private static func writer(_ head: TreeHead, _ store: any SequencingStore) async throws -> TileWriter {
    var edge: [Tile: [UInt8]] = [:]
    for tile in Tile.partial(size: head.size) {
      let octets = try await store.storedTile(tile.row, tile.index)
      edge[tile] = octets.map { Array($0.prefix(tile.width * MerkleHash.size)) }
    }
    guard let writer = try? TileWriter(head, read: { edge[$0] }) else { throw SequencingFault.treeDiffers }
    return writer
  }

  /// Holds a checkpoint from elsewhere against the tree.
  private func check(_ known: TreeHead, in head: TreeHead) async throws {
    guard known.size <= head.size else { throw SequencingFault.behind(size: known.size) }
    guard known.size > 0 else { return }
    let query = try TileQuery.root(of: known.size, in: head)
    let octets = try await store.octets(for: query)
    guard let hashes = try? query.hashes(from: octets) else { throw SequencingFault.treeDiffers }
    guard hashes == [known.root] else { throw SequencingFault.behind(size: known.size) }
  }

  /// Adds what is new.
  ///
  /// - Returns: number of entries that were added. `mostEntries` means that there may be more.
  /// - Throws: `SequencingFault`, or what the store or the device throws; then nothing was added, and this one must not
  ///   be used again.
  public func step() async throws -> Int {
    let from = Int64(writer.size)
    let time = environment.milliseconds()
    let isDue = compared.map { !(0..<Self.gap).contains(time - $0) } ?? true
    let pending = try await store.pendingEntries(after: from, limit: Self.mostEntries, allLanes: isDue)
    guard pending.fence == fence else { throw SequencingFault.overtaken }
    let (leaves, touched) = try take(pending, allLanes: isDue)
    if isDue, pending.isComplete { compared = time }
    guard !leaves.isEmpty else { return 0 }
    let full = writer.append(leaves)
    let signed = try await sign(writer.head)
    try await store.store(
      SequencedBatch(
        from: from, tiles: full + writer.partialTiles, lanes: touched, checkpoint: signed, time: time), fence: fence)
    checkpoint = signed
    return leaves.count
  }

  /// Holds entries against their lanes.
  private func take(
    _ pending: PendingEntries, allLanes: Bool
  ) throws -> (leaves: [MerkleHash], touched: [Lane]) {
    do {
      var leaves: [MerkleHash] = []
      leaves.reserveCapacity(pending.headers.count)
      for header in pending.headers {
        let leaf = try lanes.accept(header: header.octets, at: header.position)
        guard let hash = MerkleHash(leaf) else { throw SequencingFault.treeDiffers }
        leaves.append(hash)
      }
      let touched = lanes.takeTouched()
      try LaneVerifier.check(touched, pending.lanes, isComplete: pending.isComplete)
      if allLanes, pending.isComplete { try lanes.finish(pending.lanes) }
      return (leaves, touched)
    } catch let finding as LaneVerifier.Finding { throw SequencingFault.entries(finding) }
  }

  private func sign(_ head: TreeHead) async throws -> [UInt8] {
    let text = try Checkpoint(origin: environment.origin, head: head).text
    let signature = NoteSignature(by: environment.key, try await environment.sign(text))
    let note = try SignedNote(text: text, signatures: [signature])
    // A signature that leaves the device is verified by another implementation, always.
    guard (try? Self.head(of: note.octets, environment)) == head else { throw WrongSignature() }
    return note.octets
  }
}
