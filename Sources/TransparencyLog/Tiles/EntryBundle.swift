/// The entries of one tile: each after its length as two octets, the higher first (C2SP tlog-tiles, "Log entries").
public enum EntryBundle {
  /// Octets of the longest entry.
  public static let longestEntry = 65535

  /// - Returns: nil if there are more than 256 entries, or one is longer than 65,535 octets.
  public static func encode(_ entries: [[UInt8]]) -> [UInt8]? {
    guard entries.count <= Tile.fullWidth, entries.allSatisfy({ $0.count <= longestEntry }) else { return nil }
    var octets: [UInt8] = []
    octets.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
    for entry in entries {
      octets.append(UInt8(entry.count >> 8))
      octets.append(UInt8(entry.count & 255))
      octets += entry
    }
    return octets
  }

  /// - Parameter count: the width of the tile. A bundle has neither fewer nor more.
  /// - Returns: nil unless the octets are exactly so many entries.
  public static func decode(_ octets: [UInt8], count: Int) -> [[UInt8]]? {
    guard (0...Tile.fullWidth).contains(count) else { return nil }
    var (entries, begin) = ([[UInt8]](), 0)
    entries.reserveCapacity(count)
    for _ in 0..<count {
      guard begin + 2 <= octets.count else { return nil }
      let end = begin + 2 + Int(octets[begin]) << 8 + Int(octets[begin + 1])
      guard end <= octets.count else { return nil }
      entries.append(Array(octets[begin + 2..<end]))
      begin = end
    }
    return begin == octets.count ? entries : nil
  }
}
