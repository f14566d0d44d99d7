public import Vocabulary

/// The content of an eID provider's token, after signature, issuer, audience and times were found good.
public struct EIDStatement: Sendable, Equatable {
  /// A claim that the configuration asks for.
  public struct Claim: Sendable, Equatable {
    public var name, value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The properties of an access token that make it good once: nothing else ties it to one authorization.
  public struct AccessToken: Sendable, Equatable {
    /// `jti`, or the token itself if its provider gives it none.
    public var id: String
    /// After this time the provider's check refuses it.
    public var expires: UnixTime
    public init(id: String, expires: UnixTime) {
      self.id = id
      self.expires = expires
    }
  }

  public var issuer, subject: String
  /// The nonce of the log-in. Nil only for access tokens, of which few providers tell it.
  public var nonce: String?
  public var level: AssuranceLevel
  /// The level as the provider says it.
  public var acr = ""
  /// Methods by which the person was authenticated, in the provider's words (RFC 8176).
  public var amr: [String] = []
  /// Time at which the person was authenticated, or the token issued (`isTimeOfIssue`).
  public var authenticationTime: UnixTime
  /// Whether the provider does not tell the time of authentication, and the configuration accepts that.
  public var isTimeOfIssue = false
  /// Greatest age of the authentication, in seconds. Nil: as the gateway's rules say.
  public var maximumAge: UnixTime?
  /// `jti`
  public var tokenID: String?
  /// SHA-256 of what was presented.
  public var tokenDigest: [UInt8]
  /// Set if an access token was presented alone, without an ID token.
  public var accessToken: AccessToken?
  public var claims: [Claim] = []

  public init(
    issuer: String, subject: String, nonce: String?, level: AssuranceLevel, authenticationTime: UnixTime,
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
  /// A JWE (RFC 7516): the gateway has no key for it.
  case encrypted
  /// The provider does not answer; trying again later can help.
  case providerUnavailable(ProviderOutage = ProviderOutage())
}

public protocol EIDTokenVerifier: Sendable {
  /// Checks what somebody presents as a log-in at the trusted provider `issuer`: an ID token (OpenID Connect Core
  /// §3.1.3.7), an access token where the configuration allows it, or both with a space between them.
  ///
  /// - Parameter partner: the one that presents it; tokens must be made for one of that partner's clients at the
  ///   provider.
  func verify(token: String, issuer: String, for partner: PartnerID) async throws(EIDTokenError) -> EIDStatement
}

/// A person's log-in at a trusted eID provider, with the gateway as the provider's client (OpenID Connect Core §3.1).
public protocol EIDLogIn: Sendable {
  /// The URL for the browser to log in.
  ///
  /// - Parameter codeVerifier: of PKCE (RFC 7636); its S256 challenge is in the URL.
  func authorizationURL(
    issuer: String, redirectURI: String, state: String, nonce: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String

  /// Exchanges the code that the browser brought back. The token is not verified here.
  func idToken(
    issuer: String, code: String, redirectURI: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String
}

/// Facts about a provider that gave no answer.
public struct ProviderOutage: Equatable, Sendable {
  /// Seconds after which trying again can help; at least 1.
  public var retryAfter: UnixTime
  /// Whether the provider may have what was sent, and only its answer is missing.
  public var mayHaveArrived: Bool

  public init(retryAfter: UnixTime = 1, mayHaveArrived: Bool = false) {
    self.retryAfter = max(retryAfter, 1)
    self.mayHaveArrived = mayHaveArrived
  }
}
