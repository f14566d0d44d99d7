/// What an eID provider's token says, after signature, issuer, audience and times were found good.
public struct EIDStatement: Sendable, Equatable {
  public var issuer, subject: String
  /// The challenge for which the token was made.
  public var nonce: String
  public var level: AssuranceLevel
  /// When the person was authenticated.
  public var authenticationTime: UnixTime
  /// SHA-256 of the token.
  public var tokenDigest: [UInt8]

  public init(
    issuer: String, subject: String, nonce: String, level: AssuranceLevel, authenticationTime: UnixTime,
    tokenDigest: [UInt8]
  ) {
    self.issuer = issuer
    self.subject = subject
    self.nonce = nonce
    self.level = level
    self.authenticationTime = authenticationTime
    self.tokenDigest = tokenDigest
  }
}

public enum EIDTokenError: Error, Equatable, Sendable {
  /// Not a token of this provider for us, or no longer (or not yet) one. The reason is for the log.
  case refused(String)
  /// The provider does not answer; trying again later can help.
  case providerUnavailable
}

public protocol EIDTokenVerifier: Sendable {
  /// Checks an ID token (OpenID Connect Core §3.1.3.7) of the trusted provider `issuer`.
  func verify(idToken: String, issuer: String) async throws(EIDTokenError) -> EIDStatement
}
