/// What the statements of one partner may do.
public struct PartnerPolicy: Sendable, Equatable {
  /// Customers, as the partner names them; nil for all that have an authenticator.
  public var users: Set<String>?
  /// Nil for all that have an authenticator.
  public var credentials: Set<CredentialID>?
  public var minimumLevel = AssuranceLevel.substantial
  /// How old the authentication may be. Seconds.
  public var maximumAuthenticationAge: UnixTime = 600
  /// How old the statement may be, whatever it says about its end. Seconds.
  public var maximumAge: UnixTime = 300
  /// Seconds by which clocks may differ.
  public var clockSkew: UnixTime = 30
  /// Whether a statement authorizes where the credential's policy asks for nothing else. If not, another factor must be
  /// presented with it.
  public var isSufficientAlone = false

  public init() {}
}
