public import Vocabulary

extension Partner {
  /// Rules for the signed statements in which a partner says that it authenticated a customer
  /// (Specs/design/authentication.md, "PARTNER").
  public struct Statements: Sendable, Equatable {
    /// Place of the JWK set (RFC 7517 §5) with which they are verified.
    public enum Keys: Sendable, Equatable {
      /// Path of a file.
      case file(String)
      case url(String, PeerRules)
    }

    /// The statements' `iss`, exactly.
    public var issuer: String
    /// Meaning of each value of `acr`; others are refused.
    public var levels: [String: AssuranceLevel]
    /// Names of signature algorithms (RFC 7518 §3.1) that are accepted; nil for all that the service knows.
    public var algorithms: Set<String>?
    public var keys: Keys
    /// Seconds for which a set of keys is used before it is read again.
    public var keyLife: UnixTime = 600
    /// Seconds between two readings because of unknown key ids, or after a failure.
    public var keyPause: UnixTime = 10
    /// Seconds after the last good reading for which that set is used if no other is available.
    public var keysKeptFor: UnixTime = 3600
    public var policy = StatementPolicy()

    public init(issuer: String, levels: [String: AssuranceLevel], keys: Keys) {
      self.issuer = issuer
      self.levels = levels
      self.keys = keys
    }
  }
}

/// Limits of one partner's statements.
public struct StatementPolicy: Sendable, Equatable {
  /// Customers, as the partner names them; nil for all that have an authenticator.
  public var users: Set<String>?
  /// Nil for all that have an authenticator.
  public var credentials: Set<CredentialID>?
  public var minimumLevel = AssuranceLevel.substantial
  /// Greatest age of the authentication. Seconds.
  public var maximumAuthenticationAge: UnixTime = 600
  /// Greatest age of the statement, whatever it says about its end. Seconds.
  public var maximumAge: UnixTime = 300
  /// Seconds by which clocks may differ.
  public var clockSkew: UnixTime = 30
  /// Whether a statement authorizes where the credential's policy asks for nothing else. If not, another factor must be
  /// presented with it.
  public var isSufficientAlone = false

  public init() {}
}
