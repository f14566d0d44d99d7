import Crypto
import Octets
import Testing
import TransparencyLog

@Suite("Requests to witnesses", .timeLimit(.minutes(2)))
struct AddCheckpointTests {
  private let secret = Curve25519.Signing.PrivateKey()
  private let log = P256.Signing.PrivateKey()

  private func witness(_ secret: Curve25519.Signing.PrivateKey) throws -> NoteKey {
    try NoteKey(
      name: "witness.example/w", kind: .cosignature, publicKey: Array(secret.publicKey.rawRepresentation))
  }

  private func checkpoint(_ size: UInt64 = 2) throws -> SignedNote {
    let key = try NoteKey(
      name: "log.example", kind: .ecdsaP256, publicKey: Array(log.publicKey.derRepresentation))
    let text = try Checkpoint(origin: "log.example", head: TreeHead(size: size, root: .leaf([]))).text
    let signature = Array(try log.signature(for: text).derRepresentation)
    return try SignedNote(text: text, signatures: [NoteSignature(by: key, signature)])
  }

  private func line(_ text: [UInt8], by secret: Curve25519.Signing.PrivateKey, time: UInt64 = 7) throws -> [UInt8] {
    let message = try #require(Cosignature.message(text: text, time: time))
    let signature = try #require(Cosignature(time: time, signature: Array(try secret.signature(for: message))))
    let signatures = [NoteSignature(by: try witness(secret), signature.octets)]
    let note = try SignedNote(text: text, signatures: signatures)
    return Array(note.octets.dropFirst(text.count + 1))
  }

  @Test("a request has the old size, the proof, an empty line and the checkpoint")
  func body() throws {
    let note = try checkpoint()
    let hashes = [MerkleHash.leaf([1]), .leaf([2])]
    let request = AddCheckpoint(old: 20_852_014, proof: hashes, checkpoint: note)
    let lines = "old 20852014\n\(hashes[0].base64)\n\(hashes[1].base64)\n\n"
    #expect(request.body == [UInt8](lines) + note.octets)
    #expect(AddCheckpoint(old: 0, proof: [], checkpoint: note).body == [UInt8]("old 0\n\n") + note.octets)
  }

  @Test("a cosignature counts if it is of this witness and this checkpoint, whoever else signed")
  func cosigned() throws {
    let note = try checkpoint()
    let request = AddCheckpoint(old: 0, proof: [], checkpoint: note)
    let other = Curve25519.Signing.PrivateKey()
    let (own, others) = (try line(note.text, by: secret), try line(note.text, by: other))
    for body in [own, others + own, own + others] {
      guard case .cosigned(let cosignature) = request.answer(status: 200, body: body, witness: try witness(secret))
      else {
        Issue.record("not taken")
        continue
      }
      #expect(cosignature.time == 7)
    }
    let ofAnother = try line(try checkpoint(3).text, by: secret)
    let changed = own.dropLast(6) + [UInt8](own[own.count - 6] == 65 ? "B" : "A") + own.suffix(5)
    for body in [[], [10], others, ofAnother, Array(changed), Array(own.dropLast()), [10] + own, own + [10] + own] {
      #expect(request.answer(status: 200, body: body, witness: try witness(secret)) == .malformed)
    }
    let many = (0..<100).flatMap { _ in others }
    #expect(request.answer(status: 200, body: many + own, witness: try witness(secret)) == .malformed)
  }

  @Test("other answers are told apart, and a conflict about the root from one about the size")
  func others() throws {
    let witness = try witness(secret)
    func answer(_ old: UInt64, _ proof: [MerkleHash], _ status: Int, _ body: String) throws -> AddCheckpoint.Answer {
      AddCheckpoint(old: old, proof: proof, checkpoint: try checkpoint()).answer(
        status: status, body: [UInt8](body), witness: witness)
    }
    #expect(try answer(0, [], 409, "17\n") == .lastHas(size: 17))
    #expect(try answer(1, [.leaf([])], 409, "0\n") == .lastHas(size: 0))
    #expect(try answer(2, [], 409, "2\n") == .inconsistent)
    #expect(try answer(2, [], 409, "") == .inconsistent)
    for body in ["two\n", "2", "\n", "<html>"] { #expect(try answer(2, [], 409, body) == .malformed, "\(body)") }
    #expect(try answer(2, [], 409, "1\n") == .lastHas(size: 1))
    for body in ["", "\n", "017\n", "17", "-1\n", "17\n\n", "9223372036854775808\n", "0\n"] {
      #expect(try answer(0, [], 409, body) == .malformed, "\(body)")
    }
    #expect(try answer(1, [.leaf([])], 422, "") == .inconsistent)
    for status in [400, 403, 404, 500, 302, 204] {
      #expect(try answer(0, [], status, "17\n") == .refused(status: status))
    }
  }
}
