public import SoleControl

/// Algorithms with which a provider may sign its tokens. Symmetric ones and `none` are not among them, so a
/// public key can never serve as a shared secret.
public enum TokenAlgorithm: String, Sendable, CaseIterable {
  case rs256 = "RS256"
  case ps256 = "PS256"
  case es256 = "ES256"
  case es384 = "ES384"
  case edDSA = "EdDSA"

  var keyType: String {
    switch self {
    case .rs256, .ps256: "RSA"
    case .es256, .es384: "EC"
    case .edDSA: "OKP"
    }
  }
}

/// A trusted eID provider.
public struct ProviderSettings: Sendable {
  /// Exactly as in the provider's tokens.
  public var issuer: String
  /// Our name at the provider; tokens must be addressed to it.
  public var clientID: String
  /// For the token endpoint; nil for a public client.
  public var clientSecret: String?
  public var algorithms: Set<TokenAlgorithm> = Set(TokenAlgorithm.allCases)
  /// The claim that holds the assurance level: `acr`, unless the provider puts it elsewhere.
  public var levelClaim = "acr"
  /// The claim's values.
  public var levels: [String: AssuranceLevel]
  /// Seconds by which clocks may differ.
  public var clockSkew: UnixTime = 30
  /// Seconds for which the provider's keys are used before they are read again.
  public var keyLife: UnixTime = 600
  /// Seconds between two readings of the keys because of unknown key ids: a stranger's tokens must not make
  /// us call the provider again and again.
  public var keyRefreshInterval: UnixTime = 10

  public init(issuer: String, clientID: String, clientSecret: String? = nil, levels: [String: AssuranceLevel]) {
    self.issuer = issuer
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.levels = levels
  }
}
