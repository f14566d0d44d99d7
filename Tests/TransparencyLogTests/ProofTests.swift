import Octets
import Testing
import TransparencyLog

@Suite("Proofs of a tree", .timeLimit(.minutes(5)))
struct ProofTests {
  private static func proof(_ hashes: String...) throws -> [MerkleHash] { try hashes.map(MerkleTreeTests.hash) }

  private func head(_ size: Int) throws -> TreeHead {
    guard size > 0 else { return .empty }
    return TreeHead(size: UInt64(size), root: try #require(MerkleHash(MerkleTreeTests.roots[size - 1])))
  }

  @Test("the inclusion proofs that Certificate Transparency publishes hold")
  func publishedInclusion() throws {
    let entries = MerkleTreeTests.entries.map { MerkleHash.leaf($0) }
    #expect(try head(1).includes(entries[0], at: 0, proof: []))
    #expect(
      try head(8).includes(
        entries[0], at: 0,
        proof: Self.proof(
          "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")))
    #expect(
      try head(8).includes(
        entries[5], at: 5,
        proof: Self.proof(
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")))
    #expect(
      try head(3).includes(
        entries[2], at: 2, proof: Self.proof("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")))
    #expect(
      try head(5).includes(
        entries[1], at: 1,
        proof: Self.proof(
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")))
  }

  @Test("the consistency proofs that Certificate Transparency publishes hold")
  func publishedConsistency() throws {
    #expect(try head(1).extends(head(1), proof: []))
    #expect(
      try head(8).extends(
        head(1),
        proof: Self.proof(
          "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")))
    #expect(
      try head(8).extends(
        head(6),
        proof: Self.proof(
          "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")))
    #expect(
      try head(5).extends(
        head(2),
        proof: Self.proof(
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")))
  }

  @Test("every proof of the definition holds up to 66 entries, for its entry, place and sizes alone")
  func naive() throws {
    let tree = NaiveTree(size: 66)
    let leaves = tree.hashes
    let heads = try (0...66).map { try #require(tree.head($0)) }
    for size in 1...66 {
      for index in 0..<size {
        let proof = tree.path(index, 0..<size).hashes
        #expect(heads[size].includes(leaves[index], at: UInt64(index), proof: proof))
        #expect(!heads[size].includes(leaves[(index + 1) % 66], at: UInt64(index), proof: proof))
        for other in [index - 1, index + 1, index ^ 2, size] where other >= 0 && other != index {
          #expect(!heads[size].includes(leaves[index], at: UInt64(other), proof: proof))
        }
        #expect(!heads[size].includes(leaves[index], at: UInt64(index), proof: proof + [leaves[0]]))
        if !proof.isEmpty {
          #expect(!heads[size].includes(leaves[index], at: UInt64(index), proof: proof.dropLast()))
          #expect(!heads[size].includes(leaves[index], at: UInt64(index), proof: Array(proof.dropFirst())))
        }
      }
      for earlier in 1...size {
        let proof = tree.proof(earlier, size).hashes
        #expect(heads[size].extends(heads[earlier], proof: proof))
        #expect(!heads[size].extends(heads[earlier - 1], proof: proof) || earlier == 1 && proof.isEmpty)
        #expect(!heads[size].extends(heads[earlier], proof: proof + [leaves[0]]))
        #expect(!heads[size].extends(TreeHead(size: UInt64(earlier), root: leaves[65]), proof: proof))
        if size < 66 { #expect(!heads[size + 1].extends(heads[earlier], proof: proof)) }
        // A tree of other levels, though both roots come out.
        let larger = TreeHead(size: UInt64(size) << 7, root: heads[size].root)
        #expect(!larger.extends(heads[earlier], proof: proof))
        if !proof.isEmpty { #expect(!heads[size].extends(heads[earlier], proof: proof.dropLast())) }
      }
    }
  }

  @Test("each changed octet of a proof, and each two hashes changed over, are refused")
  func changes() throws {
    let tree = NaiveTree(size: 23)
    let (head, earlier) = (try #require(tree.head(23)), try #require(tree.head(13)))
    func refused(_ proof: [[UInt8]], _ holds: ([MerkleHash]) -> Bool) {
      #expect(holds(proof.hashes))
      for place in proof.indices {
        for octet in 0..<32 {
          var changed = proof
          changed[place][octet] ^= 1 << (octet % 8)
          #expect(!holds(changed.hashes))
        }
        var swapped = proof
        swapped.swapAt(0, place)
        #expect(place == 0 || !holds(swapped.hashes))
      }
    }
    refused(tree.path(9, 0..<23)) { head.includes(tree.hashes[9], at: 9, proof: $0) }
    refused(tree.proof(13, 23)) { head.extends(earlier, proof: $0) }
  }

  @Test("empty trees, sizes beyond and endless proofs")
  func edges() throws {
    let leaf = MerkleHash.leaf([])
    let one = TreeHead(size: 1, root: leaf)
    #expect(!TreeHead.empty.includes(leaf, at: 0, proof: []))
    #expect(!TreeHead(size: 0, root: leaf).includes(leaf, at: 0, proof: []))
    #expect(!one.includes(leaf, at: 1, proof: []))
    #expect(!one.includes(leaf, at: .max, proof: []))
    #expect(!TreeHead(size: .max, root: leaf).includes(leaf, at: 0, proof: []))
    #expect(!one.includes(leaf, at: 0, proof: [MerkleHash](repeating: leaf, count: 1 << 20)))

    #expect(TreeHead.empty.extends(.empty, proof: []))
    #expect(!TreeHead.empty.extends(.empty, proof: [leaf]))
    #expect(one.extends(.empty, proof: []))
    #expect(!one.extends(.empty, proof: [leaf]))
    #expect(!one.extends(TreeHead(size: 0, root: leaf), proof: []))
    let forged = TreeHead(size: 0, root: leaf)
    #expect(!forged.extends(forged, proof: []))
    #expect(!TreeHead.empty.extends(one, proof: []))
    #expect(!one.extends(TreeHead(size: 1, root: .empty), proof: []))
    #expect(!one.extends(TreeHead(size: .max, root: leaf), proof: []))
    #expect(!TreeHead(size: .max, root: leaf).extends(one, proof: [leaf]))
    #expect(try !head(2).extends(head(1), proof: [MerkleHash](repeating: leaf, count: 1 << 20)))
  }
}
