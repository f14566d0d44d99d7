internal import Octets

/// The parties that a verifier believes: the keys of one log, and the witnesses of whom some must have cosigned (C2SP
/// tlog-proof, "Verifying a tlog proof").
public struct LogPolicy: Sendable, Equatable {
  private let octetOrigin: OctetText
  public let logKeys: [NoteKey]
  public let witnesses: [NoteKey]
  /// Number of witnesses that must have cosigned.
  public let quorum: Int

  public var origin: String { octetOrigin.text }

  /// - Parameters:
  ///   - logKeys: of which one must have signed. More than one while a log changes its key.
  ///   - witnesses: of kind `cosignature`.
  ///   - quorum: all of them if nothing is said.
  /// - Throws: `badKey` without a key of the log, for a key of the wrong kind, and for a quorum that cannot be;
  ///   `ambiguousKeys` for two keys of one name and id, and for one public key under two names: a cosignature does not
  ///   say its witness's name, so one witness could count twice.
  public init(
    origin: String, logKeys: [NoteKey], witnesses: [NoteKey] = [], quorum: Int? = nil
  ) throws(NoteFault) {
    guard !logKeys.isEmpty, logKeys.allSatisfy({ $0.kind != .cosignature }),
      witnesses.allSatisfy({ $0.kind == .cosignature }), (0...witnesses.count).contains(quorum ?? witnesses.count)
    else { throw .badKey }
    guard
      Set((logKeys + witnesses).map { NameAndID(name: OctetText($0.name), id: $0.id) }).count
        == logKeys.count + witnesses.count,
      Set(witnesses.map(\.publicKey)).count == witnesses.count
    else { throw .ambiguousKeys }
    octetOrigin = OctetText(origin)
    self.logKeys = logKeys
    self.witnesses = witnesses
    self.quorum = quorum ?? witnesses.count
  }

  private struct NameAndID: Hashable {
    let name: OctetText
    let id: UInt32
  }

  /// Reads and checks a checkpoint: signatures first, then what it says.
  public func verify(checkpoint octets: [UInt8]) throws(NoteFault) -> VerifiedCheckpoint {
    try verify(SignedNote(octets))
  }

  /// - Throws: `unsigned` if the log did not sign, `badSignature`, `malformed`, `anotherOrigin`, `tooFewCosignatures`.
  public func verify(_ note: SignedNote) throws(NoteFault) -> VerifiedCheckpoint {
    let verified = try note.verified(by: logKeys + witnesses)
    guard verified.contains(where: { logKeys.contains($0.key) }) else { throw .unsigned }
    let checkpoint = try Checkpoint(text: note.text)
    guard checkpoint.origin.isSame(as: origin) else { throw .anotherOrigin }
    var cosignatures: [VerifiedCheckpoint.Witnessed] = []
    for (key, signature) in verified.map({ ($0.key, $0.signature) }) where witnesses.contains(key) {
      guard !cosignatures.contains(where: { $0.witness == key }), let time = Cosignature(signature.octets)?.time else {
        continue
      }
      cosignatures.append(VerifiedCheckpoint.Witnessed(witness: key, time: time))
    }
    guard cosignatures.count >= quorum else {
      throw .tooFewCosignatures(have: cosignatures.count, need: quorum)
    }
    return VerifiedCheckpoint(checkpoint: checkpoint, note: note, cosignatures: cosignatures)
  }
}

/// A checkpoint that a policy's keys signed. Only `LogPolicy` makes one.
public struct VerifiedCheckpoint: Sendable, Equatable {
  /// A witness, and when it cosigned: seconds since 1970 by its clock.
  public struct Witnessed: Sendable, Equatable {
    public let witness: NoteKey
    public let time: UInt64
  }

  public let checkpoint: Checkpoint
  public let note: SignedNote
  /// Of the policy's witnesses, each once.
  public let cosignatures: [Witnessed]

  fileprivate init(checkpoint: Checkpoint, note: SignedNote, cosignatures: [Witnessed]) {
    self.checkpoint = checkpoint
    self.note = note
    self.cosignatures = cosignatures
  }
}
