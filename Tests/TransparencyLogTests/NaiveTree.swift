import Crypto
import TransparencyLog

/// A Merkle tree as RFC 9162 §2.1 defines it, by recursion and from the hashes of all entries, with a hash function
/// that is not the product's.
struct NaiveTree {
  let leaves: [[UInt8]]

  /// - Parameter entries: the hash of an entry is made from its octets.
  init(_ entries: [[UInt8]]) { leaves = entries.map { Self.sha256([0] + $0) } }

  /// Entries that are told from each other by their number.
  init(size: Int) { self.init((0..<size).map { Array("entry \($0)".utf8) }) }

  static func sha256(_ octets: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: octets)) }

  /// §2.1.1
  func root(_ range: Range<Int>) -> [UInt8] {
    switch range.count {
    case 0: return Self.sha256([])
    case 1: return leaves[range.lowerBound]
    default:
      let middle = range.lowerBound + Self.split(range.count)
      return Self.sha256([1] + root(range.lowerBound..<middle) + root(middle..<range.upperBound))
    }
  }

  /// §2.1.3.1
  func path(_ index: Int, _ range: Range<Int>) -> [[UInt8]] {
    guard range.count > 1 else { return [] }
    let middle = range.lowerBound + Self.split(range.count)
    return index < middle
      ? path(index, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
      : path(index, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
  }

  /// §2.1.4.1
  func proof(_ earlier: Int, _ size: Int) -> [[UInt8]] { subproof(earlier, 0..<size, isWhole: true) }

  private func subproof(_ earlier: Int, _ range: Range<Int>, isWhole: Bool) -> [[UInt8]] {
    if earlier == range.count { return isWhole ? [] : [root(range)] }
    let length = Self.split(range.count)
    let middle = range.lowerBound + length
    return earlier <= length
      ? subproof(earlier, range.lowerBound..<middle, isWhole: isWhole) + [root(middle..<range.upperBound)]
      : subproof(earlier - length, middle..<range.upperBound, isWhole: false) + [root(range.lowerBound..<middle)]
  }

  /// The largest power of two below.
  private static func split(_ count: Int) -> Int {
    var length = 1
    while 2 * length < count { length *= 2 }
    return length
  }
}

extension NaiveTree {
  var hashes: [MerkleHash] { leaves.compactMap { MerkleHash($0) } }

  func head(_ size: Int) -> TreeHead? {
    MerkleHash(root(0..<size)).map { TreeHead(size: UInt64(size), root: $0) }
  }
}

extension [[UInt8]] {
  var hashes: [MerkleHash] { compactMap { MerkleHash($0) } }
}

/// Numbers that look random and are the same in each run (splitmix64).
struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
