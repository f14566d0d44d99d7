import Synchronization
public import TransparencyLog
import WireJSON

/// Finds a signature in a stored log and makes its receipt, while the log is read.
///
///     repeat { lanes = read(search.readers()) } while try !search.finish(lanes)
///     let file = try search.receipt()
///
/// The last reading verifies the whole log.
public final class ReceiptSearch: Sendable {
  fileprivate struct State {
    var trail: SignatureTrail
    /// Set for the last reading.
    var collection: Collection?
  }

  /// Parts of the log that the last reading collects.
  fileprivate struct Collection {
    let operation: SignatureTrail.Operation
    let made: Int64
    let wanted: Set<Int64>
    var entries: [Int64: AuditEntry] = [:]
    var certificate: (position: Int64, entry: AuditEntry)?
    /// The stored one, or one that witnesses cosigned; chosen when all entries were read.
    var checkpoint: [UInt8] = []
    var cosigned: [CosignedCheckpoint] = []
    /// Asked when all entries were read.
    var queries: [Int64: TileQuery]?
    var tiles: [Place: [UInt8]] = [:]
    var wantedTiles: Set<Place> = []
  }

  fileprivate struct Place: Hashable {
    let level: Int
    let index: UInt64
  }

  private let state: Mutex<State>
  private let inspection: LogInspection
  private let policy: LogPolicy
  private let witnesses: [NoteKey]

  /// - Parameters:
  ///   - ids: as `SignatureTrail` takes them.
  ///   - key: of the log.
  ///   - witnesses: whose cosignatures count. Everybody can be a witness of a log; those of strangers prove nothing.
  /// - Throws: `NoteFault.badKey` for a key that signs no checkpoints of logs.
  public init(_ ids: Set<String>, key: NoteKey, witnesses: [NoteKey] = []) throws {
    self.witnesses = witnesses
    state = Mutex(State(trail: SignatureTrail(ids)))
    policy = try LogPolicy(origin: key.name, logKeys: [key])
    inspection = try LogInspection(key: key)
  }

  // MARK: Reading

  /// For one reading of the log.
  public func readers() -> LogReaders {
    let isLast = state.withLock { state in
      if state.collection == nil { state.trail.beginReading() }
      return state.collection != nil
    }
    guard isLast else {
      return LogReaders { [self] entry, position in
        state.withLock { $0.trail.accept(entry, at: position) }
      }
    }
    let inner = inspection.readers
    var readers = LogReaders { [self] entry, position in
      try inner.entry(entry, position)
      state.withLock { $0.collection?.accept(entry, at: position) }
    }
    readers.cosignatures = { [self] kept in
      try inner.cosignatures(kept)
      state.withLock { $0.collection?.cosigned = CosignedCheckpoint.all(of: kept, by: witnesses) }
    }
    readers.stamp = inner.stamp
    readers.progress = inner.progress
    readers.checkpoint = { [self] octets in
      try inner.checkpoint(octets)
      state.withLock { $0.collection?.checkpoint = octets }
    }
    readers.tile = { [self] octets, level, index in
      try inner.tile?(octets, level, index)
      try state.withLock { try $0.collection?.accept(tile: octets, Place(level: level, index: index)) }
    }
    return readers
  }

  /// Call after each reading.
  ///
  /// - Parameter lanes: as they are stored.
  /// - Returns: whether it was the last one.
  /// - Throws: `ReceiptFault` if there is no such signature, `LogVerifier.Finding` if the log is not whole.
  public func finish(_ lanes: [Lane]) throws -> Bool {
    if state.withLock({ $0.collection != nil }) {
      _ = try inspection.finish(lanes)
      return true
    }
    try state.withLock { state in
      guard !state.trail.needsAnotherReading else { return }
      state.collection = try Self.collection(for: state.trail)
    }
    return false
  }

  private static func collection(for trail: SignatureTrail) throws(ReceiptFault) -> Collection {
    let signed = trail.operations.filter { trail.details[$0]?.outcomes.last?["kind"] == "signature.made" }
    guard signed.count < 2 else { throw .ambiguous(operations: signed) }
    guard let id = signed.first, let operation = trail.details[id],
      let made = operation.outcomes.last?["seq"]?.integer
    else {
      if let id = trail.operations.first { throw .noSignature(operation: id) }
      throw .notFound
    }
    let objects = [operation.intended] + operation.outcomes.filter { $0["kind"] == "signature.resumed" }
    var wanted = Set(objects.compactMap { $0["seq"]?.integer })
    var next = operation.intended["activation"]?.string
    while let name = next, let origin = trail.authorizations[name]?.origin,
      let position = origin["seq"]?.integer, wanted.insert(position).inserted
    {
      next = origin["extends"]?.string
      for entry in origin["pending"]?.string.flatMap({ trail.pending[$0] }) ?? [] {
        if let position = entry["seq"]?.integer { wanted.insert(position) }
      }
    }
    return Collection(operation: operation, made: made, wanted: wanted)
  }

  // MARK: The receipt

  /// The credential that signed, if the log says that its certificate was issued. Known after the last reading.
  public var credential: String? {
    state.withLock { $0.collection?.certificate?.entry.object?["credential"]?.string }
  }

  /// The receipt's file, verified.
  ///
  /// - Parameter owner: makes the part about the owner, of the certificate of `credential`, DER. It is left out if that
  ///   is another one than was issued.
  /// - Throws: `ReceiptFault`.
  public func receipt(owner: (box: ReceiptOwner, certificate: [UInt8])? = nil) throws -> [UInt8] {
    try state.withLock { state in
      guard var collection = state.collection else { throw ReceiptFault.notFound }
      let octets = try collection.receipt(owner: owner).octets()
      _ = try Receipt.verify(octets, policy: policy)
      return octets
    }
  }
}

extension ReceiptSearch.Collection {
  fileprivate mutating func accept(_ entry: AuditEntry, at position: Int64) {
    if position == made || wanted.contains(position) {
      entries[position] = entry
    } else if position < made, EntryHeader(octets: entry.header)?.kind == AuditEvent.Kind.certificateIssued.rawValue,
      let credential = operation.intended["credential"], entry.object?["credential"] == credential
    {
      certificate = (position, entry)
    }
  }

  fileprivate mutating func accept(tile octets: [UInt8], _ place: ReceiptSearch.Place) throws {
    try ask()
    if wantedTiles.contains(place) { tiles[place] = octets }
  }

  /// Says which tiles the proofs need.
  private mutating func ask() throws {
    guard queries == nil else { return }
    if let certificate { entries[certificate.position] = certificate.entry }
    choose()
    let head = checkpoint.isEmpty ? TreeHead.empty : try Checkpoint(text: SignedNote(checkpoint).text).head
    var found: [Int64: TileQuery] = [:]
    for position in entries.keys.sorted() {
      guard UInt64(position) <= head.size else {
        throw ReceiptFault.notInTree(position: position, size: head.size)
      }
      found[position] = try TileQuery.inclusion(of: UInt64(position - 1), in: head)
    }
    wantedTiles = Set(found.values.flatMap(\.tiles).compactMap(ReceiptSearch.Place.init))
    queries = found
  }

  /// Takes the checkpoint that most witnesses cosigned, of those that cover all entries, and of these the newest.
  private mutating func choose() {
    let size = UInt64(entries.keys.max() ?? 0)
    // The largest come first.
    let covering = cosigned.filter { $0.head.size >= size }
    if let most = covering.map(\.count).max(), let best = covering.first(where: { $0.count == most }) {
      checkpoint = best.note.octets
    }
  }

  fileprivate mutating func receipt(owner: (box: ReceiptOwner, certificate: [UInt8])?) throws -> Receipt {
    try ask()
    var parts = try entries.map { position, entry in try part(position, entry) }
    guard let place = parts.firstIndex(where: { $0.index == UInt64(made - 1) }) else { throw ReceiptFault.notFound }
    return Receipt(
      made: parts.remove(at: place), related: parts, checkpoint: checkpoint, owner: try owner.flatMap(sealed))
  }

  private func sealed(_ owner: (box: ReceiptOwner, certificate: [UInt8])) throws -> [UInt8]? {
    guard let issued = certificate?.entry.object?["certificate"]?.string,
      let id = operation.intended["operation"]?.string
    else { return nil }
    return try owner.box.sealed(owner.certificate, issued: issued, operation: id)
  }

  private func part(_ position: Int64, _ entry: AuditEntry) throws -> Receipt.Part {
    guard let query = queries?[position] else { throw ReceiptFault.notFound }
    // The stored tiles may be those of a larger tree than the checkpoint's.
    let hashes = try query.hashes { tile in
      Array((ReceiptSearch.Place(tile).flatMap { tiles[$0] } ?? []).prefix(tile.width * MerkleHash.size))
    }
    return Receipt.Part(entry: entry, index: UInt64(position - 1), proof: hashes)
  }
}

extension ReceiptSearch.Place {
  fileprivate init?(_ tile: Tile) {
    guard case .hashes(let level) = tile.row else { return nil }
    self.init(level: level, index: tile.index)
  }
}
