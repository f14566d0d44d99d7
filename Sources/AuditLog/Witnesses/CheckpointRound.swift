public import TransparencyLog

/// Gives all witnesses of a process the same checkpoint for a while, so that one note has the cosignatures of all: a
/// log that grows has another newest checkpoint at each moment at which one of them is ready.
public actor CheckpointRound {
  /// A signed checkpoint, and what it says.
  public typealias Signed = (note: SignedNote, head: TreeHead)

  private let store: any SequencingStore
  private let length: Int64
  private let milliseconds: @Sendable () -> Int64
  private var current: (signed: Signed, begin: Int64)?

  /// - Parameters:
  ///   - length: milliseconds of a round.
  ///   - milliseconds: of a clock that is never set.
  public init(_ store: any SequencingStore, length: Int64, milliseconds: @escaping @Sendable () -> Int64) {
    self.store = store
    self.length = length
    self.milliseconds = milliseconds
  }

  /// The checkpoint that was the newest when the round began; nil if the log has none with entries.
  ///
  /// - Throws: what the store throws; `NoteFault` if what it has is no checkpoint.
  public func checkpoint() async throws -> Signed? {
    let begin = milliseconds()
    if let signed = running(at: begin) { return signed }
    guard let signed = try await newest() else { return nil }
    // Another witness may have begun the round meanwhile.
    if let other = running(at: begin) { return other }
    current = (signed, begin)
    return signed
  }

  /// The stored one.
  public func newest() async throws -> Signed? {
    guard let octets = try await store.checkpoint() else { return nil }
    let note = try SignedNote(octets)
    let head = try Checkpoint(text: note.text).head
    return head.size > 0 ? (note, head) : nil
  }

  private func running(at time: Int64) -> Signed? {
    current.flatMap { time - $0.begin < length ? $0.signed : nil }
  }
}
