public import JOSE
internal import SoleControl
public import Vocabulary

/// The document that has the assurance level.
public enum LevelSource: String, Sendable, CaseIterable {
  case idToken
  /// Then the partner presents the access token too.
  case userInfo = "userinfo"
}

/// A provider's statement of when it authenticated somebody.
public enum AuthenticationTimeRule: String, Sendable, CaseIterable {
  /// A token without `auth_time`, or with 0, is refused.
  case required
  /// If it is missing or 0 the token's own time counts. The nonce shows that the token is not older than the
  /// challenge; that the provider asked the person then, and did not remember a log-in, is left to its own rules.
  case issuedAt
}

/// Way in which an access token is resolved.
public enum AccessTokenRule: String, Sendable, CaseIterable {
  /// By introspection (RFC 7662), which says for which client it was made.
  case introspection
  /// By userinfo, which does not say it: so only tokens in JWT form (RFC 9068), whose own claims do.
  case userInfo = "userinfo"
  case both
}

/// A trusted eID provider.
public struct ProviderSettings: Sendable {
  /// Exactly as in the provider's tokens.
  public var issuer: String
  /// Our name at the provider; tokens that are addressed to it are good for every partner.
  public var clientID: String
  /// Authentication of the gateway at the provider, at every endpoint that asks for it.
  public var authentication: ProviderAuthentication
  /// Names of the partners' own clients at the provider, by partner: a token made for one of them is good for that
  /// partner alone.
  public var audiences: [String: Set<String>] = [:]
  /// Asking people in the provider's app; nil if it has none.
  public var backchannel: BackchannelSettings?
  public var algorithms: Set<TokenAlgorithm> = Set(TokenAlgorithm.allCases)
  /// The claim that holds the assurance level: `acr`, unless the provider puts it elsewhere.
  public var levelClaim = "acr"
  public var levelSource = LevelSource.idToken
  /// The claim's values.
  public var levels: [String: AssuranceLevel]
  /// Seconds that may have gone by since the person was authenticated; nil for the gateway's rule.
  public var maximumAge: UnixTime?
  public var authenticationTime = AuthenticationTimeRule.required
  /// Nil: access tokens alone are not accepted.
  public var accessTokens: AccessTokenRule?
  /// Claims whose values go into the audit log as keyed digests.
  public var claims: [String] = []
  /// Seconds by which clocks may differ.
  public var clockSkew: UnixTime = 30
  /// Seconds for which the provider's keys are used before they are read again.
  public var keyLife: UnixTime = 600
  /// Seconds for which the discovery document is used before it is read again.
  public var discoveryLife: UnixTime = 3600
  /// Seconds for which the last good keys and discovery document are used while the provider does not answer.
  public var keptLife: UnixTime = 3600
  /// Seconds between two readings of the keys because of unknown key ids: a stranger's tokens must not make
  /// us call the provider again and again.
  public var keyRefreshInterval: UnixTime = 10
  public var calls = CallLimits()

  public init(
    issuer: String, clientID: String, authentication: ProviderAuthentication = .none, levels: [String: AssuranceLevel]
  ) {
    self.issuer = issuer
    self.clientID = clientID
    self.authentication = authentication
    self.levels = levels
  }

  /// The clients for which a token that this partner presents may have been made.
  func clients(of partner: PartnerID) -> Set<String> { (audiences[partner.rawValue] ?? []).union([clientID]) }
}
