/// An error answer of the OAuth 2.0 endpoints: code and text (RFC 6749 §4.1.2.1, §5.2; the texts are those of CSC v1
/// §8.3.3 and §8.3.4 where these have one).
public struct OAuthError: Error, Equatable, Sendable {
  /// Wire name: `error`.
  public let code: String
  /// Wire name: `error_description`.
  public let text: String
  /// Whether the client failed to prove itself with an Authorization header: that answer is 401.
  public let isUnauthenticated: Bool
  /// Nothing is wrong with the request; later it can succeed.
  public let isTemporary: Bool
  /// Seconds after which a further try is looked at: that answer is 429.
  public let retryAfter: Int64?

  public init(
    _ code: String, _ text: String, isUnauthenticated: Bool = false, isTemporary: Bool = false, retryAfter: Int64? = nil
  ) {
    self.retryAfter = retryAfter
    self.code = code
    self.text = text
    self.isUnauthenticated = isUnauthenticated
    self.isTemporary = isTemporary
  }

  public static func invalidRequest(_ text: String) -> OAuthError { OAuthError("invalid_request", text) }
  public static func missing(_ name: String) -> OAuthError { invalidRequest("Missing parameter \(name)") }
  public static func invalid(_ name: String) -> OAuthError { invalidRequest("Invalid parameter \(name)") }
  public static func invalidGrant(_ text: String) -> OAuthError { OAuthError("invalid_grant", text) }

  public static let repeatedParameter = invalidRequest(
    "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
  )
  public static let unauthorizedClient = OAuthError(
    "unauthorized_client", "The client is not authorized to use this method.")
  public static let accessDenied = OAuthError(
    "access_denied", "The user, authorization server or remote service denied the request.")
  public static let unsupportedResponseType = OAuthError(
    "unsupported_response_type",
    "The authorization server does not support obtaining an authorization code using this method.")
  public static let invalidScope = OAuthError(
    "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
  public static let temporarilyUnavailable = OAuthError(
    "temporarily_unavailable",
    "The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.",
    isTemporary: true)

  // Client authentication
  /// The texts name status 429 and give it no `error`; 503's fits.
  public static func tooManyTries(retryAfter: Int64) -> OAuthError {
    OAuthError("temporarily_unavailable", "Too many requests", retryAfter: max(retryAfter, 1))
  }
  public static let clientAuthenticationRequired = invalidRequest("Client authorization required")
  public static let wrongSecret = invalid("client_secret")
  public static let invalidHeader = OAuthError(
    "invalid_client", "Invalid authorization header", isUnauthenticated: true)
  /// No certificate, or another than the registered one.
  public static let certificateMissing = invalidClient("The connection has no registered certificate")
  /// No certificate, where clients are not asked for one (RFC 8705 §5).
  public static let certificateElsewhere = invalidClient(
    "The connection has no registered certificate; the metadata's mtls_endpoint_aliases are for clients with certificates"
  )
  public static func invalidClient(_ text: String) -> OAuthError {
    OAuthError("invalid_client", text, isUnauthenticated: true)
  }
}
