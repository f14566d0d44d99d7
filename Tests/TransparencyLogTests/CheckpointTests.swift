import Octets
import Testing
import TransparencyLog

@Suite("Checkpoints and witnesses", .timeLimit(.minutes(2)))
struct CheckpointTests {
  private static let sofa =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
  private static let head = TreeHead(size: 1, root: .leaf([]))

  @Test("the sample of tlog-checkpoint is read and written as it was; so are extension lines")
  func sample() throws {
    let checkpoint = try Checkpoint(text: [UInt8](Self.sofa))
    #expect(checkpoint.origin == "example.com/behind-the-sofa" && checkpoint.head.size == 20_852_163)
    #expect(checkpoint.head.root.base64 == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    #expect(checkpoint.extensions == [] && checkpoint.text == [UInt8](Self.sofa))
    let more = try Checkpoint(text: [UInt8](Self.sofa + "one\ntwo words\n"))
    #expect(more.extensions == ["one", "two words"] && more.text == [UInt8](Self.sofa + "one\ntwo words\n"))
    let empty = try Checkpoint(origin: "log.example", head: .empty)
    #expect(empty.text == [UInt8]("log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"))
    #expect(try Checkpoint(text: empty.text) == empty)
  }

  @Test("what is no checkpoint is refused")
  func malformed() throws {
    let (origin, root) = ("log.example", MerkleHash.leaf([]).base64)
    for text in [
      "", "\n", "\(origin)\n1\n", "\(origin)\n1\n\(root)", "\n1\n\(root)\n", "\(origin)\n\n\(root)\n",
      "\(origin)\n1\n\n",
      "\(origin)\n1\n\(root)\n\n", "\(origin)\n1\n\(root)\n\nx\n", "\(origin)\n01\n\(root)\n",
      "\(origin)\n+1\n\(root)\n",
      "\(origin)\n-1\n\(root)\n", "\(origin)\n 1\n\(root)\n", "\(origin)\n1 \n\(root)\n", "\(origin)\n0x1\n\(root)\n",
      "\(origin)\n1e3\n\(root)\n", "\(origin)\n\u{661}\n\(root)\n", "\(origin)\n9223372036854775808\n\(root)\n",
      "\(origin)\n99999999999999999999\n\(root)\n", "\(origin)\n0\n\(root)\n", "\(origin)\n1\n\(root) \n",
      "\(origin)\n1\n\(root.dropLast())\n", "\(origin)\n1\nAAAA\n", "\(origin)\r\n1\n\(root)\n",
      "\(origin)\n1\n\(root)\n\u{1}\n",
    ] {
      #expect(throws: NoteFault.malformed, "\(text)") { try Checkpoint(text: [UInt8](text)) }
    }
    #expect(try Checkpoint(text: [UInt8]("\(origin)\n9223372036854775807\n\(root)\n")).head.size == TreeHead.largest)
    for (origin, extensions) in [("", []), ("a\nb", []), ("a\r", []), ("a", [""]), ("a", ["b\nc"])] {
      #expect(throws: NoteFault.malformed) {
        try Checkpoint(origin: origin, head: Self.head, extensions: extensions)
      }
    }
    #expect(throws: NoteFault.malformed) {
      try Checkpoint(origin: "a", head: TreeHead(size: 0, root: .leaf([])))
    }
    #expect(throws: NoteFault.malformed) {
      try Checkpoint(origin: "a", head: TreeHead(size: TreeHead.largest + 1, root: .leaf([])))
    }
  }

  @Test("the cosignature that tlog-cosignature prints has its time, and its message is the printed one")
  func cosignature() throws {
    let note = try SignedNote(
      [UInt8](
        Self.sofa
          + "\n\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
          + "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"))
    let cosignature = try #require(Cosignature(note.signatures[0].octets))
    #expect(note.signatures[0].id == 0x8d66_cf3f && cosignature.time == 1_679_315_147)
    #expect(cosignature.octets == note.signatures[0].octets)
    #expect(
      Cosignature.message(text: note.text, time: cosignature.time)
        == [UInt8]("cosignature/v1\ntime 1679315147\n" + Self.sofa))
    #expect(Cosignature.message(text: [UInt8]("no checkpoint\n"), time: 1) == nil)
    #expect(Cosignature(Array(cosignature.octets.dropLast())) == nil)
    #expect(Cosignature(cosignature.octets + [0]) == nil)
    #expect(Cosignature([0x80] + cosignature.octets.dropFirst()) == nil)
    #expect(Cosignature(time: 1, signature: []) == nil)
  }

  @Test("a checkpoint counts when the log signed it and enough witnesses cosigned")
  func policy() throws {
    let (log, first, second) = (
      try Signer.ecdsa("log.example"), try Signer.cosigner("w/1"), try Signer.cosigner("w/2", seed: 9)
    )
    let stranger = try Signer.cosigner("w/3", seed: 10)
    let text = try Checkpoint(origin: "log.example", head: Self.head).text
    let all = try LogPolicy(origin: "log.example", logKeys: [log.key], witnesses: [first.key, second.key])
    let one = try LogPolicy(origin: "log.example", logKeys: [log.key], witnesses: [first.key, second.key], quorum: 1)
    let none = try LogPolicy(origin: "log.example", logKeys: [log.key])

    let full = try SignedNote(text, by: log, stranger, second, first)
    let verified = try all.verify(checkpoint: full.octets)
    #expect(verified.checkpoint.head == Self.head && verified.note == full)
    #expect(verified.cosignatures.map(\.witness) == [second.key, first.key])
    #expect(verified.cosignatures.map(\.time) == [1_800_000_000, 1_800_000_000])
    #expect(try none.verify(full).cosignatures == [])

    let half = try SignedNote(text, by: log, second)
    #expect(throws: NoteFault.tooFewCosignatures(have: 1, need: 2)) { try all.verify(half) }
    #expect(try one.verify(half).cosignatures.map(\.witness) == [second.key])
    // A witness that signs twice counts once.
    let twice = try half.adding([]).signatures + [second.sign(text, time: 5)]
    #expect(throws: NoteFault.tooFewCosignatures(have: 1, need: 2)) {
      try all.verify(SignedNote(text: text, signatures: twice))
    }
    #expect(throws: NoteFault.unsigned) { try all.verify(SignedNote(text, by: first, second)) }
    #expect(throws: NoteFault.unsigned) { try none.verify(SignedNote(text, by: stranger)) }
    #expect(throws: NoteFault.anotherOrigin) {
      try none.verify(SignedNote(Checkpoint(origin: "log.example/2", head: Self.head).text, by: log))
    }
    #expect(throws: NoteFault.malformed) { try none.verify(SignedNote([UInt8]("no checkpoint\n"), by: log)) }
    // A time that was changed, and a signature of the witness's key that is no cosignature.
    var octets = try second.sign(text).octets
    octets[7] ^= 1
    #expect(throws: NoteFault.badSignature(key: "w/2")) {
      try one.verify(half.adding([NoteSignature(by: second.key, octets)]))
    }
    let plain = try Signer.ed25519("w/2", seed: 9).sign(text)
    #expect(throws: NoteFault.badSignature(key: "w/2")) {
      try one.verify(half.adding([NoteSignature(by: second.key, plain.octets)]))
    }
    #expect(throws: NoteFault.unsigned) {
      try LogPolicy(origin: "log.example", logKeys: [Signer.ecdsa("log.example", seed: 4).key]).verify(full)
    }
  }

  @Test("a policy is refused that could not be kept, or could be kept by fewer than it says")
  func badPolicies() throws {
    let (log, witness) = (try Signer.ecdsa("log.example").key, try Signer.cosigner("w/1").key)
    func refused(_ fault: NoteFault, _ logKeys: [NoteKey], _ witnesses: [NoteKey], _ quorum: Int? = nil) {
      #expect(throws: fault) {
        try LogPolicy(origin: "log.example", logKeys: logKeys, witnesses: witnesses, quorum: quorum)
      }
    }
    refused(.badKey, [], [witness])
    refused(.badKey, [witness], [])
    refused(.badKey, [log], [log])
    refused(.badKey, [log], [witness], 2)
    refused(.badKey, [log], [witness], -1)
    refused(.ambiguousKeys, [log, log], [])
    refused(.ambiguousKeys, [log], [witness, witness])
    refused(.ambiguousKeys, [log], [witness, try Signer.cosigner("w/2").key])
  }
}
