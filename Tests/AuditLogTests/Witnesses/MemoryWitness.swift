import AuditLog
import Crypto
import Octets
import Synchronization
import Testing
import TransparencyLog

/// A witness without a network, which checks what it is shown by the tree's own rules.
final class MemoryWitness: Sendable {
  /// 2026-11-30.
  static let now: Int64 = 1_796_000_000

  private let secret = Curve25519.Signing.PrivateKey()
  let key: NoteKey
  /// The head that it cosigned last.
  let last = Mutex(TreeHead.empty)
  /// Answers in place of its own, the first first.
  let others = Mutex<[(status: Int, body: [UInt8])]>([])
  let requests = Mutex(0)
  /// Of its cosignatures.
  let time = Mutex(UInt64(now))

  init() throws {
    key = try NoteKey(
      name: "witness.example", kind: .cosignature, publicKey: Array(secret.publicKey.rawRepresentation))
  }

  func answer(_ body: [UInt8]) throws -> (status: Int, body: [UInt8]) {
    requests.withLock { $0 += 1 }
    if let other = others.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return other }
    let lines = String(decoding: body, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let end = try #require(lines.firstIndex(of: ""))
    let old = try #require(UInt64(lines[0].dropFirst(4)))
    let proof = lines[1..<end].compactMap { MerkleHash(base64: $0) }
    let note = try SignedNote(Array(lines[(end + 1)...].joined(separator: "\n").utf8))
    let head = try Checkpoint(text: note.text).head
    return try last.withLock { last in
      guard old == last.size else { return (409, Array("\(last.size)\n".utf8)) }
      guard head.extends(last, proof: proof) else { return (head.size == last.size ? 409 : 422, []) }
      last = head
      let signed = try SignedNote(text: note.text, signatures: [signature(of: note, at: time.withLock(\.self))])
      return (200, Array(signed.octets.dropFirst(note.text.count + 1)))
    }
  }

  private func signature(of note: SignedNote, at time: UInt64) throws -> NoteSignature {
    let message = try #require(Cosignature.message(text: note.text, time: time))
    let signature = try #require(Cosignature(time: time, signature: Array(try secret.signature(for: message))))
    return NoteSignature(by: key, signature.octets)
  }

  /// A checkpoint with its cosignature, without a look at what it cosigned before.
  func cosigned(_ checkpoint: [UInt8], at time: UInt64 = UInt64(now)) throws -> [UInt8] {
    let note = try SignedNote(checkpoint)
    return try note.adding([signature(of: note, at: time)]).octets
  }
}

extension SignatureLog {
  /// Adds entries, and puts them into the tree.
  func grow(_ count: Int, lane: Int64 = 7) async throws {
    log.append(count, lane: lane)
    let environment = Sequencer.Environment(
      origin: key.name, key: key,
      sign: { Array(try secret.signature(for: $0).derRepresentation) }, milliseconds: { 5 })
    let sequencer = try await Sequencer(log, environment)
    while try await sequencer.step() > 0 {}
  }
}
