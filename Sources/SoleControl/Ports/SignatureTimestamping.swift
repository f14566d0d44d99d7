/// Time-stamps over signatures (RFC 3161), as sole control needs them.
public protocol SignatureTimestamping: Sendable {
  /// A token over the SHA-256 of a signature.
  func timestamp(overSHA256 digest: [UInt8]) async throws(SignatureTimestampError) -> [UInt8]

  /// Whether a token is the authority's own, and over this SHA-256.
  func isTimestamp(_ token: [UInt8], overSHA256 digest: [UInt8]) async -> Bool
}

public enum SignatureTimestampError: Error, Equatable, Sendable {
  /// Trying again soon can help.
  case busy
  /// The reason is for the log.
  case failed(String)
}
