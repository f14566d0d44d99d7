public import TransparencyLog

/// A witness's cosignature with the checkpoint that it is of, as they are kept: for each witness its newest one.
public struct KeptCosignature: Sendable, Equatable {
  /// Verifier key of the witness (C2SP signed-note, "vkey").
  public let witness: String
  /// As the log signed it: a signed note without cosignatures.
  public let checkpoint: [UInt8]
  /// The time in eight octets, and the signature (`Cosignature.octets`).
  public let signature: [UInt8]

  public init(witness: String, checkpoint: [UInt8], signature: [UInt8]) {
    self.witness = witness
    self.checkpoint = checkpoint
    self.signature = signature
  }

  /// Number of entries of the checkpoint; nil if it is none.
  public var size: UInt64? { (try? SignedNote(checkpoint)).flatMap { try? Checkpoint(text: $0.text) }?.head.size }

  /// When it was made, by the witness's clock: seconds since 1970; nil if it is none.
  public var time: UInt64? { Cosignature(signature)?.time }

  /// Whether another one of the same witness has to stay: it is of more entries, or of as many and later.
  public func isOlder(than other: KeptCosignature) -> Bool {
    let (own, others) = (size ?? 0, other.size ?? 0)
    return own != others ? own < others : time ?? 0 < other.time ?? 0
  }

  /// The checkpoint with the cosignature, which verifies.
  ///
  /// - Throws: `NoteFault`.
  func verified() throws(NoteFault) -> (note: SignedNote, key: NoteKey) {
    let key = try NoteKey(vkey: witness)
    guard key.kind == .cosignature else { throw .badKey }
    let note = try SignedNote(checkpoint).adding([NoteSignature(by: key, signature)])
    _ = try note.verified(by: [key])
    return (note, key)
  }
}

/// The store as those see it who have checkpoints cosigned.
public protocol CosignatureStore: Sendable {
  /// One for each witness that ever cosigned, its newest.
  func cosignatures() async throws -> [KeptCosignature]

  /// Takes the place of the witness's last one, unless that is of more entries, or of as many and later; durable when
  /// it returns.
  func keep(_ cosignature: KeptCosignature) async throws
}

/// A checkpoint with the cosignatures of it that are kept.
public struct CosignedCheckpoint: Sendable, Equatable {
  /// The log's signature first, then those of witnesses.
  public let note: SignedNote
  public let head: TreeHead
  /// Number of witnesses.
  public let count: Int

  /// Those that are kept, the largest first. Nothing is verified but their form; what has another form is left out.
  ///
  /// - Parameter witnesses: whose cosignatures count; nil for those of all.
  public static func all(of kept: [KeptCosignature], by witnesses: [NoteKey]? = nil) -> [CosignedCheckpoint] {
    var found: [[UInt8]: (note: SignedNote, head: TreeHead, lines: [NoteSignature])] = [:]
    let wanted = witnesses.map { Set($0.map(\.vkey)) }
    for each in kept where wanted?.contains(each.witness) ?? true {
      guard let key = try? NoteKey(vkey: each.witness), let note = try? SignedNote(each.checkpoint),
        let head = try? Checkpoint(text: note.text).head
      else { continue }
      // Two signatures of the log of one text are one checkpoint.
      found[note.text, default: (note, head, [])].lines.append(NoteSignature(by: key, each.signature))
    }
    return found.values.compactMap { each in
      (try? each.note.adding(each.lines)).map {
        CosignedCheckpoint(note: $0, head: each.head, count: each.lines.count)
      }
    }.sorted { $0.head.size > $1.head.size }
  }
}
