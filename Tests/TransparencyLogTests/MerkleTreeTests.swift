import Octets
import Testing
import TransparencyLog

@Suite("Merkle tree", .timeLimit(.minutes(5)))
struct MerkleTreeTests {
  /// The entries of the tests of Certificate Transparency.
  static let entries = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
  ].compactMap { Hex.decode($0) }
  /// Their roots, from a tree of one entry to one of all eight.
  static let roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ].compactMap { Hex.decode($0) }

  static func hash(_ hex: String) throws -> MerkleHash { try #require(Hex.decode(hex).flatMap { MerkleHash($0) }) }

  @Test("a hash needs no more alignment than the frame of an async function has")
  func alignment() { #expect(MemoryLayout<MerkleHash>.alignment <= 16) }

  @Test("the hashes of an empty tree, of leaves and of nodes are the published ones")
  func hashes() throws {
    #expect(try MerkleHash.empty == Self.hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    #expect(MerkleHash.leaf(Self.entries[0]).octets == Self.roots[0])
    #expect(
      try MerkleHash.leaf(Self.entries[7])
        == Self.hash("46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1"))
    #expect(
      try MerkleHash.node(
        Self.hash("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
        Self.hash("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"))
        == Self.hash("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"))
    // Of the tests of golang.org/x/mod/sumdb/tlog.
    #expect(MerkleHash.leaf(Array("hello world".utf8)).base64 == "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=")
  }

  @Test("the roots of Certificate Transparency's trees, appended one by one and taken together")
  func roots() throws {
    var frontier = Frontier()
    #expect(frontier.root == .empty && frontier.head == .empty)
    for (place, entry) in Self.entries.enumerated() {
      frontier.append(.leaf(entry))
      #expect(frontier.root.octets == Self.roots[place])
      #expect(MerkleHash.root(of: Self.entries[...place].map { .leaf($0) }) == frontier.root)
    }
    #expect(
      try frontier.peaks == [Self.hash("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")])
  }

  @Test("a hash has 32 octets and one text")
  func texts() throws {
    #expect(MerkleHash([UInt8](repeating: 0, count: 31)) == nil)
    #expect(MerkleHash([UInt8](repeating: 0, count: 33)) == nil)
    let row = Self.entries.map { MerkleHash.leaf($0) }
    #expect(MerkleHash.octets(of: row) == row.flatMap(\.octets) && MerkleHash.row(row.flatMap(\.octets)) == row)
    #expect(MerkleHash.row([]) == [] && MerkleHash.row([UInt8](repeating: 0, count: 33)) == nil)
    let text = MerkleHash.empty.base64
    #expect(MerkleHash(base64: text) == .empty)
    for other in [
      "", String(text.dropLast()), text + "=", text + "\n", " " + text, text.replacing("U=", with: "V="),
      text.replacing("/", with: "_"), String(repeating: "A", count: 44), String(repeating: "A", count: 1 << 20),
    ] {
      #expect(MerkleHash(base64: other) == nil)
    }
  }

  @Test("the root of each size up to 300 is the one of the definition; the frontier goes on from what was stored")
  func naive() throws {
    let tree = NaiveTree(size: 300)
    let leaves = tree.hashes
    var frontier = Frontier()
    for size in 0...300 {
      #expect(frontier.root.octets == tree.root(0..<size))
      #expect(frontier.size == UInt64(size) && frontier.peaks.count == size.nonzeroBitCount)
      frontier = try #require(Frontier(size: frontier.size, peaks: frontier.peaks))
      if size < 300 { frontier.append(leaves[size]) }
    }
  }

  @Test("a frontier with another number of peaks, or too large, is refused")
  func badFrontiers() {
    #expect(Frontier(size: 0, peaks: []) != nil)
    #expect(Frontier(size: 0, peaks: [.empty]) == nil)
    #expect(Frontier(size: 5, peaks: [.empty]) == nil)
    #expect(Frontier(size: 5, peaks: [.empty, .empty, .empty]) == nil)
    #expect(Frontier(size: TreeHead.largest + 1, peaks: [.empty]) == nil)
  }
}
