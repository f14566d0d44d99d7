internal import Octets

/// A proof that an entry is in a log, to be checked without it: a `.tlog-proof` file (C2SP tlog-proof, "Format").
public struct LogProof: Sendable, Equatable {
  /// Octets of the largest file that is read.
  public static let longest = 1 << 20

  /// Octets that the application adds. The proof does not authenticate it.
  public let extra: [UInt8]?
  /// Place of the entry, from 0.
  public let index: UInt64
  /// The inclusion proof, from the entry's sibling up.
  public let hashes: [MerkleHash]
  /// A signed note, as the log published it.
  public let checkpoint: [UInt8]

  /// - Throws: `malformed` for an extra without octets, too many hashes, and what is no signed checkpoint.
  public init(extra: [UInt8]? = nil, index: UInt64, hashes: [MerkleHash], checkpoint: [UInt8]) throws(NoteFault) {
    guard extra?.isEmpty != true, hashes.count <= TreeHead.longestProof, index <= TreeHead.largest else {
      throw .malformed
    }
    _ = try Checkpoint(text: SignedNote(checkpoint).text)
    self.extra = extra
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint
    guard octets.count <= Self.longest else { throw .malformed }
  }

  private static let header = "c2sp.org/tlog-proof@v1"

  /// Reads a file, and nothing else. Only `verify` says whether it proves anything.
  public init(_ octets: [UInt8]) throws(NoteFault) {
    guard octets.count <= Self.longest,
      let end = octets.indices.dropFirst().first(where: {
        octets[$0] == NoteText.newline && octets[$0 - 1] == NoteText.newline
      }), let text = String(validating: octets[..<(end - 1)], as: UTF8.self)
    else { throw .malformed }
    var lines = text.parts(separatedBy: NoteText.newline, most: TreeHead.longestProof + 4)[...]
    guard lines.popFirst().isSame(as: Self.header), var line = lines.popFirst() else { throw .malformed }
    var extra: [UInt8]?
    if let value = Self.value(of: "extra ", line) {
      guard let octets = Base64.decodeExact(value), let next = lines.popFirst() else { throw .malformed }
      (extra, line) = (octets, next)
    }
    let hashes = lines.compactMap { MerkleHash(base64: $0) }
    guard let index = Self.value(of: "index ", line).flatMap({ Decimal.read($0) }), hashes.count == lines.count else {
      throw .malformed
    }
    try self.init(extra: extra, index: index, hashes: hashes, checkpoint: Array(octets[(end + 1)...]))
  }

  private static func value(of name: String, _ line: Substring) -> String? {
    line.startsWithOctets(of: name) ? String(Substring(line.utf8.dropFirst(name.utf8.count))) : nil
  }

  /// The file.
  public var octets: [UInt8] {
    var lines = [Self.header]
    if let extra { lines.append("extra \(Base64.encode(extra))") }
    lines.append("index \(index)")
    lines += hashes.map(\.base64)
    return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint
  }

  /// Checks that the log has the entry ("Verifying a tlog proof").
  ///
  /// - Parameter leaf: the hash of the entry that the caller has (`MerkleHash.leaf`).
  /// - Throws: what `LogPolicy.verify` throws; `notIncluded`.
  public func verify(leaf: MerkleHash, policy: LogPolicy) throws(NoteFault) -> VerifiedCheckpoint {
    let verified = try policy.verify(checkpoint: checkpoint)
    guard verified.checkpoint.head.includes(leaf, at: index, proof: hashes) else { throw .notIncluded }
    return verified
  }
}
