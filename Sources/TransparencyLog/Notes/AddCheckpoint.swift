internal import Octets

/// A log's request that a witness cosign a checkpoint, and its answers (C2SP tlog-witness, "add-checkpoint").
///
/// It is a POST to `path` below the witness's address, with `body`.
public struct AddCheckpoint: Sendable, Equatable {
  /// Number of entries of the checkpoint that the witness cosigned last, as far as is known; 0 if there is none.
  public let old: UInt64
  /// The proof that the log grew from there (RFC 9162 §2.1.4). Empty if `old` is 0 or the size of the checkpoint.
  public let proof: [MerkleHash]
  /// As the log signed it.
  public let checkpoint: SignedNote

  /// Below the witness's address ("submission prefix").
  public static let path = "/add-checkpoint"
  /// Octets of the longest answer that is read; more than a witness with many keys needs.
  public static let longestAnswer = 64 << 10

  public init(old: UInt64, proof: [MerkleHash], checkpoint: SignedNote) {
    self.old = old
    self.proof = proof
    self.checkpoint = checkpoint
  }

  /// The octets of the request.
  public var body: [UInt8] {
    Array("old \(old)\n".utf8) + proof.flatMap { Array("\($0.base64)\n".utf8) } + [NoteText.newline]
      + checkpoint.octets
  }

  /// Answers of a witness.
  public enum Answer: Sendable, Equatable {
    /// Its cosignature of the checkpoint, which verifies (200).
    case cosigned(Cosignature)
    /// The checkpoint that it cosigned last has another number of entries than `old` (409).
    case lastHas(size: UInt64)
    /// The proof does not lead from its last checkpoint to this one (422), or that one has as many entries and another
    /// root (409 though the number is right).
    case inconsistent
    /// It does not know the log (404) or its key (403), cannot read the request (400), or fails.
    case refused(status: Int)
    /// No cosignature of this witness that verifies, or nothing that the document has.
    case malformed
  }

  /// Reads an answer.
  ///
  /// - Parameters:
  ///   - status: of HTTP.
  ///   - body: of the answer.
  ///   - witness: the key with which it cosigns. Signatures of other keys are ignored.
  public func answer(status: Int, body: [UInt8], witness: NoteKey) -> Answer {
    switch status {
    case 200: cosignature(body, witness).map { .cosigned($0) } ?? .malformed
    case 409: conflict(body)
    case 422: .inconsistent
    default: .refused(status: status)
    }
  }

  private func cosignature(_ lines: [UInt8], _ witness: NoteKey) -> Cosignature? {
    guard lines.count <= Self.longestAnswer, witness.kind == .cosignature,
      let note = try? SignedNote(checkpoint.octets + lines), note.text == checkpoint.text,
      let verified = try? note.verified(by: [witness])
    else { return nil }
    return verified.first.flatMap { Cosignature($0.signature.octets) }
  }

  private func conflict(_ body: [UInt8]) -> Answer {
    let size = body.last == NoteText.newline ? Decimal.read(String(decoding: body.dropLast(), as: UTF8.self)) : nil
    guard body.isEmpty || size != nil else { return .malformed }
    // With the same number of entries a conflict can also be about the root; with what body is not said.
    if old > 0, proof.isEmpty, size ?? old == old { return .inconsistent }
    guard let size, size != old else { return .malformed }
    return .lastHas(size: size)
  }
}
