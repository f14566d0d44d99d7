/// The head of a tree: how many entries it has, and its root.
public struct TreeHead: Hashable, Sendable {
  /// The largest size that is read or written. Other readers of these formats count with 63 bits.
  public static let largest = UInt64(Int64.max)
  /// Hashes of the longest proof. A proof from outside that has more is refused before it is looked at.
  public static let longestProof = 64

  public let size: UInt64
  public let root: MerkleHash

  public static let empty = TreeHead(size: 0, root: .empty)

  public init(size: UInt64, root: MerkleHash) {
    self.size = size
    self.root = root
  }

  /// Whether this tree has the entry at that place (RFC 9162 §2.1.3.2).
  ///
  /// - Parameters:
  ///   - leaf: the hash of the entry.
  ///   - index: counts from 0.
  ///   - proof: the hashes of the siblings, from the entry's up.
  public func includes(_ leaf: MerkleHash, at index: UInt64, proof: [MerkleHash]) -> Bool {
    guard size <= Self.largest, index < size, proof.count <= Self.longestProof else { return false }
    var (place, last) = (index, size - 1)
    var hash = leaf
    for sibling in proof {
      guard last > 0 else { return false }
      if place & 1 == 1 || place == last {
        hash = .node(sibling, hash)
        // A node without a right sibling goes up as it is.
        let levels = place.trailingZeroBitCount
        if place & 1 == 0 && place > 0 { (place, last) = (place >> levels, last >> levels) }
      } else {
        hash = .node(hash, sibling)
      }
      (place, last) = (place >> 1, last >> 1)
    }
    return last == 0 && hash == root
  }

  /// Whether this tree begins with all of an earlier one, in the same order (RFC 9162 §2.1.4.2).
  ///
  /// A tree without entries is the beginning of each, which the RFC leaves out: its root has to be that of an empty
  /// tree and the proof empty.
  public func extends(_ earlier: TreeHead, proof: [MerkleHash]) -> Bool {
    guard size <= Self.largest, earlier.size <= size, proof.count <= Self.longestProof else { return false }
    if earlier.size == size || earlier.size == 0 {
      return proof.isEmpty && (earlier.size == size ? earlier.root == root : earlier.root == .empty)
        && (size > 0 || root == .empty)
    }
    var (place, last) = (earlier.size - 1, size - 1)
    let levels = (~place).trailingZeroBitCount
    (place, last) = (place >> levels, last >> levels)
    // An earlier tree that is perfect is a node of this one, and its root no part of the proof.
    var rest = proof[...]
    guard let start = place == 0 ? earlier.root : rest.popFirst() else { return false }
    var (old, new) = (start, start)
    for sibling in rest {
      guard last > 0 else { return false }
      if place & 1 == 1 || place == last {
        (old, new) = (.node(sibling, old), .node(sibling, new))
        let levels = place.trailingZeroBitCount
        if place & 1 == 0 && place > 0 { (place, last) = (place >> levels, last >> levels) }
      } else {
        new = .node(new, sibling)
      }
      (place, last) = (place >> 1, last >> 1)
    }
    return last == 0 && old == earlier.root && new == root
  }
}
