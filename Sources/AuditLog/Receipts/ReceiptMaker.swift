public import TransparencyLog
public import WireJSON

/// Makes receipts of a log that is in use, each from a bounded number of rows: the index says where the entries are,
/// and stored tiles prove them.
public struct ReceiptMaker: Sendable {
  public enum Answer: Sendable, Equatable {
    /// The receipt's file.
    case receipt([UInt8])
    /// The signature was made, and its entries are not all in the tree.
    case notYet
    /// There is no such signature, or it is somebody else's.
    case unknown
  }

  /// Entries of one name that are looked at.
  private static let mostOfName = 64

  private let store: any SequencingStore
  private let index: any ReceiptIndex
  private let indexer: ReceiptIndexer
  private let policy: LogPolicy
  /// Makes the part about the owner; with the certificate of a credential, nil if that has gone.
  public typealias Owner = (box: ReceiptOwner, certificate: @Sendable (_ credential: String) async -> [UInt8]?)
  private let owner: Owner?
  private let cosigned: (store: any CosignatureStore, witnesses: [NoteKey])?

  /// - Parameters:
  ///   - key: of the log.
  ///   - cosigned: where there are witnesses. A checkpoint that one has cosigned is preferred to the newest, if it
  ///     covers all entries of the receipt.
  /// - Throws: `NoteFault.badKey` for a key that signs no checkpoints of logs.
  public init(
    _ store: any SequencingStore, _ index: any ReceiptIndex, _ indexer: ReceiptIndexer, key: NoteKey,
    cosigned: (store: any CosignatureStore, witnesses: [NoteKey])? = nil, owner: Owner? = nil
  ) throws {
    self.cosigned = cosigned
    self.owner = owner
    self.store = store
    self.index = index
    self.indexer = indexer
    policy = try LogPolicy(origin: key.name, logKeys: [key])
  }

  /// - Parameters:
  ///   - operation: id of the call that made signatures.
  ///   - isOf: whether the one who asks may have it, by the entry `signature.intended`.
  /// - Throws: `ReceiptFault` if what is stored makes no receipt, or what the store throws.
  public func receipt(
    operation: String, isOf: @Sendable (_ intended: JSONObject) -> Bool
  ) async throws -> Answer {
    // Before the entries: what was recorded later is not looked for in it.
    let checkpoint = try await store.checkpoint() ?? []
    var found = try await entries(ofOperation: operation)
    if found.made == nil {
      // The index may be a moment behind.
      try await indexer.step()
      found = try await entries(ofOperation: operation)
    }
    guard let made = found.made, let intended = found.related.first(where: { $0.kind == .signatureIntended }),
      isOf(intended.fields)
    else { return .unknown }
    var related = found.related
    try await addAuthorizations(of: intended, to: &related)
    let certificate = try await certificate(of: intended, before: made.position)
    if let certificate { related.append(certificate) }
    let needed = UInt64(([made] + related).map(\.position).max() ?? 0)
    let (note, head) = try await self.checkpoint(newest: checkpoint, covering: needed)
    guard needed <= head.size else { return .notYet }
    guard related.count <= Receipt.mostRelated else { throw ReceiptFault.malformed }
    var parts: [Receipt.Part] = []
    for entry in related { parts.append(try await part(entry, in: head)) }
    let owner = try await sealedOwner(certificate, operation: operation)
    let receipt = Receipt(made: try await part(made, in: head), related: parts, checkpoint: note, owner: owner)
    let octets = try receipt.octets()
    _ = try Receipt.verify(octets, policy: policy)
    return .receipt(octets)
  }

  private func sealedOwner(_ certificate: Found?, operation: String) async throws -> [UInt8]? {
    guard let owner, let fields = certificate?.fields, let issued = fields["certificate"]?.string,
      let credential = fields["credential"]?.string, let octets = await owner.certificate(credential)
    else { return nil }
    return try owner.box.sealed(octets, issued: issued, operation: operation)
  }

  private func checkpoint(newest: [UInt8], covering size: UInt64) async throws -> (octets: [UInt8], head: TreeHead) {
    if let cosigned {
      let all = CosignedCheckpoint.all(of: try await cosigned.store.cosignatures(), by: cosigned.witnesses)
      if let best = all.filter({ $0.head.size >= size }).max(by: { $0.count < $1.count }) {
        return (best.note.octets, best.head)
      }
    }
    return (newest, newest.isEmpty ? .empty : try Checkpoint(text: SignedNote(newest).text).head)
  }

  /// An entry that was found by its name.
  private struct Found {
    let position: Int64
    let entry: AuditEntry
    let fields: JSONObject
    let kind: AuditEvent.Kind

    init?(_ position: Int64, _ entry: AuditEntry) {
      guard let fields = entry.object, let kind = fields["kind"]?.string.flatMap(AuditEvent.Kind.init(rawValue:)) else {
        return nil
      }
      (self.position, self.entry, self.fields, self.kind) = (position, entry, fields, kind)
    }

    func says(_ name: String, _ text: String) -> Bool { fields[name]?.string == text }
  }

  private func found(
    _ name: EntryName, _ member: String, _ text: String, before position: Int64 = .max, limit: Int = mostOfName
  ) async throws -> [Found] {
    try await index.entries(named: name, before: position, limit: limit).compactMap { Found($0.position, $0.entry) }
      .filter { $0.says(member, text) }
  }

  private func entries(ofOperation id: String) async throws -> (made: Found?, related: [Found]) {
    let all = try await found(.operation(id), "operation", id)
    return (all.first { $0.kind == .signatureMade }, all.filter { $0.kind != .signatureMade })
  }

  /// The SAD, those whose place it took, and what waited for a customer.
  private func addAuthorizations(of intended: Found, to related: inout [Found]) async throws {
    var next = intended.fields["activation"]?.string
    var known: Set<String> = []
    while let name = next, known.insert(name).inserted, related.count <= Receipt.mostRelated {
      guard let origin = try await found(.activation(name), "activation", name).last else { return }
      related.append(origin)
      next = origin.fields["extends"]?.string
      if let pending = origin.fields["pending"]?.string {
        related += try await found(.pending(pending), "pending", pending)
      }
    }
  }

  /// The last one that was issued before.
  private func certificate(of intended: Found, before position: Int64) async throws -> Found? {
    guard let credential = intended.fields["credential"]?.string else { return nil }
    return try await found(.credential(credential), "credential", credential, before: position).first
  }

  private func part(_ found: Found, in head: TreeHead) async throws -> Receipt.Part {
    let query = try TileQuery.inclusion(of: UInt64(found.position - 1), in: head)
    var tiles: [[UInt8]] = []
    for tile in query.tiles {
      let stored = try await store.storedTile(tile.row, tile.index) ?? []
      tiles.append(Array(stored.prefix(tile.width * MerkleHash.size)))
    }
    return Receipt.Part(
      entry: found.entry, index: UInt64(found.position - 1), proof: try query.hashes(from: tiles))
  }
}
