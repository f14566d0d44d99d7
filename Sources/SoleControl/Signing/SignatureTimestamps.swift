import Octets

extension SigningService {
  /// Octets that a store has room for in one entry.
  private static let largestToken = 65_535

  /// A time-stamp over each signature whose item asks for one, in order. One after the other, so that a large call
  /// leaves room for others at the authority.
  func timestamps(over signatures: [[UInt8]], _ work: SigningWork) async throws(SignatureTimestampError) -> [[UInt8]] {
    var tokens: [[UInt8]] = []
    for (item, signature) in zip(work.items, signatures) where item.isTimestamped {
      guard let timestamps else { throw .failed("no authority") }
      let token = try await timestamps.timestamp(overSHA256: OctetDigest.sha256(signature))
      guard token.count <= Self.largestToken else { throw .failed("a token of \(token.count) octets") }
      tokens.append(token)
    }
    return tokens
  }

  /// Whether stored time-stamps are over the signatures beside them: an edited row must not leave.
  func areGenuine(_ result: SigningResult) async -> Bool {
    for case (let signature, let token?) in zip(result.signatures, result.timestamps) {
      guard let timestamps, await timestamps.isTimestamp(token, overSHA256: OctetDigest.sha256(signature)) else {
        return false
      }
    }
    return true
  }
}
