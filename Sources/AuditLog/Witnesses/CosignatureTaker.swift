import Octets
public import TransparencyLog

/// Takes cosignatures that witnesses bring, who fetch checkpoints and need no address of their own.
///
/// A note counts only with the log's signature and those of witnesses that are known, and if the log leads to its
/// checkpoint. What is kept is the same as of a witness that is asked (`WitnessCaller`).
public struct CosignatureTaker: Sendable {
  /// Octets of the longest note that is read: a checkpoint with a cosignature of each witness takes a quarter.
  public static let longest = 16 << 10
  /// Lines of such a note.
  static let mostLines = 64

  private let key: NoteKey
  private let witnesses: [NoteKey]
  private let store: any SequencingStore & CosignatureStore
  private let round: CheckpointRound
  private let now: @Sendable () -> Int64
  private let onFork: @Sendable (_ witness: NoteKey, _ fault: WitnessFault) -> Void
  private let onFailure: @Sendable (any Error) -> Void

  /// - Parameters:
  ///   - key: of the log; its name is the log's.
  ///   - witnesses: whose cosignatures count.
  ///   - round: the one of all witnesses of this process.
  ///   - now: UTC, seconds since 1970.
  ///   - onFork: called when the log has signed and a witness cosigned what the log does not lead to.
  ///   - onFailure: told what the store threw, or what is wrong with the stored log.
  public init(
    key: NoteKey, witnesses: [NoteKey], store: any SequencingStore & CosignatureStore, round: CheckpointRound,
    now: @escaping @Sendable () -> Int64,
    onFork: @escaping @Sendable (_ witness: NoteKey, _ fault: WitnessFault) -> Void,
    onFailure: @escaping @Sendable (any Error) -> Void
  ) {
    self.key = key
    self.witnesses = witnesses
    self.store = store
    self.round = round
    self.now = now
    self.onFork = onFork
    self.onFailure = onFailure
  }

  /// The checkpoint to cosign, as the log signed it; nil if there is none with entries.
  public func offered() async throws -> [UInt8]? { try await round.checkpoint()?.note.octets }

  /// Keeps the cosignatures of a note. One that is kept already is no mistake.
  ///
  /// - Returns: whether there was a new one.
  /// - Throws: `CosignatureFault`; what the store throws; `TileFault` and `NoteFault` are of what is stored.
  @discardableResult
  public func take(_ octets: [UInt8]) async throws -> Bool {
    let (checkpoint, brought) = try read(octets)
    do { return try await take(brought, of: checkpoint) } catch {
      if !(error is CosignatureFault) { onFailure(error) }
      throw error
    }
  }

  private func take(_ brought: [Brought], of checkpoint: CheckpointRound.Signed) async throws -> Bool {
    let kept = try await store.cosignatures()
    var (new, newest) = ([Brought](), UInt64(0))
    var isKnown = false
    for each in brought {
      let last = kept.first { $0.witness.isSame(as: each.key.vkey) }
      switch each.compare(with: last, size: checkpoint.head.size) {
      case .newer: new.append(each)
      case .same: isKnown = true
      case .older(let size): newest = max(newest, size)
      }
    }
    guard !new.isEmpty || isKnown else { throw CosignatureFault.older(size: newest) }
    guard let first = new.first else { return false }
    try await check(checkpoint.head, cosignedBy: first.key)
    for each in new {
      try await store.keep(
        KeptCosignature(
          witness: each.key.vkey, checkpoint: checkpoint.note.octets, signature: each.cosignature.octets))
    }
    return true
  }

  /// A cosignature that verifies.
  private struct Brought {
    let key: NoteKey
    let cosignature: Cosignature

    enum Order {
      case newer
      case same
      /// The witness has cosigned so many entries, at that time or later.
      case older(size: UInt64)
    }

    /// Compares it with what is kept of the witness. An earlier one of the same checkpoint is older: who repeats it
    /// must not set the time back.
    func compare(with last: KeptCosignature?, size: UInt64) -> Order {
      guard let last, let lastSize = last.size, let lastTime = last.time else { return .newer }
      if size != lastSize { return size > lastSize ? .newer : .older(size: lastSize) }
      if cosignature.time != lastTime { return cosignature.time > lastTime ? .newer : .older(size: lastSize) }
      return .same
    }
  }

  /// A checkpoint with the log's signature alone, and the cosignatures that came with it. Each key has one line, so no
  /// more signatures are verified than there are keys.
  private func read(
    _ octets: [UInt8]
  ) throws(CosignatureFault) -> (checkpoint: CheckpointRound.Signed, brought: [Brought]) {
    guard octets.count <= Self.longest, octets.count(where: { $0 == UInt8(ascii: "\n") }) <= Self.mostLines,
      let note = try? SignedNote(octets),
      Set(note.signatures.map { Line(name: OctetText($0.name), id: $0.id) }).count == note.signatures.count,
      let checkpoint = try? Checkpoint(text: note.text), checkpoint.head.size > 0
    else { throw .malformed }
    guard let verified = try? note.verified(by: [key] + witnesses), checkpoint.origin.isSame(as: key.name),
      let own = verified.first(where: { $0.key == key })
    else { throw .foreign }
    var brought: [Brought] = []
    for (witness, signature) in verified.map({ ($0.key, $0.signature) }) where witness != key {
      guard let cosignature = Cosignature(signature.octets), cosignature.isOfClock(at: now()) else {
        throw .malformed
      }
      brought.append(Brought(key: witness, cosignature: cosignature))
    }
    guard !brought.isEmpty, let signed = try? SignedNote(text: note.text, signatures: [own.signature]) else {
      throw .foreign
    }
    return ((signed, checkpoint.head), brought)
  }

  /// Tells lines of a note apart.
  private struct Line: Hashable {
    let name: OctetText
    let id: UInt32
  }

  /// - Throws: `CosignatureFault.forked` if the log does not lead there.
  private func check(_ head: TreeHead, cosignedBy witness: NoteKey) async throws {
    let newest = try await round.newest()?.head ?? .empty
    guard head.size <= newest.size else {
      onFork(witness, .ahead(witness: head.size, log: newest.size))
      throw CosignatureFault.forked
    }
    let query = try TileQuery.root(of: head.size, in: newest)
    guard try query.hashes(from: try await store.octets(for: query)) == [head.root] else {
      onFork(witness, .forked(size: head.size))
      throw CosignatureFault.forked
    }
  }
}

/// Reasons for which nothing of a note is kept.
public enum CosignatureFault: Error, Equatable, Sendable {
  /// Not a checkpoint with signatures, longer than is read, or of a time that no clock has.
  case malformed
  /// The log or no witness of it has signed, or a signature of one of them does not verify.
  case foreign
  /// Each witness has cosigned a larger checkpoint, or this one later; the largest has so many entries.
  case older(size: UInt64)
  /// The log's key has signed and the witness cosigned a checkpoint to which the log does not lead: it was put back to
  /// an older copy, or written again.
  case forked

  /// Whether no honest witness brings such a note while the log is the right one.
  public var isWrong: Bool { if case .older = self { false } else { true } }
}

extension Cosignature {
  /// 2020-01-01. An earlier time is of no clock.
  private static let earliest: Int64 = 1_577_836_800
  /// Seconds by which the clock of a witness may be ahead.
  private static let mostAhead: Int64 = 300

  /// Whether its time is one of a clock that goes about right.
  ///
  /// - Parameter now: UTC, seconds since 1970.
  func isOfClock(at now: Int64) -> Bool {
    time >= UInt64(Self.earliest) && Int64(clamping: time) - Self.mostAhead <= now
  }
}
