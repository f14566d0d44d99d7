internal import Attempts
internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// `auth/login`
  func logIn(_ request: LoginRequest, from origin: Origin) async throws -> Response {
    let issued: TokenService.Issued
    var refreshToken: String?
    do {
      switch request.proof {
      case .password(let username, let password):
        issued = try await tokens.logIn(
          username: username, password: password, rememberMe: request.rememberMe, from: origin)
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
  func revoke(_ request: RevokeRequest, as caller: Caller) async throws -> Response {
    guard case .service(let token) = caller else { throw CSCError.invalidToken }
    // The handle of an authorization that waits is no token of the texts, but what a partner has of it
    // (Specs/decisions/0023-eid-apps.md).
    do { return try await cancel(request.token, as: caller.principal) } catch Refusal.invalidHandle {}
    do {
      if let sad = Self.sad(request.token) {
        try await signing.revoke(sad, as: caller.principal)
      } else if let order = Self.order(request.token) {
        try await signing.withdraw(order, as: caller.principal)
      } else {
        try await tokens.revoke(request.token, as: token)
      }
    } catch TokenService.Refusal.unknown {
      throw CSCError.unknownTokenToRevoke
    } catch Refusal.invalidSAD, Refusal.invalidOrder {
      throw CSCError.unknownTokenToRevoke
    }
    return Response(status: .noContent)
  }

  private func cancel(_ handle: String, as principal: Principal) async throws -> Response {
    try await signing.cancel(handle: handle, as: principal)
    return Response(status: .noContent)
  }
}
