/// Settings of a provider that asks people in its app (OpenID Connect Client-Initiated Backchannel Authentication Core
/// 1.0).
public struct BackchannelSettings: Sendable, Equatable {
  /// Way in which the gateway learns that a person has answered (§5).
  public enum Delivery: String, Sendable, CaseIterable {
    case poll
    /// The provider says that there is news, and the gateway then asks. It may ask before, too.
    case ping
  }

  public var delivery = Delivery.poll
  /// `scope`. It has `openid` in it.
  public var scope = "openid"
  /// `acr_values`, the preferred one first; empty: the provider decides.
  public var acrValues: [String] = []

  public init() {}
}
