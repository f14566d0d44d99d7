import AuditLog
import Crypto
import Synchronization
import TransparencyLog
import WireJSON

/// A log with the entries of signatures, put into a tree, that can be read as a stored one.
struct SignatureLog {
  let log = MemoryLog()
  let secret: P256.Signing.PrivateKey
  let key: NoteKey

  init(secret: P256.Signing.PrivateKey = P256.Signing.PrivateKey()) throws {
    self.secret = secret
    key = try NoteKey(
      name: "log.example/receipts", kind: .ecdsaP256, publicKey: Array(secret.publicKey.derRepresentation))
  }

  /// Another key of a log of the same name.
  func otherKey() throws -> NoteKey {
    try NoteKey(
      name: key.name, kind: .ecdsaP256,
      publicKey: Array(P256.Signing.PrivateKey().publicKey.derRepresentation))
  }

  // MARK: Events

  static let digest = String(repeating: "d1", count: 32)
  static let partner = [UInt8](repeating: 7, count: 32)

  static let issued = AuditEvent(.certificateIssued, [("credential", "c1"), ("serialNumber", "4711")])

  static func granted(
    _ activation: String = "a1", credential: String = "c1", number: Int64 = 1, digests: JSONValue = [.string(digest)],
    pending: String? = nil
  ) -> AuditEvent {
    AuditEvent(
      .authorizationGranted,
      (pending.map { [("pending", .string($0))] } ?? []) + [
        ("activation", .string(activation)), ("credential", .string(credential)), ("signer", "s1"), ("partner", "p"),
        ("client", ""), ("numSignatures", .integer(number)), ("digests", digests),
        ("evidence", [["factor": "PIN", "id": "e1"]]), ("expires", 1_800_000_300),
      ])
  }

  static func extended(_ activation: String, from old: String) -> AuditEvent {
    AuditEvent(
      .authorizationExtended,
      [
        ("activation", .string(activation)), ("extends", .string(old)), ("credential", "c1"), ("signer", "s1"),
        ("partner", "p"), ("client", ""), ("numSignatures", 1), ("digests", [.string(digest)]),
        ("expires", 1_800_000_300),
      ])
  }

  static func intended(
    _ operation: String = "o1", _ activation: String = "a1", digests: JSONValue = [.string(digest)],
    status: JSONValue? = nil
  ) -> AuditEvent {
    AuditEvent(
      .signatureIntended,
      (status.map { [("status", $0)] } ?? []) + [
        ("operation", .string(operation)), ("credential", "c1"), ("signer", "s1"), ("partner", "p"),
        ("activation", .string(activation)), ("method", "signatures/signHash"), ("digests", digests),
        ("algorithm", "ECDSA \"with\" SHA-256 – ä\u{1F}"),
      ])
  }

  static func made(_ operation: String = "o1", count: Int64 = 1) -> AuditEvent {
    AuditEvent(.signatureMade, [("operation", .string(operation)), ("count", .integer(count)), ("signatures", "ff")])
  }

  static let signature = [issued, granted(), intended(), made()]

  // MARK: Writing

  func append(_ events: [AuditEvent], partner: [UInt8] = partner, lane id: Int64 = 7, after milliseconds: Int64 = 0) {
    log.edit { state in
      for event in events {
        var lane = state.lanes[id] ?? Lane(id: id, instance: "gateway")
        let salt = (0..<UInt8(AuditEntry.saltLength)).map { $0 &+ UInt8(state.entries.count % 200) }
        state.entries.append(lane.append(event, partner: partner, at: 1_800_000_000_123 + milliseconds, salt: salt))
        state.lanes[id] = lane
      }
    }
  }

  func sequence() async throws {
    let secret = secret
    let sequencer = try await Sequencer(
      log,
      Sequencer.Environment(
        origin: key.name, key: key, sign: { Array(try secret.signature(for: $0).derRepresentation) },
        milliseconds: { 5 }))
    while try await sequencer.step() > 0 {}
  }

  // MARK: Reading

  /// Reads it as a store does.
  func read(_ readers: LogReaders, stamps: [KeptStamp] = []) throws -> [Lane] {
    let state = log.state.withLock(\.self)
    try readers.cosignatures(Array(state.cosignatures.values))
    for stamp in stamps { try readers.stamp(stamp) }
    try readers.checkpoint(state.stored.checkpoint)
    for (place, entry) in state.entries.enumerated() { try readers.entry(entry, Int64(place + 1)) }
    for level in 0..<3 {
      for index in 0...UInt64(state.entries.count / 256) {
        guard let octets = state.tiles["hashes(level: \(level)) \(index)"] else { continue }
        try readers.tile?(octets, level, index)
      }
    }
    try readers.progress(state.stored.lanes)
    return state.lanes.values.sorted { $0.id < $1.id }
  }

  func receipt(_ ids: Set<String> = ["o1"], witnesses: [NoteKey] = []) throws -> [UInt8] {
    let search = try ReceiptSearch(ids, key: key, witnesses: witnesses)
    while try !search.finish(try read(search.readers())) {}
    return try search.receipt()
  }

  func policy(_ witnesses: [NoteKey] = []) throws -> LogPolicy {
    try LogPolicy(origin: key.name, logKeys: [key], witnesses: witnesses)
  }

  func verify(_ receipt: [UInt8]) throws -> VerifiedReceipt { try Receipt.verify(receipt, policy: policy()) }

  /// A receipt of these events, written by somebody who can prove each of them.
  func receipt(of events: [AuditEvent], made place: Int, partners: [Int: [UInt8]] = [:]) async throws -> [UInt8] {
    for (place, event) in events.enumerated() { append([event], partner: partners[place] ?? Self.partner) }
    try await sequence()
    let state = log.state.withLock(\.self)
    let head = try Checkpoint(text: SignedNote(state.stored.checkpoint).text).head
    var parts = try state.entries.enumerated().map { index, entry in
      let hashes = try TileQuery.inclusion(of: UInt64(index), in: head).hashes {
        guard case .hashes(let level) = $0.row else { return [] }
        return state.tiles["hashes(level: \(level)) \($0.index)"] ?? []
      }
      return Receipt.Part(entry: entry, index: UInt64(index), proof: hashes)
    }
    return try Receipt(made: parts.remove(at: place), related: parts, checkpoint: state.stored.checkpoint).octets()
  }
}
