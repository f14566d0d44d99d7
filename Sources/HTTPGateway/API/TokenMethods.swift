internal import CSCModel
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import SoleControl
internal import WireJSON

/// Methods about the caller's own token.
struct TokenMethods: Sendable {
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let tokens: TokenService

  /// `auth/login`
  func logIn(_ request: LoginRequest, from origin: RequestOrigin) async throws -> Response {
    let issued: TokenService.Issued
    var refreshToken: String?
    do {
      switch request.proof {
      case .password(let username, let password):
        issued = try await tokens.logIn(
          username: username, password: password, rememberMe: request.rememberMe, from: origin.server)
      case .refreshToken(let token):
        issued = try await tokens.refresh(token)
        // It stays good; a client that asks to be remembered keeps what the answer names.
        if request.rememberMe { refreshToken = token }
      }
    } catch TokenService.Refusal.loginFailed {
      throw CSCError.loginFailed
    } catch TokenService.Refusal.tooManyFailures(let seconds) {
      throw CSCError.tooManyRequests(retryAfter: seconds)
    } catch TokenService.Refusal.unknown {
      throw CSCError.unknownRefreshToken
    }
    var answer = JSONObject([
      ("access_token", .string(issued.accessToken)), ("expires_in", .integer(issued.expiresIn)),
    ])
    if let token = issued.refreshToken ?? refreshToken { answer["refresh_token"] = .string(token) }
    return Response(json: .object(answer))
  }

  /// `auth/revoke`
  func revoke(_ fields: Fields, _ call: APICall) async throws -> Response {
    let named = try RevokeRequest(fields).token
    guard case .service(let token, _) = call.caller else { throw CSCError.invalidToken }
    // The handle of an authorization that waits is no token of the texts, but what a partner has of it
    // (Specs/decisions/0023-eid-apps.md).
    do {
      try await soleControl.authorizations.cancel(handle: named, as: call.principal)
      return Response(status: .noContent)
    } catch Refusal.invalidHandle {}
    do {
      if let sad = BearerToken.sad(named) {
        try await soleControl.authorizations.revoke(sad, as: call.principal)
      } else if let lifecycleToken = BearerToken.lifecycleToken(named) {
        try await issuance.withdraw(lifecycleToken, as: call.principal)
      } else {
        try await tokens.revoke(named, as: token)
      }
    } catch TokenService.Refusal.unknown {
      throw CSCError.unknownTokenToRevoke
    } catch Refusal.invalidSAD, IssuanceRefusal.invalidLifecycleToken {
      throw CSCError.unknownTokenToRevoke
    }
    return Response(status: .noContent)
  }
}
