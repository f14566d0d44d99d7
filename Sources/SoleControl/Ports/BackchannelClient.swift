public import Vocabulary

/// A request to a provider to ask a person in its app (OpenID Connect CIBA Core §7.1).
public struct BackchannelRequest: Sendable, Equatable {
  public var issuer: String
  /// The person to ask (`login_hint`).
  public var loginHint: String
  /// Text for the person there.
  public var bindingMessage: String
  /// Seconds that the person has (`requested_expiry`).
  public var lifetime: UnixTime
  /// Token with which the provider may send notifications; for providers that do (`client_notification_token`).
  public var notificationToken: String

  public init(
    issuer: String, loginHint: String, bindingMessage: String, lifetime: UnixTime, notificationToken: String
  ) {
    self.issuer = issuer
    self.loginHint = loginHint
    self.bindingMessage = bindingMessage
    self.lifetime = lifetime
    self.notificationToken = notificationToken
  }
}

/// The provider's acknowledgement of it (CIBA Core §7.3).
public struct BackchannelAcknowledgement: Sendable, Equatable {
  /// `auth_req_id`. Secret: a holder of it that is our client gets the result.
  public var id: String
  /// Seconds between two polls, at least.
  public var interval: UnixTime

  public init(id: String, interval: UnixTime) {
    self.id = id
    self.interval = interval
  }
}

/// The result of a request (CIBA Core §11).
public enum BackchannelResult: Sendable, Equatable {
  case waiting
  /// Waiting, and we ask too often.
  case slowDown
  case approved(BackchannelStatement)
  case denied
  case expired
  /// No token for us, now or later. The reason is for the log.
  case failed(String)
}

/// The content of an approved request's ID token, after all checks that need no authenticator were made.
public struct BackchannelStatement: Sendable, Equatable {
  public var issuer, subject: String
  public var level: AssuranceLevel
  /// The level in the provider's words, and how the person was authenticated.
  public var acr: String
  public var amr: [String]
  /// Time at which the person was authenticated, or the token issued (`isTimeOfIssue`).
  public var authenticationTime: UnixTime
  /// Whether the provider does not tell the time of authentication, and the configuration accepts that.
  public var isTimeOfIssue: Bool
  /// Greatest age of the authentication, in seconds. Nil: as the gateway's rules say.
  public var maximumAge: UnixTime?
  public var issued, expires: UnixTime
  /// `jti`; nil if there is none.
  public var tokenID: String?
  /// SHA-256 of the token.
  public var tokenDigest: [UInt8]

  public init(
    issuer: String, subject: String, level: AssuranceLevel, acr: String, amr: [String] = [],
    authenticationTime: UnixTime, isTimeOfIssue: Bool = false, maximumAge: UnixTime? = nil, issued: UnixTime,
    expires: UnixTime, tokenID: String? = nil, tokenDigest: [UInt8]
  ) {
    self.issuer = issuer
    self.subject = subject
    self.level = level
    self.acr = acr
    self.amr = amr
    self.authenticationTime = authenticationTime
    self.isTimeOfIssue = isTimeOfIssue
    self.maximumAge = maximumAge
    self.issued = issued
    self.expires = expires
    self.tokenID = tokenID
    self.tokenDigest = tokenDigest
  }
}

public enum BackchannelError: Error, Equatable, Sendable {
  /// The provider does not know the person, or does not ask it. The reason is for the log.
  case refused(String)
  /// The provider does not answer; trying again later can help.
  case unavailable(ProviderOutage = ProviderOutage())
  /// The provider takes no such request from us: its settings or ours are wrong. The reason is for the log.
  case misconfigured(String)
}

/// Has people asked in the apps of trusted eID providers.
public protocol BackchannelClient: Sendable {
  func ask(_ request: BackchannelRequest) async throws(BackchannelError) -> BackchannelAcknowledgement

  /// Asks the provider once for what became of a request. A result is given out once.
  func result(of id: String, issuer: String) async throws(BackchannelError) -> BackchannelResult
}

extension BackchannelError {
  /// For the audit log.
  var reason: String {
    switch self {
    case .refused(let reason), .misconfigured(let reason): reason
    case .unavailable: "unavailable"
    }
  }

  /// The fault for a caller of sole control.
  func asFault(_ factor: FactorID) -> any Error {
    switch self {
    case .refused: Refusal.wrongFactor(factor)
    case .unavailable(let outage): Refusal.providerUnavailable(retryAfter: outage.retryAfter)
    case .misconfigured(let reason): InternalFault.eidProvider(reason)
    }
  }
}
