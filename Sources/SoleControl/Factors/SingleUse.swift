import Crypto

/// What is good once: a token of an eID provider, a statement of a partner.
enum SingleUse {
  /// Clocks of gateways that share a store differ by less. Seconds.
  static let clockDifference: UnixTime = 300

  /// The name of a token in the store. Issuers choose their ids independently of each other, and one issuer's tokens of
  /// different kinds too, so all three count.
  ///
  /// - Parameters:
  ///   - kind: what it is, such as `partner statement`.
  ///   - id: `jti`, or the token itself if it has none.
  static func digest(_ kind: String, issuer: String, id: String) -> [UInt8] {
    var hash = SHA256()
    for text in ["countersign used token v1", kind, issuer, id] {
      // Lengths keep the texts apart.
      let octets = Array(text.utf8)
      withUnsafeBytes(of: UInt64(octets.count).bigEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: octets)
    }
    return Array(hash.finalize())
  }
}

extension SoleControlWriting {
  /// As `use(once:until:)`, after the tokens whose time is over were forgotten.
  func use(once digest: [UInt8], until time: UnixTime, now: UnixTime) throws -> Bool {
    try removeUsed(until: now)
    return try use(once: digest, until: time)
  }
}
