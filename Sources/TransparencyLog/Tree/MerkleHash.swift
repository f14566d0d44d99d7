internal import Crypto
internal import Octets

/// A SHA-256 hash of a Merkle tree: of an entry, of a node, or the root (RFC 9162 §2.1.1).
public struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
  /// Octets of one hash.
  public static let size = 32

  /// The octets as they lie in memory. Not a vector: one is aligned to 32 octets, the frame of an `async` function to
  /// 16, and Swift 6.3.1 makes the frame too short then, so that what comes behind it in memory is overwritten.
  private struct Words: Hashable, BitwiseCopyable {
    let first, second, third, fourth: UInt64
  }

  private var words: Words

  /// - Returns: nil unless there are 32 octets.
  public init?(_ octets: [UInt8]) {
    guard octets.count == Self.size else { return nil }
    words = octets.withUnsafeBytes { $0.loadUnaligned(as: Words.self) }
  }

  /// Reads what `base64` writes, and no other text.
  public init?(base64 text: some StringProtocol) {
    guard text.utf8.count == 44, let octets = Base64.decodeExact(String(text)) else { return nil }
    self.init(octets)
  }

  init(_ digest: SHA256Digest) {
    words = digest.withUnsafeBytes { $0.loadUnaligned(as: Words.self) }
  }

  /// The 32 octets.
  public var octets: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

  /// RFC 4648 §4, as checkpoints and proofs have it.
  public var base64: String { Base64.encode(octets) }

  public var description: String { base64 }

  // MARK: Hashing

  /// The root of a tree without entries: the hash of no octets.
  public static let empty = MerkleHash(SHA256().finalize())

  /// The hash of an entry: SHA-256(0x00 ‖ entry).
  public static func leaf(_ entry: [UInt8]) -> MerkleHash {
    var hash = SHA256()
    withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
    entry.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return MerkleHash(hash.finalize())
  }

  /// The hash of a node: SHA-256(0x01 ‖ left ‖ right).
  public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * size, alignment: 1) { input in
      input[0] = 1
      input.storeBytes(of: left.words, toByteOffset: 1, as: Words.self)
      input.storeBytes(of: right.words, toByteOffset: 1 + size, as: Words.self)
      var hash = SHA256()
      hash.update(bufferPointer: UnsafeRawBufferPointer(input))
      return MerkleHash(hash.finalize())
    }
  }

  /// The root of a tree with these hashes of entries (MTH of RFC 9162 §2.1.1).
  public static func root(of leaves: [MerkleHash]) -> MerkleHash {
    var frontier = Frontier()
    frontier.append(leaves)
    return frontier.root
  }

  /// The root of a perfect tree. The number of hashes is a power of two.
  static func perfect(_ hashes: UnsafeBufferPointer<MerkleHash>) -> MerkleHash {
    precondition(hashes.count.nonzeroBitCount == 1)
    guard hashes.count > 1 else { return hashes[0] }
    return withUnsafeTemporaryAllocation(of: MerkleHash.self, capacity: hashes.count / 2) { row in
      var count = hashes.count / 2
      for place in 0..<count {
        row.initializeElement(at: place, to: node(hashes[2 * place], hashes[2 * place + 1]))
      }
      while count > 1 {
        count /= 2
        for place in 0..<count { row[place] = node(row[2 * place], row[2 * place + 1]) }
      }
      return row[0]
    }
  }

  // MARK: Rows of hashes

  /// Hashes that stand one after another, as in a tile. Nil unless they are whole.
  public static func row(_ octets: [UInt8]) -> [MerkleHash]? {
    guard octets.count.isMultiple(of: size) else { return nil }
    let count = octets.count / size
    return [MerkleHash](unsafeUninitializedCapacity: count) { row, filled in
      octets.withUnsafeBytes { UnsafeMutableRawBufferPointer(row).copyMemory(from: $0) }
      filled = count
    }
  }

  /// The reverse of `row`: what a store keeps of a tile, or of the peaks of a frontier.
  public static func octets(of row: [MerkleHash]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: row.count * size) { octets, filled in
      row.withUnsafeBytes { UnsafeMutableRawBufferPointer(octets).copyMemory(from: $0) }
      filled = row.count * size
    }
  }
}
