public import Registry
public import WireJSON

/// The OAuth 2.0 authorization server of the CSC API (CSC v1 §8.3, v2 §8.2; RFC 6749, 7636, 9126, 9396, 9207, 9700).
///
/// A credential authorization is an opaque value here: what it asks for, and whether the user may have it, is decided
/// by the caller, who also brings the SAD that the code will give.
public struct AuthorizationServer: Sendable {
  public struct Rules: Sendable {
    /// The issuer (RFC 8414 §2): the base URL of the endpoints, without a slash at the end.
    public var issuer: String
    /// Seconds.
    public var transactionLife = Rules.standardTransactionLife
    static let standardTransactionLife: Int64 = 600
    public var codeLife: Int64 = 60
    public var pushedRequestLife = Rules.standardPushedRequestLife
    static let standardPushedRequestLife: Int64 = 60
    /// Greatest age of an `account_token` (CSC v1 §8.4; it has no `exp`).
    public var accountTokenLife: Int64 = 600
    /// Longest life of a client's assertion (RFC 7523 §3).
    public var assertionLife: Int64 = 600
    /// Within which a refresh token that comes again is a repetition and no theft.
    public var refreshGrace: Int64 = 10
    /// Seconds by which clocks may differ.
    public var clockSkew: Int64 = 30
    /// Wrong passwords in one transaction.
    public var maximumLogIns = 5
    /// Requests that anybody can have kept for one client before a person has logged in, of each kind.
    public var maximumRequests = 4000
    /// Octets of the same.
    public var maximumRequestOctets = 32 << 20

    public init(issuer: String) { self.issuer = issuer }
  }

  public let rules: Rules
  let partners: any PartnerDirectory
  let tokens: TokenService
  let assertions: any AssertionVerifier
  /// For what browsers send, by transaction.
  let turns = KeyedQueue<[UInt8]>(capacity: 10)

  public init(
    rules: Rules, partners: any PartnerDirectory, tokens: TokenService, assertions: any AssertionVerifier
  ) {
    self.rules = rules
    self.partners = partners
    self.tokens = tokens
    self.assertions = assertions
  }

  var store: any OAuthStore { tokens.store }
  var now: Int64 { tokens.now() }
}

/// Verifies a client's signed statement (RFC 7523) with its registered keys.
public protocol AssertionVerifier: Sendable {
  /// - Parameter keys: the JSON of a JWK set.
  /// - Returns: the claims of a JWS that one of the keys signed with an asymmetric algorithm; nil for anything else.
  func claims(of assertion: String, keys: [UInt8]) async -> JSONObject?
}
