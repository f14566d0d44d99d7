public import Vocabulary

/// A request for a time-stamp (RFC 3161 §2.4.1).
public struct TimestampRequest: Sendable, Equatable {
  /// `messageImprint`: the digest as it is, and how it was made.
  public let hash: HashAlgorithm
  public let digest: [UInt8]
  /// An unsigned number, big endian, that must come back in the token.
  public let nonce: [UInt8]?

  /// Nil if the digest does not have the length of its algorithm.
  public init?(hash: HashAlgorithm, digest: [UInt8], nonce: [UInt8]? = nil) {
    guard digest.count == hash.digestLength else { return nil }
    self.hash = hash
    self.digest = digest
    self.nonce = nonce
  }
}

/// Everything a token says (`TSTInfo`, RFC 3161 §2.4.2).
public struct TimestampContent: Sendable {
  public let request: TimestampRequest
  public let policy: TimestampService.Policy
  /// A positive number, big endian.
  public let serialNumber: [UInt8]
  public let time: UnixTime
}
