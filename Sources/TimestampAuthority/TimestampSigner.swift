public import Vocabulary

/// Puts a token together and signs it with the authority's key, which stays in the device.
public protocol TimestampSigner: Sendable {
  /// DER, the authority's own certificate first.
  var chain: [[UInt8]] { get }
  /// Those of `chain` that are not put into tokens. DER.
  var trustAnchors: [[UInt8]] { get }
  /// Validity of the authority's certificate.
  var validity: ClosedRange<UnixTime> { get }

  /// - Returns: the `TimeStampToken`, DER, with the certificate in it; verified before it is returned.
  func sign(_ content: TimestampContent) async throws(TimestampError) -> [UInt8]

  /// Whether a token is for such a request, and signed with the certificate that `chain` begins with.
  ///
  /// - Throws: `TimestampError.busy` if that could not be looked into.
  func isOwn(_ token: [UInt8], for request: TimestampRequest) async throws(TimestampError) -> Bool

  /// Whether a token is for such a request, and good at the time that it says, by this certificate or an earlier one
  /// under the same top of the chain.
  func isGenuine(_ token: [UInt8], for request: TimestampRequest) async -> Bool
}

public enum TimestampError: Error, Equatable, Sendable {
  /// The waiting line is full; trying again soon helps.
  case busy
  /// The authority's certificate has expired or is not valid yet.
  case certificateNotValid
  /// No token, or none that verifies. The reason is for the log.
  case fault(String)
}
