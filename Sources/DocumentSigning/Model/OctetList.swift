/// Texts of octets one after another: each after its length in four octets, big endian.
enum OctetList {
  static func encode(_ parts: [[UInt8]]) -> [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(parts.reduce(0) { $0 + 4 + $1.count })
    for part in parts {
      octets += withUnsafeBytes(of: UInt32(part.count).bigEndian) { Array($0) }
      octets += part
    }
    return octets
  }

  /// Nil if it is not what `encode` writes.
  static func decode(_ octets: [UInt8]) -> [[UInt8]]? {
    var parts: [[UInt8]] = []
    var position = 0
    while position < octets.count {
      guard octets.count - position >= 4 else { return nil }
      let length = octets[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
      position += 4
      guard octets.count - position >= length else { return nil }
      parts.append(Array(octets[position..<(position + length)]))
      position += length
    }
    return parts
  }
}
