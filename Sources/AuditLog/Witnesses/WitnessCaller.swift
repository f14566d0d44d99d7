public import TransparencyLog

/// Has one witness cosign the checkpoint of the round (C2SP tlog-witness).
///
/// It knows what the witness cosigned last, from the store and from its answers, and proves that the log grew from
/// there. What the witness says is verified before it is kept.
public actor WitnessCaller {
  /// Sends the octets of a request, and gives back status and octets of the answer.
  public typealias Send = @Sendable (_ body: [UInt8]) async throws -> (status: Int, body: [UInt8])

  /// Requests in one go: the first, one with the size that the witness tells, and one more if the log or the witness
  /// went on meanwhile.
  private static let mostRequests = 3

  private let key: NoteKey
  private let store: any SequencingStore & CosignatureStore
  private let round: CheckpointRound
  private let now: @Sendable () -> Int64
  private let send: Send
  /// Number of entries that the witness cosigned last, as far as is known.
  private var last: UInt64?
  /// The same, of what it cosigned for this process.
  private var cosigned: UInt64?

  /// - Parameters:
  ///   - key: with which the witness cosigns.
  ///   - round: the one of all witnesses of this process.
  ///   - now: UTC, seconds since 1970.
  public init(
    _ key: NoteKey, store: any SequencingStore & CosignatureStore, round: CheckpointRound,
    now: @escaping @Sendable () -> Int64, send: @escaping Send
  ) {
    self.key = key
    self.store = store
    self.round = round
    self.now = now
    self.send = send
  }

  /// Offers the checkpoint of the round, unless the witness has cosigned it for this process. The first time it is
  /// offered also if nothing is new, because the witness may know a larger one.
  ///
  /// - Returns: its number of entries; nil if there was nothing to do.
  /// - Throws: `WitnessFault`, or what `send` or the store throws; `TileFault` and `NoteFault` are of what is stored.
  ///   Trying again is no mistake.
  public func offer() async throws -> UInt64? {
    var old = try await lastKnown()
    guard var (note, head) = try await round.checkpoint() else { return nil }
    if old > head.size, let newer = try await round.newest(), newer.head.size > head.size { (note, head) = newer }
    guard cosigned != head.size else { return nil }
    for _ in 0..<Self.mostRequests {
      guard old <= head.size else { throw WitnessFault.ahead(witness: old, log: head.size) }
      let query = try TileQuery.consistency(from: old, to: head)
      let proof = try query.hashes(from: try await store.octets(for: query))
      let request = AddCheckpoint(old: old, proof: proof, checkpoint: note)
      let (status, body) = try await send(request.body)
      switch request.answer(status: status, body: body, witness: key) {
      case .cosigned(let cosignature):
        guard cosignature.isOfClock(at: now()) else { throw WitnessFault.malformed }
        try await store.keep(
          KeptCosignature(witness: key.vkey, checkpoint: note.octets, signature: cosignature.octets))
        (last, cosigned) = (head.size, head.size)
        return head.size
      case .lastHas(let size):
        // Another gateway of this log may have signed and shown more meanwhile: the store has it then.
        if size > head.size, let newer = try await round.newest(), newer.head.size > head.size { (note, head) = newer }
        old = size
      case .inconsistent: throw old > 0 ? try await confirmed(old, note, status) : .refused(status: status)
      case .refused(let status): throw WitnessFault.refused(status: status)
      case .malformed: throw WitnessFault.malformed
      }
    }
    throw WitnessFault.unsettled
  }

  /// Asks the witness what it cosigned last, before its word counts that this was another log: 422, and a conflict
  /// without a size, are also what a server answers that is no witness.
  private func confirmed(_ old: UInt64, _ note: SignedNote, _ status: Int) async throws -> WitnessFault {
    let request = AddCheckpoint(old: 0, proof: [], checkpoint: note)
    let (second, body) = try await send(request.body)
    switch request.answer(status: second, body: body, witness: key) {
    case .lastHas(size: old): return .forked(size: old)
    case .lastHas: return .unsettled
    case .cosigned, .inconsistent: return .refused(status: status)
    case .refused(let status): return .refused(status: status)
    case .malformed: return .malformed
    }
  }

  private func lastKnown() async throws -> UInt64 {
    if let last { return last }
    let kept = try await store.cosignatures().first { $0.witness == key.vkey }
    last = kept?.size ?? 0
    return last ?? 0
  }
}

/// Reasons for which a checkpoint was not cosigned.
public enum WitnessFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// It has cosigned a checkpoint of more entries than the log has.
  case ahead(witness: UInt64, log: UInt64)
  /// The checkpoint that it cosigned last is of other entries than the log has.
  case forked(size: UInt64)
  /// HTTP's status of its answer.
  case refused(status: Int)
  /// Its answer is none, or its cosignature does not verify.
  case malformed
  /// Each time it said that its last checkpoint was another one.
  case unsettled

  /// Whether the log was put back to an older copy, or written again, if the witness tells the truth.
  public var isFork: Bool {
    switch self {
    case .ahead, .forked: true
    case .refused, .malformed, .unsettled: false
    }
  }

  public var description: String {
    switch self {
    case .ahead(let witness, let log):
      "it has cosigned a checkpoint of \(witness) entries, and the log has \(log)"
    case .forked(let size): "the log does not lead to the checkpoint of \(size) entries that it cosigned last"
    case .refused(404): "it does not know this log (404): its operator has to add origin and key of the log"
    case .refused(403): "it has another key for this log (403): 'countersign audit key' prints the right one"
    case .refused(let status): "it answers with \(status)"
    case .malformed: "its answer has no cosignature that verifies; \"key\" may be another witness's"
    case .unsettled: "its last checkpoint is another one each time it is asked"
    }
  }
}
