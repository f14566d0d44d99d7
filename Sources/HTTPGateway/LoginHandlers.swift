internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import WireJSON

extension Gateway {
  /// `auth/login`
  func logIn(_ request: LoginRequest) async throws -> Response {
    let issued: TokenService.Issued
    do {
      switch request.proof {
      case .password(let username, let password):
        issued = try await tokens.logIn(username: username, password: password, rememberMe: request.rememberMe)
      case .refreshToken(let token): issued = try await tokens.refresh(token)
      }
    } catch TokenService.Refusal.loginFailed {
      throw CSCError.loginFailed
    } catch TokenService.Refusal.unknown {
      throw CSCError.unknownRefreshToken
    }
    var answer = JSONObject([
      ("access_token", .string(issued.accessToken)), ("expires_in", .integer(issued.expiresIn)),
    ])
    if let token = issued.refreshToken { answer["refresh_token"] = .string(token) }
    return Response(json: .object(answer))
  }

  /// `auth/revoke`
  func revoke(_ request: RevokeRequest, as caller: TokenRecord) async throws -> Response {
    do { try await tokens.revoke(request.token, as: caller) } catch is TokenService.Refusal {
      throw CSCError.unknownTokenToRevoke
    }
    return Response(status: .noContent)
  }
}
