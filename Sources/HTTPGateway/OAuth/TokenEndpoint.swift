internal import CSCModel
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Registry
internal import Octets
internal import SoleControl
internal import Vocabulary
internal import WireJSON

extension OAuthEndpoints {
  /// `oauth2/token` (CSC v1 §8.3.3, v2 §8.2.4): one handler for each grant.
  func token(_ version: CSCVersion) -> Routes.Handler {
    { request, context in
      let (parameters, client) = try await tokenRequest(request, context)
      guard let name = parameters["grant_type"] else { throw OAuthError.missing("grant_type") }
      switch Client.Grant(rawValue: name) {
      case .authorizationCode?: return try await redeem(parameters, client)
      case .clientCredentials?:
        if let asked = try await ownOrder(parameters, client, version) {
          return try await carryOut(asked, parameters, client)
        }
        let grant = ClientCredentialsGrant(oauth)
        if let scopes = try PartnerScope.scopes(parameter: parameters["scope"]) {
          let issued = try await grant.issue(scopes, client: client)
          return Response(json: Self.answer(issued, scope: scopes.map(\.rawValue).sorted().joined(separator: " ")))
        }
        return Response(json: Self.answer(try await grant.issue(parameters, client: client)))
      case .refreshToken?:
        return Response(json: Self.answer(try await RefreshTokenGrant(oauth).refresh(parameters, client: client)))
      case nil: throw OAuthError.invalid("grant_type")
      }
    }
  }

  /// Parameters of the endpoint. A query may have others, which are part of its address (RFC 6749 §3.2).
  private static let tokenParameters = [
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "authorization_details",
    "client_id", "credentialID", "certificatePolicy", "userID", "lang", "clientData",
  ]

  /// The parameters are those of the body (RFC 6749 §3.2), and of the query only for clients that are registered so. In
  /// the query of others they are refused, and not only ignored: the request would lack them.
  private func tokenRequest(
    _ request: Request, _ context: GatewayContext
  ) async throws -> (parameters: OAuth.Parameters, client: Client) {
    let form = try await bodies.parameters(request)
    let query = try queryWithoutProofs(request)
    guard Self.tokenParameters.contains(where: { query[$0] != nil }) else {
      return (form, try await client(form, of: request, context))
    }
    let all = form.merging(query)
    let client = try await client(all, of: request, context) { client in
      guard client.sendsParametersInQuery else { throw Self.refusedQuery }
    }
    return (all, client)
  }

  private func redeem(_ parameters: OAuth.Parameters, _ client: Client) async throws -> Response {
    let details = try parameters["authorization_details"].map { text in
      try LifecycleRequest(details: text)?.json ?? CredentialScopeRequest(details: text).json
    }
    do {
      switch try await AuthorizationCodeGrant(oauth).redeem(parameters, client: client, details: details) {
      case .service(let issued): return Response(json: Self.answer(issued))
      case .credential(let token): return Response(json: try answer(token))
      }
    } catch let reused as CodeReused {
      switch (reused.scope, reused.reference) {
      case (.credential, let activation?): try await soleControl.authorizations.revoke(ActivationDigest(activation))
      case (.credentialCreation, let reference?), (.credentialDeletion, let reference?):
        try await issuance.withdraw(grant: reference)
      default: break
      }
      throw OAuthError.invalidGrant("Authorization code is invalid or expired")
    }
  }

  private static func answer(
    _ issued: TokenService.Issued, scope: String = Scope.service.rawValue
  ) -> JSONValue {
    var answer = JSONObject([
      ("access_token", .string(issued.accessToken)), ("token_type", "Bearer"),
      ("expires_in", .integer(issued.expiresIn)),
      ("scope", .string(scope)),
    ])
    if let token = issued.refreshToken { answer["refresh_token"] = .string(token) }
    return .object(answer)
  }

  private func answer(_ token: TokenAnswer.CredentialToken) throws -> JSONValue {
    var answer = JSONObject([
      ("access_token", .string(Base64.encodeURL(token.octets))),
      // CSC v1 §8.3.3: the token is the SAD and says so. v2 §8.2.4: it is a bearer.
      ("token_type", token.request.version == .v1 ? "SAD" : "Bearer"), ("expires_in", .integer(token.expiresIn)),
      ("scope", .string(token.request.scope.rawValue)),
    ])
    guard token.request.scope == .credential else {
      guard let asked = token.request.credential.flatMap({ LifecycleRequest(json: $0.value) }) else {
        throw StoreError.corrupt
      }
      if !asked.isCreation { answer["credentialID"] = .string(token.credential) }
      var levels: [String] = []
      if case .creation(let policy?, _) = asked.kind { levels = issuance.authority?.profile(policy)?.acrValues ?? [] }
      answer["authorization_details"] = asked.reaching(levels).granted
      return .object(answer)
    }
    answer["credentialID"] = .string(token.credential)
    if let details = token.request.credential, details.isRich {
      guard let asked = CredentialScopeRequest(json: details.value) else { throw StoreError.corrupt }
      answer["authorization_details"] = asked.granted(credentialID: token.credential)
    }
    return .object(answer)
  }
}
