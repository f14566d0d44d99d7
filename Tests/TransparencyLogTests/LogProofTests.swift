import Octets
import Testing
import TransparencyLog

@Suite("Proof files", .timeLimit(.minutes(2)))
struct LogProofTests {
  private static let size = 1000
  private static let tree = NaiveTree(size: size)

  /// A log, its policy, and the proof that it has its entry 73.
  private struct Sample {
    let policy: LogPolicy
    let proof: LogProof
    let leaf: MerkleHash
    let note: SignedNote

    init(extra: [UInt8]? = nil) throws {
      let (log, witness) = (try Signer.ecdsa("log.example"), try Signer.cosigner("w.example"))
      let head = try #require(LogProofTests.tree.head(LogProofTests.size))
      note = try SignedNote(Checkpoint(origin: "log.example", head: head).text, by: log, witness)
      let hashes = LogProofTests.tree.path(73, 0..<LogProofTests.size).hashes
      proof = try LogProof(extra: extra, index: 73, hashes: hashes, checkpoint: note.octets)
      policy = try LogPolicy(origin: "log.example", logKeys: [log.key], witnesses: [witness.key])
      leaf = LogProofTests.tree.hashes[73]
    }
  }

  @Test("a proof is written as tlog-proof says, read again, and verifies")
  func whole() throws {
    for extra in [nil, [UInt8]("header and payload")] {
      let sample = try Sample(extra: extra)
      let lines = String(decoding: sample.proof.octets, as: UTF8.self).parts(separatedBy: 10)
      #expect(lines[0] == "c2sp.org/tlog-proof@v1")
      #expect(extra == nil ? lines[1] == "index 73" : lines[1...2] == ["extra aGVhZGVyIGFuZCBwYXlsb2Fk", "index 73"])
      #expect(lines[extra == nil ? 2 : 3].utf8.count == 44 && lines[extra == nil ? 12 : 13].isEmpty)
      #expect(sample.proof.octets.suffix(sample.note.octets.count).elementsEqual(sample.note.octets))
      let read = try LogProof(sample.proof.octets)
      #expect(read == sample.proof)
      let verified = try read.verify(leaf: sample.leaf, policy: sample.policy)
      #expect(verified.checkpoint.head.size == 1000 && verified.cosignatures.map(\.witness.name) == ["w.example"])
    }
  }

  @Test("the proof of the only entry of a log has no hashes")
  func single() throws {
    let log = try Signer.ed25519("log.example")
    let head = TreeHead(size: 1, root: .leaf([7]))
    let note = try SignedNote(Checkpoint(origin: "log.example", head: head).text, by: log)
    let proof = try LogProof(index: 0, hashes: [], checkpoint: note.octets)
    #expect(proof.octets.starts(with: "c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example\n1\n".utf8))
    let policy = try LogPolicy(origin: "log.example", logKeys: [log.key])
    #expect(try LogProof(proof.octets).verify(leaf: .leaf([7]), policy: policy).checkpoint.head == head)
  }

  @Test("each changed octet is refused, but for those of the extra, which nothing covers")
  func changes() throws {
    let sample = try Sample(extra: [1, 2, 3])
    let octets = sample.proof.octets
    for place in octets.indices {
      for other in octets.changed(at: place) {
        // "extra AQID": the letters of its value.
        if (29..<33).contains(place), let proof = try? LogProof(other) {
          #expect(proof.extra != sample.proof.extra)
          continue
        }
        #expect(throws: NoteFault.self, "octet \(place)") {
          try LogProof(other).verify(leaf: sample.leaf, policy: sample.policy)
        }
      }
    }
  }

  @Test("another entry, another place, another log's keys and too few witnesses are refused")
  func refused() throws {
    let sample = try Sample()
    #expect(throws: NoteFault.notIncluded) {
      try sample.proof.verify(leaf: Self.tree.hashes[74], policy: sample.policy)
    }
    let moved = try LogProof(index: 72, hashes: sample.proof.hashes, checkpoint: sample.note.octets)
    #expect(throws: NoteFault.notIncluded) { try moved.verify(leaf: sample.leaf, policy: sample.policy) }
    let beyond = try LogProof(index: 1000, hashes: sample.proof.hashes, checkpoint: sample.note.octets)
    #expect(throws: NoteFault.notIncluded) { try beyond.verify(leaf: sample.leaf, policy: sample.policy) }
    let other = try LogPolicy(origin: "log.example", logKeys: [Signer.ed25519("log.example").key])
    #expect(throws: NoteFault.unsigned) { try sample.proof.verify(leaf: sample.leaf, policy: other) }
    let more = try LogPolicy(
      origin: "log.example", logKeys: sample.policy.logKeys,
      witnesses: sample.policy.witnesses + [Signer.cosigner("w/2", seed: 7).key])
    #expect(throws: NoteFault.tooFewCosignatures(have: 1, need: 2)) {
      try sample.proof.verify(leaf: sample.leaf, policy: more)
    }
  }

  @Test("what is no proof is refused, and so is one that is too long")
  func malformed() throws {
    let sample = try Sample()
    let (hash, note) = (MerkleHash.empty.base64, String(decoding: sample.note.octets, as: UTF8.self))
    let header = "c2sp.org/tlog-proof@v1\n"
    #expect(try LogProof([UInt8](proof("index 0\n\(hash)"))).hashes == [.empty])
    func proof(_ lines: String) -> String { "\(header)\(lines)\n\n\(note)" }
    func hashes(_ count: Int) -> String { "index 0\(String(repeating: "\n\(hash)", count: count))" }
    let texts: [String] = [
      "", "\n\n", header, "\(header)\n\(note)", "\(header)index 0\n\(note)", "\(header)index 0\n\n", note,
      "index 0\n\n\(note)", "c2sp.org/tlog-proof@v2\nindex 0\n\n\(note)", proof("index 0\n"), proof("index 00"),
      proof("index -5"), proof("index  0"), proof("index 0 "), proof("index"), proof("Index 0"), proof("index 0\r"),
      proof("index 9223372036854775808"), proof("index notanumber"), proof("extra \nindex 0"), proof("extra\nindex 0"),
      proof("extra AQ=\nindex 0"), proof("extra AR==\nindex 0"), proof("extra !!\nindex 0"), proof("extra AQID"),
      proof("index 0\nextra AQID"), proof("extra AQID\nextra AQID\nindex 0"), proof("index 0\nindex 0"),
      proof("index 0\n\(hash)="), proof("index 0\nAAAA"), proof("index 0\n \(hash)"), proof(hashes(65)),
      proof(hashes(10_000)), "\(header)index 0\n\nno note\n",
      proof("extra \(String(repeating: "A", count: 2 << 20))\nindex 0"),
    ]
    for text in texts {
      #expect(throws: NoteFault.malformed, "\(text.prefix(80))") { try LogProof([UInt8](text)) }
    }
    #expect(try LogProof([UInt8](proof(hashes(64)))).hashes.count == 64)
    #expect(throws: NoteFault.malformed) {
      try LogProof(extra: [], index: 0, hashes: [], checkpoint: sample.note.octets)
    }
    #expect(throws: NoteFault.malformed) {
      try LogProof(extra: [UInt8](repeating: 0, count: 1 << 20), index: 0, hashes: [], checkpoint: sample.note.octets)
    }
    #expect(throws: NoteFault.malformed) { try LogProof(index: .max, hashes: [], checkpoint: sample.note.octets) }
    #expect(throws: NoteFault.malformed) { try LogProof(index: 0, hashes: [], checkpoint: [UInt8]("x\n")) }
  }
}
