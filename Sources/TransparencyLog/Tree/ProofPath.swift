/// The parts of a tree whose hashes make a proof, as ranges of entries. Each begins at a multiple of the largest power
/// of two below its length, so it is a row of perfect trees that are nodes of the whole one.
enum ProofPath {
  /// The path of an entry, from its sibling up (PATH of RFC 9162 §2.1.3.1).
  static func inclusion(of index: UInt64, size: UInt64) -> [Range<UInt64>] {
    var (tree, path) = (0..<size, [Range<UInt64>]())
    while tree.upperBound - tree.lowerBound > 1 {
      let middle = split(tree)
      if index < middle {
        path.append(middle..<tree.upperBound)
        tree = tree.lowerBound..<middle
      } else {
        path.append(tree.lowerBound..<middle)
        tree = middle..<tree.upperBound
      }
    }
    return path.reversed()
  }

  /// The proof that a tree grew (PROOF and SUBPROOF of RFC 9162 §2.1.4.1). Empty if it did not, or from nothing.
  static func consistency(from earlier: UInt64, to size: UInt64) -> [Range<UInt64>] {
    guard earlier > 0 else { return [] }
    var (tree, path) = (0..<size, [Range<UInt64>]())
    while tree.upperBound > earlier {
      let middle = split(tree)
      if earlier <= middle {
        path.append(middle..<tree.upperBound)
        tree = tree.lowerBound..<middle
      } else {
        path.append(tree.lowerBound..<middle)
        tree = middle..<tree.upperBound
      }
    }
    // The verifier knows this part if it is the whole earlier tree.
    if tree.lowerBound > 0 { path.append(tree) }
    return path.reversed()
  }

  /// The nodes that make up a range, from left to right.
  static func nodes(of range: Range<UInt64>) -> [TreeNode] {
    var (nodes, begin) = ([TreeNode](), range.lowerBound)
    while begin < range.upperBound {
      let level = largestPower(upTo: range.upperBound - begin)
      nodes.append(TreeNode(level: level, index: begin >> level))
      begin += 1 << level
    }
    return nodes
  }

  /// The entry with which the right subtree begins.
  private static func split(_ tree: Range<UInt64>) -> UInt64 {
    tree.lowerBound + (1 << largestPower(upTo: tree.upperBound - tree.lowerBound - 1))
  }

  private static func largestPower(upTo number: UInt64) -> Int { 63 - number.leadingZeroBitCount }
}

/// The root of a perfect subtree.
struct TreeNode: Hashable {
  /// 0 for entries.
  let level: Int
  /// Counts the nodes of the level from 0.
  let index: UInt64
}
