/// The right edge of a growing tree: all that is needed to append entries and to give the root.
///
/// A tree is a row of perfect trees, the largest first, one for each one-bit of its size. Their roots are the peaks.
public struct Frontier: Sendable, Equatable {
  /// Number of entries.
  public private(set) var size: UInt64
  /// Roots of the perfect trees, from left to right: the largest first.
  public private(set) var peaks: [MerkleHash]

  /// The edge of a tree without entries.
  public init() {
    size = 0
    peaks = []
    peaks.reserveCapacity(64)
  }

  /// The edge as it was stored.
  ///
  /// - Returns: nil if a tree of this size has another number of peaks, or is too large. Whether they are the right
  ///   ones only the root can tell.
  public init?(size: UInt64, peaks: [MerkleHash]) {
    guard size <= TreeHead.largest, peaks.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.peaks = peaks
  }

  /// Takes one more entry, by its hash.
  public mutating func append(_ leaf: MerkleHash) {
    precondition(size < TreeHead.largest)
    var hash = leaf
    for _ in 0..<(~size).trailingZeroBitCount { hash = .node(peaks.removeLast(), hash) }
    peaks.append(hash)
    size += 1
  }

  /// Takes more entries, by their hashes, in order.
  public mutating func append(_ leaves: [MerkleHash]) {
    for leaf in leaves { append(leaf) }
  }

  /// The root of the tree (RFC 9162 §2.1.1).
  public var root: MerkleHash { Self.root(peaks) }

  /// Size and root.
  public var head: TreeHead { TreeHead(size: size, root: root) }

  /// The root over peaks, the largest first.
  static func root(_ peaks: some BidirectionalCollection<MerkleHash>) -> MerkleHash {
    guard var hash = peaks.last else { return .empty }
    for peak in peaks.dropLast().reversed() { hash = .node(peak, hash) }
    return hash
  }
}
