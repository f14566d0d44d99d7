internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// The authorization server's endpoints that software calls, and its metadata.
struct OAuthEndpoints: Sendable {
  let oauth: AuthorizationServer
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let tokens: TokenService
  let bodies: BodyReader
  let scopes: ScopeReader
  /// Base URL of the listener where clients show certificates; nil if there is none.
  let mutualTLSURL: String?
  let offersPartnerAPI: Bool

  /// Before the paths of the endpoints. The base under which a request comes tells the version whose rules it follows
  /// (Specs/decisions/0020-authorization-server.md).
  static let bases = [("", CSCVersion.v2), ("csc/v2/", .v2), ("csc/v1/", .v1)]

  func addRoutes(to routes: Routes) {
    for (base, version) in Self.bases {
      routes.add("\(base)oauth2/token", through: CallName("oauth2/token"), OAuthErrors(), post: token(version))
      routes.add("\(base)oauth2/revoke", through: CallName("oauth2/revoke"), OAuthErrors(), post: revoke)
      guard version == .v2 else { continue }
      routes.add(
        "\(base)oauth2/pushed_authorize", through: CallName("oauth2/pushed_authorize"), OAuthErrors(), post: push)
    }
    // One client looks for revocation here.
    routes.add("revoke", through: CallName("oauth2/revoke"), OAuthErrors(), post: revoke)
    for path in ["oauth-authorization-server", "openid-configuration"] {
      routes.add(".well-known/\(path)", get: { _, _ in Response(json: metadata) })
    }
    routes.add("oauth2/jwks", get: { _, _ in Response(json: ["keys": []]) })
  }
}

/// Answers calls that fail as the OAuth endpoints do (RFC 6749 §5.2).
struct OAuthErrors: RouterMiddleware {
  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch {
      let answer = context.call.oauthError(for: error)
      context.call.refusal = answer.text
      return Response(answer)
    }
  }
}

extension CallLog {
  /// The caller's answer to an error. Anything unknown is `server_error`; its detail is in the log.
  func oauthError(for error: any Error) -> OAuthError {
    switch error {
    case let error as OAuthError: return error
    case let error as CSCError where error.kind == .badRequest: return OAuthError(error.code, error.text)
    default:
      let error = cscError(for: error, .v2)
      return OAuthError(error.code, error.text, isTemporary: error.kind == .temporarilyUnavailable)
    }
  }
}

extension Response {
  init(_ error: OAuthError) {
    let status: HTTPResponse.Status =
      error.isUnauthenticated
      ? .unauthorized
      : error.retryAfter != nil
        ? .tooManyRequests
        : error.isTemporary ? .serviceUnavailable : error.code == "server_error" ? .internalServerError : .badRequest
    self.init(json: ["error": .string(error.code), "error_description": .string(error.text)], status: status)
    // RFC 6749 §5.2
    if error.isUnauthenticated { headers[.wwwAuthenticate] = #"Basic realm="countersign", charset="UTF-8""# }
    if let seconds = error.retryAfter { headers[.retryAfter] = "\(seconds)" }
    if error.isTemporary { headers[.retryAfter] = "1" }
  }
}
