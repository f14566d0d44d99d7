public import Vocabulary

/// The service under test and everything that its operator gave for the test.
public struct Subject: Sendable {
  /// Up to before `/csc`, without a slash at the end.
  public var base: String
  /// Versions to be tested if they answer.
  public var versions: [CSCVersion]
  /// Bearer token of a user.
  public var token: String?
  /// Bearer token of another user.
  public var strangerToken: String?
  /// Credentials to be used; empty for all that the service lists.
  public var credentials: [String] = []
  public var username, password: String?
  public var pin: String?
  /// Octets of the authenticator's secret.
  public var totpSecret: [UInt8]?
  public var client: OAuthClient?
  /// A client of somebody else, to show that codes are bound to their client.
  public var otherClient: OAuthClient?
  /// A client that may not use the client credentials grant.
  public var publicClient: OAuthClient?
  /// Bearer token that speaks for a client and no user, and a user of that client.
  public var clientToken, userID: String?
  /// Address or file of the one-time codes that were sent to the user.
  public var messages: String?
  /// An https address at which the client takes notifications.
  public var callback: String?
  /// OID of a certificate policy under which a credential may be made, which is deleted again.
  public var certificatePolicy: String?
  /// Credentials whose factors may be locked for good.
  public var lockable: [String] = []
  /// Seconds that a check may wait for something to expire or to finish.
  public var patience = 45.0

  /// - Parameter url: the base, or a base that ends in `/csc`, `/csc/v1` or `/csc/v2`; the last two also choose
  ///   the version.
  public init?(url: String) {
    guard let parts = Address(url), parts.scheme == "https" || parts.scheme == "http" else { return nil }
    var base = url.prefix { $0 != "?" && $0 != "#" }
    while base.hasSuffix("/") { base.removeLast() }
    versions = CSCVersion.allCases
    for version in CSCVersion.allCases where base.hasSuffix("/csc/\(version.rawValue)") {
      versions = [version]
      base.removeLast(3)
    }
    if base.hasSuffix("/csc") { base.removeLast(4) }
    self.base = String(base)
  }

  /// Values that must not be shown.
  var secrets: [String] {
    [
      token, password, pin, client?.secret, otherClient?.secret, clientToken, strangerToken,
    ].compactMap { $0 }
  }
}

/// A client as it is registered with the authorization server.
public struct OAuthClient: Sendable {
  public var id: String
  /// Nil for a public client.
  public var secret: String?
  public var redirectURI: String

  public init(id: String, secret: String?, redirectURI: String) {
    self.id = id
    self.secret = secret
    self.redirectURI = redirectURI
  }
}
