internal import WireJSON

extension Section {
  static let oauthRevoke = Section(
    title: "oauth2/revoke",
    checks: [
      Check(260, 280) { session in
        let token = try await session.newGrant().access
        try await session.revokeCall([("token", token)]).isEmpty204()
        try await session.api.call("credentials/list", [:], .bearer(token)).unauthorized()
      },
      Check(261, 282) { session in
        let (access, refresh) = try await session.refreshableGrant()
        try await session.revokeCall([("token", refresh), ("token_type_hint", "refresh_token")]).isEmpty204()
        try await session.api.call("credentials/list", [:], .bearer(access)).unauthorized()
      },
      Check(262) { session in
        let (access, refresh) = try await session.refreshableGrant()
        try await session.revokeCall([("token", access), ("token_type_hint", "access_token")]).isEmpty204()
        try await session.tokenCall([("grant_type", "refresh_token"), ("refresh_token", refresh)]).succeeded()
      },
      Check(263, 82501) { session in
        try await session.revokeCall([]).refused("invalid_request", "Missing parameter token")
      },
      Check(264, 82502) { session in
        let form: Form.Fields = [("token", try await session.tokenToRevoke()), ("token_type_hint", "foo")]
        try await session.revokeCall(form).refused("invalid_request", Row.invalid("token_type_hint"))
      },
      Check(265, 82503) { session in
        try await session.revokeCall([("token", session.randomText(32))])
          .refused("invalid_request", "Invalid string parameter token")
      },
      Check(266, 82504) { session in
        let token = try await session.newGrant().access
        let exchange = try await session.revokeCall([("token", token), ("token_type_hint", "access_token")])
        if exchange.status == 204 { throw Finding.notOffered("tokens of every type can be revoked") }
        try exchange.refused(
          "unsupported_token_type",
          "The authorization server does not support the revocation of the presented token type. That is, the client tried to revoke an access token on a server not supporting this feature."
        )
      },
      Check(267, 82505) { session in
        let form: Form.Fields = [
          ("token", try await session.tokenToRevoke()), ("client_secret", try session.confidentialClient().secret),
        ]
        try await session.anonymousRevokeCall(form)
          .refused("invalid_request", "Missing parameter client_id", status: [400, 401])
      },
      Check(268, 82506) { session in
        let form: Form.Fields = [
          ("token", try await session.tokenToRevoke()), ("client_id", "unknown-\(session.randomText())"),
          ("client_secret", session.randomText()),
        ]
        try await session.anonymousRevokeCall(form).refused("invalid_request", Row.invalid("client_id"))
      },
      Check(269, 82507) { session in
        let form: Form.Fields = [
          ("token", try await session.tokenToRevoke()), ("client_id", try session.confidentialClient().client.id),
        ]
        try await session.anonymousRevokeCall(form)
          .refused("invalid_request", "Client authorization required", status: [400, 401])
      },
      Check(270, 82508) { session in
        let form: Form.Fields = [
          ("token", try await session.tokenToRevoke()), ("client_id", try session.confidentialClient().client.id),
          ("client_secret", "wrong-\(session.randomText())"),
        ]
        try await session.anonymousRevokeCall(form).refused("invalid_request", Row.invalid("client_secret"))
      },
      Check(271, 82509) { session in
        let form: Form.Fields = [("token", try await session.tokenToRevoke())]
        try await session.anonymousRevokeCall(form, authorization: "Basic *not base64*")
          .refused("invalid_client", "Invalid authorization header", status: [401])
      },
      Check(281, needs: "signatures/signHash") { session in
        let grant = try await session.newCredentialGrant(count: 1)
        try await session.revokeCall([("token", grant.token)]).isEmpty204()
        let algorithm = try session.algorithm(grant.credential)
        try await session.api.call(
          "signatures/signHash", session.signBody(grant.credential, grant.token, grant.digests, algorithm)
        ).refused()
      },
    ])
}

extension Session {
  fileprivate func revokeCall(_ form: Form.Fields) async throws -> Exchange {
    let client = try client()
    return try await wire.post(
      try await revocationEndpoint(), "oauth2/revoke", form: form + [("client_id", client.id)],
      authorization: clientAuthorization(client))
  }

  fileprivate func anonymousRevokeCall(
    _ form: Form.Fields, authorization: String? = nil
  ) async throws -> Exchange {
    try await wire.post(try await revocationEndpoint(), "oauth2/revoke", form: form, authorization: authorization)
  }

  private func revocationEndpoint() async throws -> String {
    let endpoint = try await server().revoke
    guard !endpoint.isEmpty else { throw Finding.notOffered("the server has no revocation endpoint") }
    return endpoint
  }

  fileprivate func refreshableGrant() async throws -> (access: String, refresh: String) {
    let grant = try await newGrant()
    guard let refresh = grant.refresh else { throw Finding.notOffered("the server gives no refresh tokens") }
    return (grant.access, refresh)
  }

  /// A valid token for requests that have another fault; made once, by the cheapest way.
  fileprivate func tokenToRevoke() async throws -> String {
    if let revocable { return revocable }
    let cheap = try await tokenCall([("grant_type", "client_credentials"), ("scope", "service")])
    let token: String
    if let access = cheap.json?["access_token"]?.string { token = access } else { token = try await newGrant().access }
    revocable = token
    return token
  }
}
