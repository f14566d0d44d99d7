internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import WireJSON

extension Gateway {
  /// The OAuth 2.0 endpoints. The base under which a request comes tells the version whose rules it follows
  /// (Specs/decisions/0020-authorization-server.md).
  func addOAuthRoutes(to routes: Routes) {
    for (base, dialect) in [("", Dialect.v2), ("csc/v2/", .v2), ("csc/v1/", .v1)] {
      let authorize: Routes.Handler = { request, _ in
        await page(request, "authorize") { try await authorizePage($0, dialect, $1) }
      }
      routes.add("\(base)oauth2/authorize", get: authorize, post: authorize)
      routes.add(
        "\(base)oauth2/token",
        post: { request, context in
          await oauth(request, "token") { try await token(request, context, dialect, $0) }
        })
      routes.add("\(base)oauth2/revoke", post: revocation)
      if dialect == .v2 {
        routes.add(
          "\(base)oauth2/pushed_authorize",
          post: { request, context in
            await oauth(request, "pushed_authorize") { try await push(request, context, $0) }
          })
      }
    }
    // One client looks for revocation here.
    routes.add("revoke", post: revocation)
    routes.add(
      "oauth2/login",
      post: { request, context in
        await page(request, "login") { try await logInPage($0, $1, from: origin($0, context, isPerson: true)) }
      })
    routes.add(
      "oauth2/consent",
      post: { request, context in
        await page(request, "consent") { try await consentPage($0, $1, from: origin($0, context, isPerson: true)) }
      })
    routes.add("oauth2/eid", post: { request, _ in await page(request, "eid") { try await beginEID($0, $1) } })
    routes.add(
      "oauth2/eid/callback", get: { request, _ in await page(request, "eid/callback") { try await endEID($0, $1) } })
    for path in ["oauth-authorization-server", "openid-configuration"] {
      routes.add(".well-known/\(path)", get: { _, _ in Response(json: metadata) })
    }
    routes.add("oauth2/jwks", get: { _, _ in Response(json: ["keys": []]) })
  }

  private func revocation(_ request: Request, _ context: GatewayContext) async -> Response {
    await oauth(request, "revoke") { try await revokeToken(request, context, $0) }
  }

  /// Runs a handler of an endpoint that software calls; its errors are JSON (RFC 6749 §5.2).
  private func oauth(
    _ request: Request, _ name: String, _ body: (CallLog) async throws -> Response
  ) async -> Response {
    let call = CallLog(method: "oauth2/\(name)", logger: logger)
    var response: Response
    do { response = try await body(call) } catch {
      let answer = oauthError(for: error, call)
      call.refusal = answer.text
      response = Response(answer)
    }
    call.end(&response)
    return response
  }

  /// What the caller is told. Anything unknown is `server_error`; the detail goes to the log.
  func oauthError(for error: any Error, _ call: CallLog) -> OAuthError {
    switch error {
    case let error as OAuthError: return error
    case let error as CSCError where error.kind == .badRequest: return OAuthError(error.code, error.text)
    default:
      let error = cscError(for: error, .v2, call)
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
